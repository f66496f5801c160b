#include "tests/sim/model_core_operators.hpp"

#include <algorithm>
#include <utility>

#include "module/agent/agent.hpp"
#include "tests/sim/model_core.hpp"

namespace merlin::sim {
namespace {

using CommentKind = ModelOperators::CommentKind;

// Comments of downtimes and of flapping are consequences of these.
bool is_replicated(CommentKind kind) { return kind == CommentKind::user || kind == CommentKind::acknowledgement; }

}  // namespace

// ---- the process

// Comments of downtimes are created again, with new numbers; non-persistent comments are gone.
void ModelOperators::load(const Kept& kept) {
  kept_ = kept;
  std::erase_if(kept_.comments,
                [](const auto& entry) { return !entry.second.content.persistent || entry.second.kind == CommentKind::downtime; });
  for (auto& [id, downtime] : kept_.downtimes) {
    downtime.comment = kept_.next_comment++;
    wire::CommentRegister content;
    content.text = "scheduled downtime";
    content.persistent = true;
    kept_.comments[downtime.comment] = {downtime.object, CommentKind::downtime, content};
  }
  // The flag of an acknowledgement outlives its comment.
}

void ModelOperators::begin() {
  for (const auto& [id, downtime] : Kept(kept_).downtimes) {
    if (!downtime.in_effect) continue;
    core_.module_->operators().downtime_started(id);
    ++core_.objects_[downtime.object].downtime_depth;
  }
}

// check_pending_flex_service_downtime(): at each change to a problem, including soft ones.
void ModelOperators::problem_began(Index object) {
  const Seconds now = core_.seconds();
  for (auto& [id, downtime] : kept_.downtimes) {
    const wire::DowntimeRegister& content = downtime.content;
    const bool waits = !content.fixed && !downtime.in_effect && content.flexible_start_s == 0;
    if (downtime.object == object && waits && content.start_s <= now && now <= content.end_s) downtime.begins = true;
  }
}

void ModelOperators::turn() {
  const Seconds now = core_.seconds();
  for (auto& [id, downtime] : kept_.downtimes) {
    if (!std::exchange(downtime.begins, false) || downtime.in_effect) continue;
    downtime.content.flexible_start_s = now;
    start(id, false);
  }
  for (const auto& [id, downtime] : Kept(kept_).downtimes) {
    const wire::DowntimeRegister& content = downtime.content;
    const Seconds ends = content.fixed || content.flexible_start_s == 0 ? content.end_s : content.flexible_start_s + content.duration_s;
    if (!downtime.in_effect && content.fixed && content.start_s <= now && ends > now) start(id, false);
    if (ends <= now) end(id);
  }
}

// ---- comments

neb::LocalId ModelOperators::comment(Index object, CommentKind kind, const wire::CommentRegister& content) {
  const LocalId id = kept_.next_comment++;
  const Comment& added = kept_.comments[id] = {object, kind, content};
  // As it begins the module is not called: it shows again what it has kept.
  if (is_replicated(kind) && core_.module_ != nullptr) core_.module_->operators().comment_added(local(id, added));
  return id;
}

// The comment still exists while the module is called.
void ModelOperators::remove_comment(LocalId id) {
  const auto found = kept_.comments.find(id);
  if (found == kept_.comments.end()) return;
  if (is_replicated(found->second.kind) && core_.module_ != nullptr) core_.module_->operators().comment_deleted(id);
  kept_.comments.erase(id);
}

neb::LocalComment ModelOperators::local(LocalId id, const Comment& comment) const { return {id, comment.object, comment.content}; }

void ModelOperators::each_comment(Index host, const std::function<void(const neb::LocalComment&)>& visit) const {
  for (const auto& [id, comment] : kept_.comments) {
    if (is_replicated(comment.kind) && core_.objects_[comment.object].host == host) visit(local(id, comment));
  }
}

// ---- downtimes

neb::LocalId ModelOperators::schedule_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by) {
  const LocalId id = kept_.next_downtime++;
  kept_.downtimes[id] = {object, triggered_by, 0, false, false, content};
  core_.module_->operators().downtime_added(id);
  wire::CommentRegister text;
  text.text = "scheduled downtime";
  text.persistent = true;
  const LocalId made = comment(object, CommentKind::downtime, text);
  kept_.downtimes.at(id).comment = made;
  return id;
}

