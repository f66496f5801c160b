#include "module/operator_comments.hpp"

#include "wire/codec.hpp"

namespace merlin::neb {

std::uint64_t OperatorComments::remember(const LocalComment& comment) {
  const ObjectKey object = objects_.key(comment.object);
  const std::uint64_t item =
      items_.free_item(comment.object, [&](std::uint32_t ordinal) { return comment_item(object, comment.content, ordinal); });
  items_.add(comment.id, comment.object, item);
  return item;
}

void OperatorComments::found(const LocalComment& comment) { remember(comment); }

void OperatorComments::added(const LocalComment& comment) {
  const std::uint64_t item = remember(comment);
  scribe_.write(key(comment.object, item), wire::encode(comment.content));
}

void OperatorComments::deleted(LocalId id, bool own) {
  const auto place = items_.find(id);
  if (!place) return;
  items_.remove(id);
  if (!own) return;
  wire::CommentRegister gone;
  gone.deleted = true;
  scribe_.write(key(place->object, place->item), wire::encode(gone), true);
}

void OperatorComments::bring_in(Index object, std::uint64_t item, const wire::CommentRegister& content) {
  const LocalId id = items_.find(object, item);
  if (content.deleted) {
    if (id != 0) core_.delete_comment(object, id);
    return items_.remove(id);
  }
  const bool expired = content.expire_s != 0 && content.expire_s < scribe_.now_s();
  if (id != 0 || expired) return;
  const LocalId added = core_.add_comment(object, content);
  if (added != 0) items_.add(added, object, item);
}

void OperatorComments::initial(const LocalComment& comment, std::vector<wire::Register>& rows) const {
  const auto place = items_.find(comment.id);
  if (!place) return;
  rows.push_back(scribe_.known(key(place->object, place->item), wire::encode(comment.content), comment.content.entry_s * 1000));
}

}  // namespace merlin::neb
