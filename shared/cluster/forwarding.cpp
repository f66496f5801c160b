#include "cluster/forwarding.hpp"

#include <utility>

namespace merlin::cluster {
namespace {

constexpr std::size_t kMaxTakers = 256;

std::size_t size_of(const wire::CheckResult& result) { return sizeof result + result.output.size(); }

}  // namespace

void Forwarding::took(wire::CheckResult result, SteadyTime now) {
  waiting_bytes_ += size_of(result);
  waiting_.emplace(next_number_++, Waiting{std::move(result), now, {}, {}});
  while (waiting_.size() > kMaxForwards || waiting_bytes_ > kMaxForwardBytes || now - waiting_.begin()->second.since > kForwardTooOld) {
    waiting_bytes_ -= size_of(waiting_.begin()->second.result);
    waiting_.erase(waiting_.begin());
    ++dropped_;
    if (waiting_.empty()) break;
  }
}

void Forwarding::send(const std::function<NodeId(const ObjectKey&)>& owner_of, const std::function<bool(const NodeId&)>& present,
                      const std::function<void(const NodeId&, wire::ForwardedResult)>& deliver, Millis again_after, SteadyTime now) {
  for (auto& [number, waiting] : waiting_) {
    const NodeId owner = owner_of(waiting.result.object);
    if (owner.empty()) continue;
    const bool may_confirm = !waiting.sent_to.empty() && (owner == waiting.sent_to || present(waiting.sent_to));
    if (may_confirm && now - waiting.sent_at < again_after) continue;
    waiting.sent_to = owner;
    waiting.sent_at = now;
    wire::ForwardedResult message{self_, instance_, number, 0, waiting.result, {}};
    message.result.sent_ms += (now - waiting.since).count();  // the reader takes its times as ages at sending
    deliver(owner, std::move(message));
  }
}

Forwarding::Arrival Forwarding::arrived(const wire::ForwardedResult& result) {
  if (takers_.size() >= kMaxTakers && !takers_.contains({result.taker, result.taker_instance})) takers_.erase(takers_.begin());
  Taker& taker = takers_[{result.taker, result.taker_instance}];
  const auto [entry, fresh] = taker.seen.try_emplace(result.number, false);
  const bool taken = entry->second;
  if (taker.seen.size() > kRememberedNumbers) taker.seen.erase(taker.seen.begin());
  return {fresh, taken};
}

void Forwarding::core_took(const wire::ForwardedAck& ack) {
  const auto taker = takers_.find({ack.taker, ack.taker_instance});
  if (taker == takers_.end()) return;
  const auto seen = taker->second.seen.find(ack.number);
  if (seen != taker->second.seen.end()) seen->second = true;
}

void Forwarding::on_ack(const wire::ForwardedAck& ack) {
  if (ack.taker != self_ || ack.taker_instance != instance_) return;
  const auto found = waiting_.find(ack.number);
  if (found == waiting_.end()) return;
  waiting_bytes_ -= size_of(found->second.result);
  waiting_.erase(found);
}

void Forwarding::core_lost() {
  for (auto& [key, taker] : takers_) {
    std::erase_if(taker.seen, [](const auto& entry) { return !entry.second; });
  }
}

}  // namespace merlin::cluster
