#include "module/outbox.hpp"

#include <algorithm>

namespace merlin::neb {

Outbox::Outbox(Core& core, const Objects& objects, Ownership& ownership, RowWriter& writer, Inventory& inventory, Link& link)
    : core_(core),
      objects_(objects),
      ownership_(ownership),
      writer_(writer),
      inventory_(inventory),
      link_(link),
      dirty_(objects.size()),
      unheard_(objects.size()) {}

void Outbox::start() {
  inventory_.rewind();
  next_initial_ = 0;
  forwards_.say_again();
  stage_ = Stage::inventory;
}

void Outbox::stop() {
  stage_ = Stage::off;
  for (const auto& [when, object] : recent_) unheard_.mark(object);
  recent_.clear();
}

void Outbox::note_written(Index object, SteadyTime now) {
  if (stage_ == Stage::off) return unheard_.mark(object);
  recent_.emplace_back(now, object);
  while (now - recent_.front().first >= kMayBeUnheard) recent_.pop_front();
}

bool Outbox::step(Now now) {
  if (stage_ == Stage::off) return step_dirty(now);
  if (link_.unsent_bytes() > kLiveUnsentBytes) return false;
  if (stage_ == Stage::inventory) {
    if (const auto part = inventory_.next()) return send(*part), true;
    stage_ = Stage::claims;
  }
  if (stage_ == Stage::claims) {
    stage_ = Stage::initial;
    send(wire::CoreClaims{ownership_.side().epoch(), true, ownership_.claims(), {}, {}});
    return true;
  }
  return step_dirty(now) || step_forwards(now) || step_initial(now);
}

// Without a daemon a result gets its version all the same: the initial rows bring it when there is one again.
bool Outbox::step_dirty(Now now) {
  std::vector<wire::Register> rows;
  while (rows.size() < kRowsPerFrame) {
    const Index object = dirty_.take();
    if (object == no_object) break;
    rows.push_back(writer_.write(object, now));
    note_written(object, now.steady);
  }
  const bool any = !rows.empty();
  send_rows(std::move(rows), wire::CoreRowsKind::write);
  return any;
}

bool Outbox::step_forwards(Now now) {
  if (!forwards_.has_unsaid()) return false;
  wire::CoreResults message = forwards_.take(kResultsPerFrame, now.wall.time_since_epoch().count());
  message.epoch = ownership_.side().epoch();
  send(message);
  return true;
}

// Objects that nobody has checked yet have nothing to say.
bool Outbox::step_initial(Now now) {
  if (stage_ != Stage::initial || link_.unsent_bytes() > kBulkUnsentBytes) return false;
  if (auto more = next_initial_ == 0 && more_initial_ ? more_initial_() : std::nullopt) {
    send_rows(*std::move(more), wire::CoreRowsKind::initial);
    return true;
  }
  std::vector<wire::Register> rows;
  const Index until = std::min(objects_.size(), next_initial_ + kLookedAtPerStep);
  for (; next_initial_ < until && rows.size() < kRowsPerFrame; ++next_initial_) {
    if (core_.schedule(next_initial_).has_been_checked) rows.push_back(writer_.known(next_initial_, now));
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
  while (step_dirty(now)) {
  }
}

void Outbox::send_rows(std::vector<wire::Register> rows, wire::CoreRowsKind kind) {
  if (rows.empty()) return;
  rows_written_ += rows.size();
  send(wire::CoreRows{std::move(rows), ownership_.side().epoch(), kind, ++batch_});
}

}  // namespace merlin::neb
