#include "module/agent/outbox.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace merlin::neb {

Outbox::Outbox(Core& core, const Objects& objects, Ownership& ownership, RowWriter& writer, Inventory& inventory, Driver& driver)
    : core_(core),
      objects_(objects),
      ownership_(ownership),
      writer_(writer),
      inventory_(inventory),
      driver_(driver),
      dirty_(objects.size()),
      late_(objects.size()),
      unheard_(objects.size()) {}

void Outbox::start() {
  inventory_.rewind();
  next_initial_ = 0;
  operator_initial_.clear();
  late_.clear();  // the initial rows include them
  forwards_.say_again();
  alerts_.send_again();
  stage_ = Stage::inventory;
}

void Outbox::stop() {
  stage_ = Stage::off;
  for (const auto& [when, object] : recent_) unheard_.mark(object);
  recent_.clear();
  for (const Index object : late_.all()) unheard_.mark(object);
  late_.clear();
}

// Limits on everything that is sent keep payloads small enough; a payload that is too large is dropped, and the link is kept.
void Outbox::send_payload(std::uint8_t type, std::string payload) {
  if (payload.size() <= wire::kMaxPayloadBytes) return driver_.send({wire::kProtocolVersion, type, std::move(payload)});
  ++oversized_;
  if (oversized_limit_.admit(core_.now().steady)) {
    core_.log(LogLevel::error, "dropped a message of type " + std::to_string(type) + " with " + std::to_string(payload.size()) +
                                   " bytes, which does not fit into a frame; please report this");
  }
}

void Outbox::note_written(Index object, SteadyTime now) {
  if (stage_ == Stage::off) return unheard_.mark(object);
  recent_.emplace_back(now, object);
  while (now - recent_.front().first >= kMayBeUnheard) recent_.pop_front();
}

void Outbox::alert(Index object, wire::Register row, Now now) {
  note_written(object, now.steady);
  dirty_.unmark_last(object);  // the alert's row includes the state
  alerts_.add(object, std::move(row));
  bool any = false;
  while (const auto dropped = alerts_.drop_excess()) {
    dirty_.mark(*dropped);
    any = true;
  }
  if (any && alerts_limit_.admit(now.steady)) {
    core_.log(LogLevel::warning, "too many alerts wait for the daemon: the history and the other nodes' logs lack the oldest " +
                                     std::to_string(alerts_.dropped()) + " (each object's newest state is sent)");
  }
}

void Outbox::add_alerts(std::vector<wire::Register>& rows, std::size_t& bytes) {
  while (alerts_.has_unsent() && rows.size() < kRowsPerFrame && bytes < kBytesPerFrame) {
    rows.push_back(alerts_.take(batch_ + 1, ownership_.side().node_id()));
    bytes += rows.back().value.size();
  }
}

bool Outbox::step(Now now) {
  if (stage_ == Stage::off) return step_dirty(now);
  if (driver_.unsent_bytes() > kLiveUnsentBytes) return false;
  if (stage_ == Stage::inventory) {
    if (const auto part = inventory_.next()) return send(*part), true;
    stage_ = Stage::claims;
  }
  if (stage_ == Stage::claims) {
    stage_ = Stage::initial;
    send(wire::CoreClaims{ownership_.side().epoch(), true, ownership_.claims(), {}, {}});
    return true;
  }
  return step_dirty(now) || step_late(now) || step_forwards(now) || step_initial(now);
}

// Without a daemon a result gets its version too; the initial rows of the next link include it.
bool Outbox::step_dirty(Now now) {
  std::vector<wire::Register> rows;
  std::size_t bytes = 0;
  if (started()) add_alerts(rows, bytes);
  while (rows.size() < kRowsPerFrame && bytes < kBytesPerFrame) {
    const Index object = dirty_.take();
    if (object == kNoObject) break;
    rows.push_back(writer_.write(object, now));
    bytes += rows.back().value.size();
    note_written(object, now.steady);
  }
  const bool any = !rows.empty();
  send_rows(std::move(rows), wire::CoreRowsKind::write);
  return any;
}

bool Outbox::step_late(Now now) {
  std::vector<wire::Register> rows;
  for (std::size_t bytes = 0; rows.size() < kRowsPerFrame && bytes < kBytesPerFrame && !late_.empty();) {
    const Index object = late_.take();
    rows.push_back(writer_.known(object, now));
    bytes += rows.back().value.size();
    note_written(object, now.steady);
  }
  const bool any = !rows.empty();
  send_rows(std::move(rows), wire::CoreRowsKind::initial);
  return any;
}

bool Outbox::step_forwards(Now now) {
  if (!forwards_.has_unsaid()) return false;
  wire::CoreResults message = forwards_.take(kResultsPerFrame, now.wall.time_since_epoch().count(), kBytesPerFrame);
  message.epoch = ownership_.side().epoch();
  send(message);
  return true;
}

// A host may have any number of comments, and the core any number of downtimes: one frame at a time.
bool Outbox::step_operator_initial() {
  if (operator_initial_.empty() && next_initial_ == 0 && more_initial_) {
    auto more = more_initial_();
    if (!more) return false;
    operator_initial_.insert(operator_initial_.end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
    if (operator_initial_.empty()) return true;
  }
  std::vector<wire::Register> rows;
  for (std::size_t bytes = 0; rows.size() < kRowsPerFrame && bytes < kBytesPerFrame && !operator_initial_.empty();) {
    rows.push_back(std::move(operator_initial_.front()));
    operator_initial_.pop_front();
    bytes += rows.back().value.size();
  }
  const bool any = !rows.empty();
  send_rows(std::move(rows), wire::CoreRowsKind::initial);
  return any;
}

// Objects that were never checked have no state to send.
bool Outbox::step_initial(Now now) {
  if (stage_ != Stage::initial || driver_.unsent_bytes() > kBulkUnsentBytes) return false;
  if (step_operator_initial()) return true;
  std::vector<wire::Register> rows;
  std::size_t bytes = 0;
  const Index until = std::min(objects_.size(), next_initial_ + kLookedAtPerStep);
  for (; next_initial_ < until && rows.size() < kRowsPerFrame && bytes < kBytesPerFrame; ++next_initial_) {
    if (!core_.schedule(next_initial_).has_been_checked || !objects_.is_shared(next_initial_)) continue;
    rows.push_back(writer_.known(next_initial_, now));
    bytes += rows.back().value.size();
  }
  const bool last = next_initial_ == objects_.size();
  if (last) {
    stage_ = Stage::steady;
    unheard_.clear();
  }
  if (rows.empty() && !last) return true;
  send(wire::CoreRows{std::move(rows), ownership_.side().epoch(), last ? wire::CoreRowsKind::initial_last : wire::CoreRowsKind::initial,
                      ++batch_});
  return true;
}

void Outbox::flush(Now now) {
  while (driver_.unsent_bytes() <= kFlushUnsentBytes && step_dirty(now)) {
  }
  for (Index object = dirty_.take(); object != kNoObject; object = dirty_.take()) {
    static_cast<void>(writer_.write(object, now));
    started() ? late_.mark(object) : unheard_.mark(object);
  }
}

void Outbox::send_rows(std::vector<wire::Register> rows, wire::CoreRowsKind kind) {
  if (rows.empty()) return;
  rows_written_ += rows.size();
  send(wire::CoreRows{std::move(rows), ownership_.side().epoch(), kind, ++batch_});
}

}  // namespace merlin::neb
