// The store: what is loaded at the start, what is written, and what waits for a write.
#include <algorithm>
#include <utility>

#include "shared/cluster/node/node_notify.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::cluster {
namespace {

// How often rows that are older than the retention are removed.
constexpr Millis kForgetEvery{60 * 60 * 1000};

std::string tombstone_of(wire::RegisterKind kind) {
  if (kind == wire::RegisterKind::comment) {
    wire::CommentRegister comment;
    comment.deleted = true;
    return wire::encode(comment);
  }
  wire::DowntimeRegister downtime;
  downtime.deleted = true;
  return wire::encode(downtime);
}

}  // namespace

void Node::State::restore(Stored stored, Now now) {
  set_horizon(now.wall);
  const Millis away{now.wall.time_since_epoch().count() - stored.saved_ms};
  if (stored.saved_ms != 0) phases.was_away(away, settings.retention);
  std::vector<RegisterKey> damaged;
  for (wire::Register& content : stored.rows) {
    if (!admission.may_stand(content, term, now.wall)) {
      damaged.push_back(key_of(content));
    } else if (phases.is_unconfirmed(content)) {
      phases.keep_unconfirmed(std::move(content));
    } else {
      table.put(std::move(content), settings.self, false);
    }
  }
  if (!damaged.empty()) {
    log(LogLevel::error, std::to_string(damaged.size()) + " rows of the store are dropped: no cluster can have written them");
    store_writer.forget(std::move(damaged));
  }
  store_writer.restored();
  own_alerts.restored(stored.alert_clock);
  clock_seen = std::max(clock_seen, stored.alert_clock);  // our core's next alerts are above it
  journal.restore(stored.streams);
  notifications->restored(now);
  for (wire::ForwardedResult& kept : stored.kept) forwarding.restore(std::move(kept), now);
}

// Called after the comparison with all ready nodes. Rows that none of them has are deleted; without a ready node, all of ours are kept.
void Node::State::settle_unconfirmed(Now now) {
  const bool others_know = std::any_of(peers.begin(), peers.end(), [&](const auto& entry) {
    return entry.second.is_active() && phase_of(entry.first, entry.second) == wire::NodePhase::ready;
  });
  std::size_t dropped = 0;
  for (wire::Register& content : phases.take_unconfirmed()) {
    if (others_know && table.find(key_of(content)) == nullptr) {
      content.rank = 1;
      content.base_ms = now.wall.time_since_epoch().count();
      content.value = tombstone_of(content.kind);
      ++dropped;
    }
    table.put(std::move(content), {}, false);  // we send it to the other nodes
  }
  if (dropped == 0) return;
  log(LogLevel::warning, "this node was away for longer than backlog_max_age: " + std::to_string(dropped) +
                             " comments and downtimes that no other node has are deleted");
}

// By whole hours, so that nodes whose clocks differ slightly seldom disagree about what has expired.
void Node::State::set_horizon(WallTime wall) {
  const std::int64_t hour = kForgetEvery.count();
  table.set_horizon((wall.time_since_epoch().count() - settings.retention.count()) / hour * hour);
}

// All nodes do this at the same time, so that their tables stay equal.
void Node::State::forget_past(Now now) {
  const std::int64_t hour = now.wall.time_since_epoch() / kForgetEvery;
  if (std::exchange(forgot_hour, hour) == hour) return;
  set_horizon(now.wall);
  store_writer.forget(table.erase_past());
  forget_unknown(now);
}

void Node::State::settle_store(Now now) {
  enter(store_writer.overdue(now.steady), now);
  for (const wire::ForwardedAck& ack : forwarding.take_dropped()) store_writer.done(ack);
  while (std::optional<Save> save = store_writer.next(now.steady, journal.has_to_save(now.steady))) {
    journal.put_into(*save);
    out.push_back(std::move(*save));
  }
  for (const std::uint64_t batch : own_alerts.take_safe(journal.settled_count())) to_core(wire::RowsSafe{batch, {}});
}

void Node::State::enter(StoreWriter::Released released, Now now) {
  if (!released.rows.empty() || !released.of_core_before.empty()) happened(Event::results);  // some may have waited for these
  for (wire::Register& content : released.rows) enter(std::move(content), true, released.on_disk, now);
  for (wire::Register& content : released.of_core_before) enter(std::move(content), false, released.on_disk, now);
  for (const std::uint64_t batch : released.safe_batches) to_core(wire::RowsSafe{batch, {}});
  report_safe_results(released.safe_results);
}

void Node::State::enter(wire::Register content, bool core_has, bool on_disk, Now now) {
  const RegisterKey key = key_of(content);
  const wire::Version version = content.version;
  const Table::Put put = table.put(std::move(content), {}, true);
  Row* row = table.find(key);
  if (put == Table::Put::older) {
    feed.again(key);
    if (core_has) own_word_lost(key, version, now);
    return;
  }
  if (row == nullptr) return;
  if (core_has) feed.note_held(*row);
  store_writer.entered(*row, on_disk);
}

void Node::State::report_safe_results(const std::vector<wire::ForwardedAck>& results) {
  wire::RowsSafe safe;
  for (const wire::ForwardedAck& ack : results) {
    if (ack.taker_instance == core.hello().boot_id) safe.results.push_back(ack.number);
  }
  if (core.is_connected() && !safe.results.empty()) to_core(std::move(safe));
}

void Node::State::keep(const wire::ForwardedResult* fresh) {
  if (fresh != nullptr) store_writer.keep(*fresh);
}

// The owner has it: neither this node nor its store needs it any more.
void Node::State::forwarded(const wire::ForwardedAck& ack) {
  if (forwarding.on_ack(ack) && store_writer.done(ack)) report_safe_results({ack});
}

// A state that contains a forwarded result acknowledges it: even if the owner fails now, we have its state.
void Node::State::look_for_forwarded(const wire::Register& row) {
  if (forwarding.waiting() == 0) return;
  for (const wire::ForwardedAck& ack : forwarding.contained(row)) forwarded(ack);
}

void Node::State::store_lost() {
  store_writer.lost();
  for (wire::ForwardedResult& message : forwarding.all()) store_writer.keep(std::move(message));
  journal.store_lost();
}

void Node::State::saved(std::uint64_t ticket, bool ok, Now now) {
  journal.saved(ticket, ok, now.steady);
  enter(store_writer.saved(ticket, ok, now.steady), now);
  notifications->saved(ticket, now);
}

}  // namespace merlin::cluster
