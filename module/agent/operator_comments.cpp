#include "module/agent/operator_comments.hpp"

#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::neb {
namespace {

bool is_transient(const wire::CommentRegister& content) { return content.of_acknowledgement && !content.persistent; }

// As for its acknowledgement: later than everything else of that second.
std::int64_t made_ms(const wire::CommentRegister& content) {
  return content.entry_s * 1000 + (content.of_acknowledgement ? kAcknowledgedAfter_ms : 0);
}

}  // namespace

std::uint64_t OperatorComments::remember(const LocalComment& comment) {
  const ObjectKey object = objects_.key(comment.object);
  const std::uint64_t item =
      items_.free_item(comment.object, [&](std::uint32_t ordinal) { return comment_item(object, comment.content, ordinal); });
  items_.add(comment.id, comment.object, item);
  return item;
}

void OperatorComments::found(const LocalComment& comment) {
  const std::uint64_t item = remember(comment);
  if (!is_transient(comment.content)) return;
  transient_[comment.object][item] = {comment.content, cluster::hlc_of(WallTime(Millis(made_ms(comment.content))))};
}

void OperatorComments::added(const LocalComment& comment) {
  if (is_transient(comment.content)) delete_past(comment.object);
  const std::uint64_t item = remember(comment);
  const wire::Version version = register_writer_.write(key(comment.object, item), wire::encode(comment.content));
  if (is_transient(comment.content)) transient_[comment.object][item] = {comment.content, version.hlc};
}

// Deletes on all nodes the comments of acknowledgements that have ended, so that they do not accumulate.
void OperatorComments::delete_past(Index object) {
  const auto known = transient_.find(object);
  if (known == transient_.end()) return;
  std::erase_if(known->second, [&](const auto& entry) {
    const bool past = entry.second.clock <= rows_.last_change(object) && items_.find(object, entry.first) == 0;
    if (past) write_deletion(object, entry.first);
    return past;
  });
}

void OperatorComments::write_deletion(Index object, std::uint64_t item) {
  wire::CommentRegister gone;
  gone.deleted = true;
  register_writer_.write(key(object, item), wire::encode(gone), true);
}

void OperatorComments::forget_transient(Index object, std::uint64_t item) {
  const auto known = transient_.find(object);
  if (known == transient_.end()) return;
  known->second.erase(item);
  if (known->second.empty()) transient_.erase(known);
}

void OperatorComments::deleted(LocalId id, By by) {
  const auto place = items_.find(id);
  if (!place) return;
  items_.remove(id);
  const auto known = transient_.find(place->object);
  const bool transient = known != transient_.end() && known->second.contains(place->item);
  if (by == By::row || (by == By::core && transient)) return;
  forget_transient(place->object, place->item);
  write_deletion(place->object, place->item);
}

void OperatorComments::show(Index object, std::uint64_t item, const wire::CommentRegister& content) {
  if (items_.find(object, item) != 0) return;
  const LocalId added = core_.add_comment(object, content);
  if (added != 0) items_.add(added, object, item);
}

void OperatorComments::hide(Index object, std::uint64_t item) {
  const LocalId id = items_.find(object, item);
  if (id == 0) return;
  core_.delete_comment(object, id);
  items_.remove(id);
}

void OperatorComments::bring_in(Index object, std::uint64_t item, const wire::Version& version, const wire::CommentRegister& content) {
  if (content.deleted) {
    forget_transient(object, item);
    return hide(object, item);
  }
  if (is_transient(content)) {
    transient_[object][item] = {content, version.hlc};
    return judge(object);
  }
  const bool expired = content.expire_s != 0 && content.expire_s < register_writer_.now_s();
  if (!expired) show(object, item, content);
}

void OperatorComments::judge(Index object) {
  const auto known = transient_.find(object);
  if (known == transient_.end()) return;
  for (const auto& [item, transient] : known->second) {
    acknowledgements_.covers(object, transient.clock) ? show(object, item, transient.content) : hide(object, item);
  }
}

void OperatorComments::initial(const LocalComment& comment, std::vector<wire::Register>& rows) const {
  const auto place = items_.find(comment.id);
  if (!place) return;
  rows.push_back(register_writer_.known(key(place->object, place->item), wire::encode(comment.content), made_ms(comment.content)));
}

}  // namespace merlin::neb
