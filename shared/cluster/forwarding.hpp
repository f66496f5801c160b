// Results that turn up where the host is not run (a check in flight while ownership moved, a passive result):
// kept by the node that took them until the owner's core has them, dropped as a repeat there.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "base/time.hpp"
#include "wire/messages.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kMaxForwards = 20'000;
inline constexpr std::size_t kMaxForwardBytes = 16 * 1024 * 1024;
inline constexpr Millis kForwardTooOld{10 * 60 * 1000};
inline constexpr std::size_t kRememberedNumbers = 4096;  // a taker

class Forwarding {
 public:
  Forwarding(const NodeId& self, std::uint64_t instance) : self_(self), instance_(instance) {}

  // Our core got a result that is not its own. Oldest dropped first when there are too many.
  void took(wire::CheckResult result, SteadyTime now);
  // Sends (again) what waits: `owner_of` says which node runs the object, our own id included; empty: nobody known.
  // What was sent is not sent to another one while the first, if it is still `present`, may yet confirm it.
  void send(const std::function<NodeId(const ObjectKey&)>& owner_of, const std::function<bool(const NodeId&)>& present,
            const std::function<void(const NodeId& owner, wire::ForwardedResult result)>& deliver, Millis again_after, SteadyTime now);
  // A result for our core came. False when it came before; `taken` is then true if the core has it already.
  struct Arrival {
    bool fresh = false;
    bool taken = false;
  };
  Arrival arrived(const wire::ForwardedResult& result);
  // Our core has taken it.
  void core_took(const wire::ForwardedAck& ack);
  void on_ack(const wire::ForwardedAck& ack);
  // The core is gone: what it was given and did not confirm may come again.
  void core_lost();

  std::size_t waiting() const { return waiting_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Waiting {
    wire::CheckResult result;
    SteadyTime since;
    NodeId sent_to;
    SteadyTime sent_at{};
  };
  struct Taker {
    std::map<std::uint64_t, bool> seen;  // number -> the core has it
  };
  using TakerKey = std::pair<NodeId, std::uint64_t>;

  NodeId self_;
  std::uint64_t instance_;
  std::uint64_t next_number_ = 1;
  std::map<std::uint64_t, Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::map<TakerKey, Taker> takers_;
};

}  // namespace merlin::cluster
