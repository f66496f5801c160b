#include "tests/sim/operator_judge.hpp"

#include <algorithm>
#include <set>

#include "module/agent/operator_items.hpp"
#include "shared/wire/codec.hpp"
#include "tests/sim/story.hpp"

namespace merlin::sim {
namespace {

bool is_of_operators(wire::RegisterKind kind) { return kind != wire::RegisterKind::check && kind != wire::RegisterKind::notification; }

std::string kind_of(const wire::Register& row) {
  if (row.rank != 0) return "deletion";
  switch (row.kind) {
    case wire::RegisterKind::comment:
      return "comment";
    case wire::RegisterKind::downtime:
      return "downtime";
    case wire::RegisterKind::acknowledgement:
      return "acknowledgement";
    default:
      return "attribute";
  }
}

// Such a comment exists while its acknowledgement is in effect, or for ever: each core decides that itself.
bool is_of_acknowledgement(const wire::Register& row) {
  if (row.kind != wire::RegisterKind::comment || row.rank != 0) return false;
  const auto content = wire::decode<wire::CommentRegister>(row.value);
  return content && content->of_acknowledgement;
}

// The row as the operator made it: the owner adds the start of a downtime.
std::string value_as_made(const wire::Register& row) {
  if (row.kind != wire::RegisterKind::downtime) return row.value;
  auto content = wire::decode<wire::DowntimeRegister>(row.value);
  if (!content) return row.value;
  content->flexible_start_s = content->fixed_start_s = 0;
  return wire::encode(*content);
}

// The operators' comments and the downtimes of a core, by the cluster's keys.
std::set<cluster::RegisterKey> items_of(const ModelCore& core) {
  std::set<cluster::RegisterKey> items;
  for (const auto& [id, comment] : core.operators_view().comments()) {
    const ObjectKey& object = core.key_of(comment.object);
    if (comment.kind != ModelOperators::CommentKind::user) continue;
    items.insert({object, wire::RegisterKind::comment, neb::comment_item(object, comment.content, 0)});
  }
  for (const auto& [id, downtime] : core.operators_view().downtimes()) {
    const ObjectKey& object = core.key_of(downtime.object);
    items.insert({object, wire::RegisterKind::downtime, neb::downtime_item(object, downtime.content, 0)});
  }
  return items;
}

}  // namespace

std::string OperatorJudge::describe(const OperatorAct& act) const {
  return kind_of(act.row) + " made at " + plan_.nodes[act.by.node].name + " at " + seconds(act.at) + (act.safe ? ", and safe," : "");
}

OperatorJudge::Rows OperatorJudge::rows_of(const cluster::Table& table) {
  Rows rows;
  for (auto row = table.after(0); row != table.end(); ++row) {
    const wire::Register& content = row->second->content;
    if (is_of_operators(content.kind)) rows.emplace(cluster::key_of(content), content);
  }
  return rows;
}

void OperatorJudge::judge(const cluster::Table& table, const Fail& fail) const {
  const Rows standing = rows_of(table);
  for (const OperatorAct& act : records_.acts.acts()) judge_act(act, standing, fail);
  for (const auto& [by, at] : records_.acts.overlooked())
    fail("I1: the module took no notice of what an operator did at " + plan_.nodes[by.node].name + " at " + seconds(at));
  for (const auto& [key, row] : standing) {
    if (!was_done(row)) fail("I3: a " + kind_of(row) + " stands in the tables that nobody made");
  }
}

// Actions that a core had not sent yet when it died may be lost, and so may those on a lost disk.
void OperatorJudge::judge_act(const OperatorAct& act, const Rows& standing, const Fail& fail) const {
  if (act.replaced || (!act.safe && records_.ends.has_ended(act.by))) return;
  if (faults_.lost_its_disk(act.by.node, act.at) || records_.acts.may_be_forgotten(act)) return;
  wire::Register row = act.row;
  row.version.writer = plan_.nodes[act.by.node].id;
  const auto found = standing.find(cluster::key_of(row));
  if (found == standing.end()) return fail("I1: the " + describe(act) + " is lost");
  if (cluster::order(found->second, row) < 0) fail("I1: the " + describe(act) + " was undone by something lesser");
}

bool OperatorJudge::was_done(const wire::Register& row) const {
  const auto& acts = records_.acts.acts();
  return std::any_of(acts.begin(), acts.end(), [&](const OperatorAct& act) {
    if (cluster::key_of(act.row) != cluster::key_of(row)) return false;
    if (row.rank != 0 && records_.acts.may_be_forgotten(act)) return true;
    return act.row.rank == row.rank && value_as_made(act.row) == value_as_made(row);
  });
}

void OperatorJudge::judge_core(std::size_t node, const Monitor& core, const cluster::Table& table, const Fail& fail) const {
  const std::string& name = plan_.nodes[node].name;
  if (core.writes_waiting() > 0)
    fail("I7: the core of " + name + " keeps " + std::to_string(core.writes_waiting()) + " acts that its daemon has not called safe");
  const Rows standing = rows_of(table);
  const std::set<cluster::RegisterKey> items = items_of(core.core());
  for (const auto& [key, row] : standing) {
    if (!core.core().index_of(key.object)) continue;
    if (key.kind == wire::RegisterKind::acknowledgement) {
      judge_acknowledgement(core, row, table, name, fail);
    } else if (key.kind == wire::RegisterKind::attribute) {
      const auto content = wire::decode<wire::AttributeRegister>(row.value);
      const neb::Subject subject{neb::Subject::Kind::object, *core.core().index_of(key.object)};
      if (core.core().operators_view().attribute(subject, content->name) != content->value)
        fail("I7: the core of " + name + " lacks an attribute");
    } else if (!is_of_acknowledgement(row) && (row.rank == 0) != items.contains(key)) {
      fail("I7: the core of " + name + (row.rank == 0 ? " lacks a " + kind_of(row) : " has an item that was deleted"));
    }
  }
  for (const cluster::RegisterKey& key : items) {
    if (!standing.contains(key)) fail("I7: the core of " + name + " has a comment or downtime that no table has");
  }
}

// Applies the rule itself (R5) to the tables.
void OperatorJudge::judge_acknowledgement(const Monitor& core, const wire::Register& row, const cluster::Table& table,
                                          const std::string& name, const Fail& fail) const {
  const wire::Register* check = nullptr;
  for (auto one = table.after(0); one != table.end(); ++one) {
    const wire::Register& content = one->second->content;
    if (content.kind == wire::RegisterKind::check && content.object == row.object) check = &content;
  }
  if (check == nullptr) return;
  const auto content = wire::decode<wire::AcknowledgementRegister>(row.value);
  const auto state = wire::decode<wire::CheckRegister>(check->value);
  if (!content || !state) return;
  const bool since_change = content->sticky || row.version.hlc > state->last_change_hlc;
  const bool holds = content->set && state->current_state != 0 && row.version.hlc > state->last_hard_ok_hlc && since_change;
  if (core.core().state(*core.core().index_of(row.object)).acknowledged == holds) return;
  fail("I7: the core of " + name + (holds ? " does not show an acknowledgement that holds" : " shows an acknowledgement that is over"));
}

}  // namespace merlin::sim
