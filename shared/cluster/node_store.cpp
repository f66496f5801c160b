// The store: what it held at the start, what goes there, and what waits for it.
#include <algorithm>
#include <utility>

#include "cluster/node_notify.hpp"
#include "wire/codec.hpp"

namespace merlin::cluster {
namespace {

// Past the retention nobody is told of them any more.
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
  const Millis age{now.wall.time_since_epoch().count() - stored.saved_ms};
  behind = stored.saved_ms != 0 && age > settings.retention;
  for (wire::Register& content : stored.rows) {
    if (is_doubtful(content)) {
      doubtful.push_back(std::move(content));
    } else {
      table.put(std::move(content), settings.self, false);
    }
  }
  saver.restored();
  journal.restore(stored.streams);
  notifications->restored(now);
  for (wire::ForwardedResult& kept : stored.kept) forwarding.restore(std::move(kept), now);
}

// A comment or downtime that the others do not have is either new to them or was deleted so long ago that they have
// forgotten it: who was away for longer than the retention cannot tell.
bool Node::State::is_doubtful(const wire::Register& content) const {
  const bool deletable = content.kind == wire::RegisterKind::comment || content.kind == wire::RegisterKind::downtime;
  return behind && deletable && content.rank == 0;
}

// We have compared with all that are ready. What none of them has is gone; if there is none, ours is all there is.
void Node::State::settle_doubtful(Now now) {
  behind = false;
  const bool others_know = std::any_of(others.begin(), others.end(), [&](const auto& entry) {
    return entry.second.active && phase_of(entry.first, entry.second) == wire::NodePhase::ready;
  });
  std::size_t dropped = 0;
  for (wire::Register& content : std::exchange(doubtful, {})) {
    if (others_know && table.find(key_of(content)) == nullptr) {
      content.rank = 1;
      content.base_ms = now.wall.time_since_epoch().count();
      content.value = tombstone_of(content.kind);
      ++dropped;
    }
    table.put(std::move(content), {}, false);  // the others hear of it from us
  }
  if (dropped == 0) return;
  log(LogLevel::warning, "this node was away for longer than backlog_max_age: " + std::to_string(dropped) +
                             " comments and downtimes that only it still had are deleted");
}

// By whole hours, so that nodes whose clocks differ a little seldom disagree on what is past.
void Node::State::set_horizon(WallTime wall) {
  const std::int64_t hour = kForgetEvery.count();
  table.set_horizon((wall.time_since_epoch().count() - settings.retention.count()) / hour * hour);
}

void Node::State::forget_past(Now now) {
  if (now.steady - forgot_at < kForgetEvery) return;
  forgot_at = now.steady;
  set_horizon(now.wall);
  saver.forget(table.erase_past());
}

void Node::State::settle_store(Now now) {
  enter(saver.overdue(now.steady));
  for (const wire::ForwardedAck& ack : forwarding.take_dropped()) saver.done(ack);
  while (std::optional<Save> save = saver.next(now.steady, journal.has_to_save(now.steady))) {
    journal.put_into(*save);
    out.push_back(std::move(*save));
  }
}

void Node::State::enter(Saver::Released released) {
  for (wire::Register& content : released.rows) enter(std::move(content), true, released.on_disk);
  for (wire::Register& content : released.of_core_before) enter(std::move(content), false, released.on_disk);
  for (const std::uint64_t batch : released.safe_batches) to_core(wire::RowsSafe{batch, {}});
  tell_core_safe(released.safe_results);
}

void Node::State::enter(wire::Register content, bool core_has, bool on_disk) {
  const RegisterKey key = key_of(content);
  const wire::Version version = content.version;
  const Table::Put put = table.put(std::move(content), {}, true);
  Row* row = table.find(key);
  if (put == Table::Put::older) feed.again(key);
  if (row == nullptr || row->content.version != version) return;
  row->core_has = row->core_has || core_has;
  row->stored = on_disk;
}

void Node::State::tell_core_safe(const std::vector<wire::ForwardedAck>& results) {
  wire::RowsSafe safe;
  for (const wire::ForwardedAck& ack : results) {
    if (ack.taker_instance == core.hello.boot_id) safe.results.push_back(ack.number);
  }
  if (core.connected && !safe.results.empty()) to_core(std::move(safe));
}

void Node::State::keep(const wire::ForwardedResult* fresh) {
  if (fresh != nullptr) saver.keep(*fresh);
}

// The owner has it: neither we nor our store need it any more.
void Node::State::forwarded(const wire::ForwardedAck& ack) {
  if (forwarding.on_ack(ack) && saver.done(ack)) tell_core_safe({ack});
}

// A state that contains what we forwarded is its acknowledgement: the owner may die now, its result is with us.
void Node::State::look_for_forwarded(const wire::Register& row) {
  if (forwarding.waiting() == 0) return;
  for (const wire::ForwardedAck& ack : forwarding.contained(row)) forwarded(ack);
}

void Node::State::store_lost() {
  saver.lost();
  for (wire::ForwardedResult& message : forwarding.all()) saver.keep(std::move(message));
  journal.store_lost();
}

void Node::State::saved(std::uint64_t ticket, bool ok, Now now) {
  journal.saved(ticket, ok, now.steady);
  enter(saver.saved(ticket, ok, now.steady));
  notifications->saved(ticket, now);
}

}  // namespace merlin::cluster
