// The store: what it held at the start, what goes there, and what waits for it.
#include <utility>

#include "cluster/node_notify.hpp"

namespace merlin::cluster {
namespace {

// Past the retention nobody is told of them any more.
constexpr Millis kForgetEvery{60 * 60 * 1000};

}  // namespace

void Node::State::restore(Stored stored, Now now) {
  set_horizon(now.wall);
  for (wire::Register& content : stored.rows) table.put(std::move(content), settings.self, false);
  saver.restored();
  for (wire::ForwardedResult& kept : stored.kept) forwarding.restore(std::move(kept), now);
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
  while (std::optional<Save> save = saver.next(now.steady)) out.push_back(std::move(*save));
}

void Node::State::enter(Saver::Released released) {
  for (wire::Register& content : released.rows) {
    const RegisterKey key = key_of(content);
    const wire::Version version = content.version;
    const Table::Put put = table.put(std::move(content), {}, true);
    Row* row = table.find(key);
    if (put == Table::Put::older) feed.again(key);
    if (row == nullptr || row->content.version != version) continue;
    row->core_has = true;
    row->stored = released.on_disk;
  }
  for (const std::uint64_t batch : released.safe_batches) to_core(wire::RowsSafe{batch, {}});
  tell_core_safe(released.safe_results);
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

void Node::State::saved(std::uint64_t ticket, bool ok, Now now) {
  enter(saver.saved(ticket, ok, now.steady));
  notifications->saved(ticket, now);
}

}  // namespace merlin::cluster
