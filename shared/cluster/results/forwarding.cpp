#include "shared/cluster/results/forwarding.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "shared/cluster/interface/content.hpp"
#include "shared/cluster/interface/mutants.hpp"

namespace merlin::cluster {
namespace {

constexpr std::size_t kMaxTakers = 256;

std::size_t size_of(const wire::ForwardedResult& message) {
  std::size_t bytes = sizeof message + message.result.output.size();
  for (const wire::Command& command : message.command) bytes += sizeof command + command.line.size();
  return bytes;
}

wire::ForwardedAck ack_of(const wire::ForwardedResult& message) { return {message.taker, message.taker_instance, message.number}; }

}  // namespace

const ObjectKey& object_of(const wire::ForwardedResult& message) {
  return message.command.empty() ? message.result.object : message.command.front().object;
}

const wire::ForwardedResult* Forwarding::took(std::uint64_t boot_id, wire::CheckResult result, SteadyTime now) {
  const std::uint64_t number = result.number;
  return add({self_, boot_id, number, 0, std::move(result), {}, 0, 0}, now);
}

const wire::ForwardedResult* Forwarding::took(std::uint64_t boot_id, wire::Command command, SteadyTime now) {
  const std::uint64_t number = command.number;
  return add({self_, boot_id, number, 0, {}, {std::move(command)}, 0, 0}, now);
}

// Its times are of this machine's clock, so the time since then is its age.
void Forwarding::restore(wire::ForwardedResult kept, Now now) {
  if (kept.taker != self_ || kMutant == Mutant::forgets_forwarded) return;
  std::int64_t& sent_ms = kept.command.empty() ? kept.result.sent_ms : kept.command.front().sent_ms;
  const Millis age{std::max<std::int64_t>(0, now.wall.time_since_epoch().count() - sent_ms)};
  sent_ms += age.count();
  add(std::move(kept), now.steady);
}

const wire::ForwardedResult* Forwarding::add(wire::ForwardedResult message, SteadyTime since) {
  const Number number{message.taker_instance, message.number};
  const auto [entry, fresh] = waiting_.try_emplace(number, Waiting{std::move(message), since, {}, {}});
  if (!fresh) return nullptr;
  waiting_bytes_ += size_of(entry->second.message);
  ++objects_[object_of(entry->second.message)];
  while (waiting_.size() > 1 && (waiting_.size() > kMaxForwards || waiting_bytes_ > kMaxForwardBytes)) {
    const auto oldest = waiting_.begin() == entry ? std::next(entry) : waiting_.begin();
    dropped_now_.push_back(ack_of(oldest->second.message));
    drop(oldest);
    ++dropped_;
  }
  return &entry->second.message;
}

void Forwarding::drop(std::map<Number, Waiting>::iterator entry) {
  const wire::ForwardedResult& message = entry->second.message;
  waiting_bytes_ -= size_of(message);
  const auto count = objects_.find(object_of(message));
  if (--count->second == 0) objects_.erase(count);
  waiting_.erase(entry);
}

bool contains(const wire::CheckRegister& state, const wire::ForwardedResult& message) {
  return std::any_of(state.taken.begin(), state.taken.end(), [&](const wire::TakenMark& mark) {
    return mark.taker == message.taker && mark.taker_instance == message.taker_instance && message.number <= mark.number;
  });
}

void Forwarding::drop_old(SteadyTime now) {
  for (auto entry = waiting_.begin(); entry != waiting_.end();) {
    const auto next = std::next(entry);
    if (now - entry->second.since > kForwardTooOld) {
      dropped_now_.push_back(ack_of(entry->second.message));
      drop(entry);
      ++dropped_;
    }
    entry = next;
  }
}

void Forwarding::send(const std::function<bool(const ObjectKey&, SteadyTime)>& waits,
                      const std::function<NodeId(const ObjectKey&)>& owner_of,
                      const std::function<bool(const NodeId&, SteadyTime)>& may_take,
                      const std::function<void(const NodeId&, wire::ForwardedResult)>& deliver, Millis again_after, SteadyTime now) {
  drop_old(now);
  std::vector<std::pair<NodeId, wire::ForwardedResult>> due;
  std::set<ObjectKey> first_seen;
  for (auto& [number, waiting] : waiting_) {
    const bool is_first = first_seen.insert(object_of(waiting.message)).second;
    if (!is_first && kMutant != Mutant::overtaking) continue;
    if (waits(object_of(waiting.message), waiting.since)) continue;
    const NodeId owner = owner_of(object_of(waiting.message));
    if (owner.empty()) continue;
    const bool may_confirm = !waiting.sent_to.empty() && (owner == waiting.sent_to || may_take(waiting.sent_to, waiting.sent_at));
    const bool repeats = kMutant == Mutant::no_deduplication && owner == waiting.sent_to;
    if (may_confirm && !repeats && now - waiting.sent_at < again_after) continue;
    waiting.sent_to = owner;
    waiting.sent_at = now;
    wire::ForwardedResult message = waiting.message;
    message.result.sent_ms += (now - waiting.since).count();  // the receiver reads its times as ages at the time of sending
    for (wire::Command& command : message.command) command.sent_ms += (now - waiting.since).count();
    due.emplace_back(owner, std::move(message));
  }
  // Delivered after the loop: what is delivered to ourselves may be acknowledged at once.
  for (auto& [owner, message] : due) deliver(owner, std::move(message));
}

std::vector<wire::ForwardedAck> Forwarding::contained(const wire::Register& check) {
  std::vector<wire::ForwardedAck> acks;
  if (check.kind != wire::RegisterKind::check || !objects_.contains(check.object)) return acks;
  const auto state = content_of<wire::CheckRegister>(&check);
  if (!state) return acks;
  for (const auto& [number, waiting] : waiting_) {
    const wire::ForwardedResult& message = waiting.message;
    if (message.command.empty() && message.result.object == check.object && contains(*state, message)) acks.push_back(ack_of(message));
  }
  return acks;
}

Forwarding::Arrival Forwarding::arrived(const wire::ForwardedResult& result) {
  if (takers_.size() >= kMaxTakers && !takers_.contains({result.taker, result.taker_instance})) takers_.erase(takers_.begin());
  Taker& taker = takers_[{result.taker, result.taker_instance}];
  const auto [entry, fresh] = taker.seen.try_emplace(result.number, Seen{!result.command.empty(), false});
  const bool taken = entry->second.taken;
  if (taker.seen.size() > kRememberedNumbers) taker.seen.erase(taker.seen.begin());
  if (kMutant == Mutant::no_deduplication) return {true, false};
  return {fresh, taken};
}

Forwarding::Seen* Forwarding::seen(const wire::ForwardedAck& ack) {
  const auto taker = takers_.find({ack.taker, ack.taker_instance});
  if (taker == takers_.end()) return nullptr;
  const auto seen = taker->second.seen.find(ack.number);
  return seen == taker->second.seen.end() ? nullptr : &seen->second;
}

bool Forwarding::core_took(const wire::ForwardedAck& ack) {
  Seen* entry = seen(ack);
  if (entry == nullptr) return false;
  entry->taken = true;
  return entry->command;
}

void Forwarding::core_refused(const wire::ForwardedAck& ack) {
  const auto taker = takers_.find({ack.taker, ack.taker_instance});
  if (taker != takers_.end()) taker->second.seen.erase(ack.number);
}

bool Forwarding::on_ack(const wire::ForwardedAck& ack) {
  const auto found = waiting_.find({ack.taker_instance, ack.number});
  if (ack.taker != self_ || found == waiting_.end()) return false;
  next_is_due_ = next_is_due_ || objects_.at(object_of(found->second.message)) > 1;
  drop(found);
  return true;
}

std::vector<wire::ForwardedResult> Forwarding::all() const {
  std::vector<wire::ForwardedResult> found;
  found.reserve(waiting_.size());
  for (const auto& [number, waiting] : waiting_) found.push_back(waiting.message);
  return found;
}

void Forwarding::core_lost() {
  for (auto& [key, taker] : takers_) {
    std::erase_if(taker.seen, [](const auto& entry) { return !entry.second.command || !entry.second.taken; });
  }
}

}  // namespace merlin::cluster
