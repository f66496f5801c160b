// Results that turn up where the host is not run (a check in flight while ownership moved, a passive result), and commands
// that only the owner carries out: kept by the node that took them until the owner's state contains them, dropped as a repeat there.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "wire/messages.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kMaxForwards = 20'000;
inline constexpr std::size_t kMaxForwardBytes = 16 * 1024 * 1024;
inline constexpr Millis kForwardTooOld{10 * 60 * 1000};
inline constexpr Millis kForwardGood{2'000};             // at least: under way to an owner, however fast its beats are
inline constexpr std::size_t kRememberedNumbers = 4096;  // a taker

// Whom it is for.
const ObjectKey& object_of(const wire::ForwardedResult& message);
// The state was made with this result, or a later one of its taker.
bool contains(const wire::CheckRegister& state, const wire::ForwardedResult& message);

class Forwarding {
 public:
  explicit Forwarding(const NodeId& self) : self_(self) {}

  // Our core, started as `boot_id`, got a result, or a command, that is not its own. Oldest dropped first when there are
  // too many. Returns what to keep in the store until the owner has it; null: it was said before.
  const wire::ForwardedResult* took(std::uint64_t boot_id, wire::CheckResult result, SteadyTime now);
  const wire::ForwardedResult* took(std::uint64_t boot_id, wire::Command command, SteadyTime now);
  // Of our daemon's life before this one.
  void restore(wire::ForwardedResult kept, Now now);
  // Sends (again) what waits: `owner_of` says which node runs the object, our own id included; empty: nobody known.
  // What was sent is not sent to another one while the first `may_take` what was sent to it then, and may yet confirm it. Of
  // each object the oldest alone: a state says only up to which number it contains a taker's results, so the next may not come
  // before it.
  void send(const std::function<NodeId(const ObjectKey&)>& owner_of, const std::function<bool(const NodeId&, SteadyTime sent)>& may_take,
            const std::function<void(const NodeId& owner, wire::ForwardedResult result)>& deliver, Millis again_after, SteadyTime now);
  // A result for our core came. False when it came before; `taken` is then true if the core has it already.
  struct Arrival {
    bool fresh = false;
    bool taken = false;
  };
  Arrival arrived(const wire::ForwardedResult& result);
  // Our core has taken it. True: it was a command, and no state will say that it was carried out.
  bool core_took(const wire::ForwardedAck& ack);
  // It may come again.
  void core_refused(const wire::ForwardedAck& ack);
  // False: it was not waited for.
  bool on_ack(const wire::ForwardedAck& ack);
  // The object's state as the owner wrote it: what it says to contain need not be sent any more. Returns those.
  std::vector<wire::ForwardedAck> contained(const wire::Register& check);
  // What was dropped since the last call: to be taken from the store.
  std::vector<wire::ForwardedAck> take_dropped() { return std::exchange(dropped_now_, {}); }
  // The core is gone: results that its state does not contain may come again, and commands that it did not confirm.
  void core_lost();

  // Since the last call a result was acknowledged behind which another of its object waits.
  bool take_next_is_due() { return std::exchange(next_is_due_, false); }

  std::size_t waiting() const { return waiting_.size(); }
  // What waits: by the core that took it, in the order in which it came.
  std::vector<wire::ForwardedResult> all() const;
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Waiting {
    wire::ForwardedResult message;
    SteadyTime since;
    NodeId sent_to;
    SteadyTime sent_at{};
  };
  using Number = std::pair<std::uint64_t, std::uint64_t>;  // boot id of the core that took it, number within that
  struct Seen {
    bool command = false;
    bool taken = false;  // the core has it
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
  std::map<ObjectKey, std::size_t> objects_;  // how many wait of each
  std::size_t waiting_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::vector<wire::ForwardedAck> dropped_now_;
  bool next_is_due_ = false;
  std::map<TakerKey, Taker> takers_;
};

}  // namespace merlin::cluster
