#include "module/operator_desk.hpp"

#include <algorithm>

#include "wire/codec.hpp"

namespace merlin::neb {

OperatorDesk::OperatorDesk(Core& core, const Objects& objects, const RowTable& rows, Ownership& ownership, Pulse& pulse)
    : core_(core.people()),
      objects_(objects),
      ownership_(ownership),
      scribe_(core, ownership, writes_, pulse),
      comments_(core_, objects, scribe_),
      acknowledgements_(core_, objects, rows, scribe_),
      downtimes_(core_, objects, ownership, scribe_),
      attributes_(core, core_, objects, scribe_) {
  for (Index host = 0; host < objects.hosts(); ++host) {
    core_.each_comment(host, [&](const LocalComment& comment) {
      comment.of_acknowledgement ? acknowledgements_.found(comment) : comments_.found(comment);
    });
  }
  downtimes_.find_all();
}

void OperatorDesk::comment_added(const LocalComment& comment) {
  if (bringing_in_) return;
  comment.of_acknowledgement ? acknowledgements_.commented(comment) : comments_.added(comment);
}

void OperatorDesk::downtime_added(LocalId id) {
  if (!bringing_in_) downtimes_.added(id);
}

void OperatorDesk::acknowledged(Index object, wire::AcknowledgementRegister content) {
  if (!bringing_in_) acknowledgements_.begun(object, std::move(content));
}

void OperatorDesk::acknowledgement_removed(Index object) { acknowledgements_.removed(object); }

void OperatorDesk::attributes_changed(const Subject& subject, const std::vector<std::string>& names) {
  if (!bringing_in_) attributes_.changed(subject, names);
}

void OperatorDesk::contact_attributes_changed(std::string_view contact, const std::vector<std::string>& names) {
  const auto subject = attributes_.find({0, host_key(contact)});
  if (subject) attributes_changed(*subject, names);
}

template <class Value, class Use>
void OperatorDesk::with_value(const wire::Register& row, Use&& use) {
  auto value = wire::decode<Value>(row.value);
  if (value) use(*std::move(value));
}

void OperatorDesk::bring_in(const wire::Register& row, bool live) {
  ownership_.side().observe(row.version);
  if (const wire::Register* ours = writes_.find(cluster::key_of(row))) {
    const auto standing = cluster::order(*ours, row);
    if (standing > 0) return;  // the daemon has not seen ours yet
    if (standing < 0) writes_.outdone(cluster::key_of(row));
  }
  const Index object = objects_.find(row.object);
  if (row.kind != wire::RegisterKind::attribute && object == no_object) return;
  bringing_in_ = true;
  switch (row.kind) {
    case wire::RegisterKind::comment:
      with_value<wire::CommentRegister>(row, [&](auto value) { comments_.bring_in(object, row.item, value); });
      break;
    case wire::RegisterKind::downtime:
      with_value<wire::DowntimeRegister>(row, [&](auto value) { downtimes_.bring_in(object, row.item, value, live); });
      break;
    case wire::RegisterKind::acknowledgement:
      with_value<wire::AcknowledgementRegister>(row,
                                                [&](auto value) { acknowledgements_.bring_in(object, row.version, std::move(value)); });
      break;
    case wire::RegisterKind::attribute:
      with_value<wire::AttributeRegister>(row, [&](auto value) { attributes_.bring_in(row.object, value); });
      break;
    default:
      break;
  }
  bringing_in_ = false;
}

void OperatorDesk::check_row_came(Index object) {
  bringing_in_ = true;
  acknowledgements_.judge(object);
  bringing_in_ = false;
}

void OperatorDesk::link_up() {
  writes_.say_again();
  next_initial_ = 0;
}

void OperatorDesk::add_initial(Index host, std::vector<wire::Register>& rows) const {
  core_.each_comment(host, [&](const LocalComment& comment) {
    if (!comment.of_acknowledgement) comments_.initial(comment, rows);
  });
  const auto add_object = [&](Index object) {
    acknowledgements_.initial(object, rows);
    attributes_.initial({Subject::Kind::object, object}, rows);
  };
  add_object(host);
  for (Index service : objects_.services_of(host)) add_object(service);
}

std::optional<std::vector<wire::Register>> OperatorDesk::next_initial() {
  if (next_initial_ > objects_.hosts()) return std::nullopt;
  std::vector<wire::Register> rows;
  const Index until = std::min(objects_.hosts(), next_initial_ + kHostsPerStep);
  while (next_initial_ < until && rows.size() < kInitialRowsAStep) add_initial(next_initial_++, rows);
  if (next_initial_ < objects_.hosts()) return rows;
  ++next_initial_;
  downtimes_.initial(rows);
  attributes_.initial_rest(rows);
  return rows;
}

}  // namespace merlin::neb