// handle_scheduled_downtime(): the depth is counted after the notification.
void ModelOperators::start(LocalId id, bool silent) {
  Downtime& downtime = kept_.downtimes.at(id);
  if (downtime.in_effect) return;
  auto& depth = core_.objects_[downtime.object].downtime_depth;
  core_.module_->operators().downtime_started(id);
  if (depth == 0 && !silent) {
    core_.notification(downtime.object, wire::NotificationKind::downtime_start, downtime.content.author, downtime.content.comment);
  }
  ++depth;
  downtime.in_effect = true;
}

// The downtime no longer exists when the module is informed.
void ModelOperators::end(LocalId id) {
  const Downtime downtime = kept_.downtimes.at(id);
  auto& depth = core_.objects_[downtime.object].downtime_depth;
  if (downtime.in_effect) {
    core_.module_->operators().downtime_ended(id);
    if (--depth == 0) {
      core_.notification(downtime.object, wire::NotificationKind::downtime_end, downtime.content.author, downtime.content.comment);
    }
  }
  remove_comment(downtime.comment);
  kept_.downtimes.erase(id);
  core_.module_->operators().downtime_deleted(id, downtime.content.end_s);
}

void ModelOperators::remove_downtime(LocalId id) {
  const auto found = kept_.downtimes.find(id);
  if (found == kept_.downtimes.end()) return;
  const Downtime downtime = found->second;
  auto& depth = core_.objects_[downtime.object].downtime_depth;
  if (downtime.in_effect && --depth == 0) {
    core_.notification(downtime.object, wire::NotificationKind::downtime_cancelled, downtime.content.author, downtime.content.comment);
  }
  remove_comment(downtime.comment);
  kept_.downtimes.erase(id);
  core_.module_->operators().downtime_deleted(id, downtime.content.end_s);
}

neb::LocalDowntime ModelOperators::local(LocalId id, const Downtime& downtime) const {
  return {id, downtime.object, downtime.triggered_by, downtime.in_effect, downtime.content};
}

void ModelOperators::each_downtime(const std::function<void(const neb::LocalDowntime&)>& visit) const {
  for (const auto& [id, downtime] : kept_.downtimes) visit(local(id, downtime));
}

std::optional<neb::LocalDowntime> ModelOperators::downtime(LocalId id) const {
  const auto found = kept_.downtimes.find(id);
  return found == kept_.downtimes.end() ? std::nullopt : std::optional(local(id, found->second));
}

neb::LocalId ModelOperators::add_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by, bool silent) {
  const LocalId id = schedule_downtime(object, content, triggered_by);
  if (content.flexible_start_s != 0) {
    start_downtime(id, content.flexible_start_s, silent);
  } else if (silent && content.fixed && triggered_by == 0 && content.start_s <= core_.seconds()) {
    start(id, silent);
  }
  return id;
}

void ModelOperators::start_downtime(LocalId id, std::int64_t began_s, bool silent) {
  const auto found = kept_.downtimes.find(id);
  if (found == kept_.downtimes.end()) return;
  found->second.content.flexible_start_s = began_s;
  start(id, silent);
}

// With an increased depth during the call, no notification is sent.
void ModelOperators::cancel_downtime(LocalId id, bool silent) {
  const auto found = kept_.downtimes.find(id);
  if (found == kept_.downtimes.end()) return;
  auto& depth = core_.objects_[found->second.object].downtime_depth;
  const bool hushed = silent && found->second.in_effect;
  if (hushed) ++depth;
  remove_downtime(id);
  if (hushed) --depth;
}

