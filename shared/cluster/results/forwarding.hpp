// Results that arrive on a node that does not own the host (passive results, and checks that ran while ownership moved), and commands
// that only the owner carries out. The receiving node keeps them until the owner's state contains them; the owner drops repeats.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kMaxForwards = 20'000;
inline constexpr std::size_t kMaxForwardBytes = 16 * 1024 * 1024;
inline constexpr Millis kForwardTooOld{10 * 60 * 1000};
inline constexpr Millis kForwardGood{2'000};             // the least time on the way to an owner, however fast its heartbeats are
inline constexpr std::size_t kRememberedNumbers = 4096;  // per receiving node

// The object of the result or command.
const ObjectKey& object_of(const wire::ForwardedResult& message);
// The state contains this result, or a later one of the same receiving node.
bool contains(const wire::CheckRegister& state, const wire::ForwardedResult& message);

class Forwarding {
 public:
  explicit Forwarding(const NodeId& self) : self_(self) {}

  // Our core, started as `boot_id`, received a result or a command of an object that it does not own. If there are too many, the
  // oldest are dropped. Returns what the store must keep until the owner has it; null: a repetition.
  const wire::ForwardedResult* took(std::uint64_t boot_id, wire::CheckResult result, SteadyTime now);
  const wire::ForwardedResult* took(std::uint64_t boot_id, wire::Command command, SteadyTime now);
  // From an earlier run of our daemon.
  void restore(wire::ForwardedResult kept, Now now);
  // Sends what waits, or sends it again. `waits`: it must not be sent yet, although it has waited since then. `owner_of`: the node that
  // decides about the object, possibly this one; empty: none is known. What was sent to one node is not sent to another one while the first
  // `may_take` what was sent to it then, and may still confirm it. Only the oldest message of each object is sent: a state records only up
  // to which number it contains a node's results, so the next one must not arrive first.
  void send(const std::function<bool(const ObjectKey&, SteadyTime since)>& waits, const std::function<NodeId(const ObjectKey&)>& owner_of,
            const std::function<bool(const NodeId&, SteadyTime sent)>& may_take,
            const std::function<void(const NodeId& owner, wire::ForwardedResult result)>& deliver, Millis again_after, SteadyTime now);
  // A result for our core arrived. `fresh`: for the first time. `taken`: our core has processed it already.
  struct Arrival {
    bool fresh = false;
    bool taken = false;
  };
  Arrival arrived(const wire::ForwardedResult& result);
  // Our core has processed it. True: it was a command; no state records that it was carried out.
  bool core_took(const wire::ForwardedAck& ack);
  // Our core refused it: it may arrive again.
  void core_refused(const wire::ForwardedAck& ack);
  // False: it was not waiting.
  bool on_ack(const wire::ForwardedAck& ack);
  // Returns the results that this check register contains, as the owner wrote it: they need not be sent any more.
  std::vector<wire::ForwardedAck> contained(const wire::Register& check);
  // Messages that were dropped since the last call: to be removed from the store.
  std::vector<wire::ForwardedAck> take_dropped() { return std::exchange(dropped_now_, {}); }
  // The core is gone: results that its state does not contain may arrive again, and commands that it did not confirm.
  void core_lost();

  // Since the last call, a result was acknowledged for whose object another one waits.
  bool take_next_is_due() { return std::exchange(next_is_due_, false); }

  std::size_t waiting() const { return waiting_.size(); }
  // All waiting messages, by the core that received them, in order of arrival.
  std::vector<wire::ForwardedResult> all() const;
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Waiting {
    wire::ForwardedResult message;
    SteadyTime since;
    NodeId sent_to;
    SteadyTime sent_at{};
  };
  using Number = std::pair<std::uint64_t, std::uint64_t>;  // boot id of the core that received it, number within that
  struct Seen {
    bool command = false;
    bool taken = false;  // the core has processed it
  };
  struct Taker {
    std::map<std::uint64_t, Seen> seen;  // by number
  };
  using TakerKey = std::pair<NodeId, std::uint64_t>;

  const wire::ForwardedResult* add(wire::ForwardedResult message, SteadyTime since);
  void drop(std::map<Number, Waiting>::iterator entry);
  void drop_old(SteadyTime now);
  Seen* seen(const wire::ForwardedAck& ack);

  NodeId self_;
  std::map<Number, Waiting> waiting_;
  std::map<ObjectKey, std::size_t> objects_;  // number of waiting messages
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::vector<wire::ForwardedAck> dropped_now_;
  bool next_is_due_ = false;
  std::map<TakerKey, Taker> takers_;
};

}  // namespace merlin::cluster
