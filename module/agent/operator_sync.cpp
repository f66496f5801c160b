#include "module/agent/operator_sync.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "module/agent/flag_scope.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/fit.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::neb {
namespace {

// The part that is replicated; the item is a hash of exactly this part.
LocalComment limited(LocalComment comment) {
  wire::fit(comment.content);
  return comment;
}

}  // namespace

OperatorSync::OperatorSync(Core& core, const Objects& objects, const RowTable& rows, Ownership& ownership, Driver& driver)
    : core_(core.operators()),
      objects_(objects),
      ownership_(ownership),
      register_writer_(core, objects, ownership, writes_, driver),
      acknowledgements_(core_, objects, rows, register_writer_),
      comments_(core_, objects, rows, acknowledgements_, register_writer_),
      downtimes_(core_, objects, ownership, register_writer_),
      attributes_(core, core_, objects, register_writer_) {
  // A core that displays a time without a calendar date crashes: such comments and downtimes are removed from the core.
  std::vector<std::pair<Index, LocalId>> impossible;
  for (Index host = 0; host < objects.hosts(); ++host) {
    core_.each_comment(host, [&](const LocalComment& found) {
      LocalComment comment = limited(found);
      wire::Rejects rejects;
      if (!wire::validate(comment.content, rejects)) return impossible.emplace_back(comment.object, comment.id), void();
      if (comment.content.of_acknowledgement) acknowledgements_.found(comment);
      comments_.found(comment);
    });
  }
  for (const auto& [object, id] : impossible) core_.delete_comment(object, id);
  const std::size_t removed = impossible.size() + downtimes_.find_all();
  if (removed == 0) return;
  core.log(LogLevel::warning, "removed " + std::to_string(removed) +
                                  " comments and downtimes with times that are not between 1970 and 9999, " +
                                  "or with a duration of more than 10 years: they would crash this core");
}

void OperatorSync::comment_added(const LocalComment& made) {
  if (bringing_in_) return;
  const LocalComment comment = limited(made);
  if (comment.content.of_acknowledgement) acknowledgements_.commented(comment);
  comments_.added(comment);
}

void OperatorSync::comment_deleted(LocalId id) {
  using By = OperatorComments::By;
  comments_.deleted(id, bringing_in_ ? By::row : commanded_ ? By::person : By::core);
}

void OperatorSync::downtime_added(LocalId id) {
  if (!bringing_in_) downtimes_.added(id);
}

void OperatorSync::acknowledged(Index object, wire::AcknowledgementRegister content) {
  wire::fit(content);
  if (!bringing_in_) acknowledgements_.begun(object, std::move(content));
}

void OperatorSync::acknowledgement_removed(Index object) { acknowledgements_.removed(object); }

void OperatorSync::attributes_changed(const Subject& subject, const std::vector<std::string>& names) {
  if (!bringing_in_) attributes_.changed(subject, names);
}

void OperatorSync::contact_attributes_changed(std::string_view contact, const std::vector<std::string>& names) {
  const auto subject = attributes_.find({0, host_key(contact)});
  if (subject) attributes_changed(*subject, names);
}

template <class Value, class Use>
void OperatorSync::with_value(const wire::Register& row, Use&& use) {
  auto value = wire::decode<Value>(row.value);
  if (value) use(*std::move(value));
}

void OperatorSync::bring_in(const wire::Register& row, bool live) {
  ownership_.side().observe(row.version);
  if (const wire::Register* ours = writes_.find(cluster::key_of(row))) {
    const auto standing = cluster::order(*ours, row);
    if (standing > 0) return;  // our write is newer, and the daemon has not received it yet
    if (standing < 0) writes_.outdone(cluster::key_of(row));
  }
  const Index object = objects_.find(row.object);
  if (row.kind != wire::RegisterKind::attribute && object == kNoObject) return;
  const FlagScope scope(bringing_in_);
  switch (row.kind) {
    case wire::RegisterKind::comment:
      with_value<wire::CommentRegister>(row, [&](auto value) { comments_.bring_in(object, row.item, row.version, value); });
      break;
    case wire::RegisterKind::downtime:
      with_value<wire::DowntimeRegister>(row, [&](auto value) { downtimes_.bring_in(object, row.item, value, live); });
      break;
    case wire::RegisterKind::acknowledgement:
      with_value<wire::AcknowledgementRegister>(row, [&](auto value) {
        acknowledgements_.bring_in(object, row.version, std::move(value));
        comments_.judge(object);
      });
      break;
    case wire::RegisterKind::attribute:
      with_value<wire::AttributeRegister>(row, [&](auto value) { attributes_.bring_in(row.object, value); });
      break;
    default:
      break;
  }
}

void OperatorSync::check_row_came(Index object) {
  const FlagScope scope(bringing_in_);
  acknowledgements_.judge(object);
  comments_.judge(object);
}

void OperatorSync::link_up() {
  writes_.say_again();
  next_initial_ = 0;
}

void OperatorSync::add_initial(Index host, std::vector<wire::Register>& rows) const {
  core_.each_comment(host, [&](const LocalComment& comment) { comments_.initial(limited(comment), rows); });
  const auto add_object = [&](Index object) {
    acknowledgements_.initial(object, rows);
    attributes_.initial({Subject::Kind::object, object}, rows);
  };
  add_object(host);
  for (Index service : objects_.services_of(host)) add_object(service);
}

std::optional<std::vector<wire::Register>> OperatorSync::next_initial() {
  if (next_initial_ > objects_.hosts()) return std::nullopt;
  std::vector<wire::Register> rows;
  const Index until = std::min(objects_.hosts(), next_initial_ + kHostsPerStep);
  while (next_initial_ < until && rows.size() < kInitialRowsAStep) add_initial(next_initial_++, rows);
  if (next_initial_ == objects_.hosts()) {
    ++next_initial_;
    downtimes_.initial(rows);
    attributes_.initial_rest(rows);
  }
  std::erase_if(rows, [this](const wire::Register& row) { return !register_writer_.is_shared(row.object); });
  wire::Rejects rejects;
  wire::validate(rows, rejects);
  return rows;
}

}  // namespace merlin::neb