// ---- acknowledgements

// commands.c: nothing happens to an object without a problem; the module is called before the fields are set, and the comment
// follows last.
void ModelOperators::acknowledge_problem(Index object, wire::AcknowledgementRegister content) {
  const ModelState& state = core_.objects_[object].state;
  if (state.current_state == 0) return;
  core_.module_->acknowledged(object, content);
  if (content.notify) core_.notification(object, wire::NotificationKind::acknowledgement, content.author, content.text);
  acknowledge(object, content.sticky);
  wire::CommentRegister text;
  text.author = content.author;
  text.text = content.text;
  text.entry_s = core_.seconds();
  text.persistent = content.persistent;
  text.of_acknowledgement = true;
  comment(object, CommentKind::acknowledgement, text);
}

// Their comments are deleted with the acknowledgement, except for persistent ones.
void ModelOperators::clear_acknowledgement(Index object) {
  core_.objects_[object].state.acknowledged = false;
  std::vector<LocalId> gone;
  for (const auto& [id, comment] : kept_.comments) {
    if (comment.object == object && comment.kind == CommentKind::acknowledgement && !comment.content.persistent) gone.push_back(id);
  }
  for (const LocalId id : gone) remove_comment(id);
}

bool ModelOperators::has_problem(Index object) const { return core_.objects_[object].state.current_state != 0; }
bool ModelOperators::acknowledged(Index object) const { return core_.objects_[object].state.acknowledged; }
bool ModelOperators::acknowledged_sticky(Index object) const { return core_.objects_[object].state.sticky; }

void ModelOperators::acknowledge(Index object, bool sticky) {
  core_.objects_[object].state.acknowledged = true;
  core_.objects_[object].state.sticky = sticky;
}

neb::LocalId ModelOperators::add_comment(Index object, const wire::CommentRegister& content) {
  return comment(object, content.of_acknowledgement ? CommentKind::acknowledgement : CommentKind::user, content);
}

void ModelOperators::remove_acknowledgement(Index object) { clear_acknowledgement(object); }

// ---- flapping

void ModelOperators::flapping_began(Index object) {
  wire::CommentRegister text;
  text.text = "flapping";
  comment(object, CommentKind::flapping, text);
}

// A core that has taken the state over has no such comment.
void ModelOperators::flapping_ended(Index object) {
  const auto found = std::find_if(kept_.comments.begin(), kept_.comments.end(), [&](const auto& entry) {
    return entry.second.object == object && entry.second.kind == CommentKind::flapping;
  });
  if (found != kept_.comments.end()) remove_comment(found->first);
}

// ---- custom variables

void ModelOperators::set_variable(Index object, const std::string& name, const std::string& value) {
  core_.objects_[object].state.variables["_" + name] = value;
}

std::vector<std::string> ModelOperators::modified_attributes(const neb::Subject& subject) const {
  std::vector<std::string> names;
  if (subject.kind != neb::Subject::Kind::object) return names;
  for (const auto& [name, value] : core_.objects_[subject.index].state.variables) names.push_back(name);
  return names;
}

std::optional<std::string> ModelOperators::attribute(const neb::Subject& subject, std::string_view name) const {
  if (subject.kind != neb::Subject::Kind::object) return std::nullopt;
  const auto& variables = core_.objects_[subject.index].state.variables;
  const auto found = variables.find(std::string(name));
  return found == variables.end() ? std::nullopt : std::optional(found->second);
}

bool ModelOperators::set_attribute(const neb::Subject& subject, const std::string& name, const std::string& value) {
  if (subject.kind != neb::Subject::Kind::object || !name.starts_with("_")) return false;
  core_.objects_[subject.index].state.variables[name] = value;
  return true;
}

void ModelOperators::run_command(const std::string& line) { core_.command(line); }

}  // namespace merlin::sim
