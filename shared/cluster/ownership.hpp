// Which units this node runs (R1): it must run a host if and only if its core knows it and no active node that
// stands before it in the ranking claims it. Safety needs no agreement; want and yield make planned moves smooth.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/time.hpp"
#include "cluster/claims.hpp"
#include "cluster/inventory.hpp"
#include "cluster/ranking.hpp"

namespace merlin::cluster {

inline constexpr Millis kShortestBeat{500};    // for waiting
inline constexpr int kBeatsToClaim = 2;        // nobody claims it and others stand before us: their time to do so
inline constexpr int kBeatsToYield = 3;        // wanted and not yielded: we claim it
inline constexpr int kBeatsBeforeWanting = 5;  // somebody runs it and others stand before us: their time to want it

// A node that may run hosts, as this node sees it.
struct Contender {
  NodeId id;
  std::uint32_t weight = 1;
  wire::NodePhase phase = wire::NodePhase::joining;
  InventoryPtr inventory;                     // null: not known yet, so it knows nothing
  const ClaimSet* claims = nullptr;           // must outlive the call; null: none
  std::optional<SteadyTime> excused_until{};  // it cannot yield before, and has said so
};

struct Decision {
  std::vector<Unit> take;
  std::vector<Unit> drop;
  std::map<NodeId, std::vector<Unit>> wants;
  std::optional<SteadyTime> look_again;  // when a wait ends
};

class Ownership {
 public:
  // Waits count in beats, but an exchange over a slow line takes its time however fast the beats are.
  void set_interval(Millis beat_interval) { beat_ = std::max(beat_interval, kShortestBeat); }
  void set_inventory(InventoryPtr inventory);
  const InventoryPtr& inventory() const { return inventory_; }

  // `self` may run only if its core is well: otherwise call withdraw_all. The units taken and dropped are in running() after it.
  Decision decide(const Contender& self, const std::vector<Contender>& others, SteadyTime now);
  // Every unit that was running.
  std::vector<Unit> withdraw_all();
  // We return to `other` (R1): what it claims too is no longer ours. Returns the units dropped.
  std::vector<Unit> withdraw_claimed_by(const ClaimSet& other);
  // The module already runs these: our daemon was restarted, or the module was alone.
  void adopt(const std::unordered_set<Unit>& units);

  // `wanter` wants units: those that it may have, dropped from running(). Yield them once the module has released them.
  std::vector<Unit> on_want(const Contender& self, const Contender& wanter, const std::vector<Unit>& units, SteadyTime now);
  // The old owner has released them.
  void on_yield(const std::vector<Unit>& units, SteadyTime now);

  const std::unordered_set<Unit>& running() const { return running_; }
  // Own host by key of the host or of a lone service of it; null when our core does not know it.
  const KnownHost* host_of(Unit unit) const;
  Candidate candidate(const Contender& contender, std::size_t host_index);
  void shift(Millis late_by, SteadyTime now);

 private:
  struct Wait {
    SteadyTime since;
    std::optional<SteadyTime> unclaimed;  // nobody has claimed it since
    std::optional<SteadyTime> wanted;     // when we asked for it
    NodeId from;
    std::uint64_t round = 0;
  };
  struct Seen {
    bool before_claims = false;
    bool before_exists = false;
    const Contender* after_claims = nullptr;
  };

  const std::vector<std::uint64_t>& draws(const NodeId& node, std::uint32_t weight);
  const std::vector<std::pair<std::size_t, ServiceKey>>& services_unknown_to(const InventoryPtr& other);
  void decide_unit(Unit unit, const Seen& seen, SteadyTime now, Decision& decision);
  void decide_lone_services(const Contender& self, const std::vector<Contender>& others, SteadyTime now, Decision& decision);
  Seen look(std::size_t host_index, Unit unit, bool lone, const Contender& self, const std::vector<Contender>& others);
  void take(Unit unit, Decision& decision);
  void drop(Unit unit, Decision& decision);
  Wait& wait_for(Unit unit, SteadyTime now);
  void forget_waits(SteadyTime now);

  Millis beat_{1000};
  InventoryPtr inventory_;
  std::unordered_map<Unit, std::size_t> host_index_;  // hosts and, for lone services, their host
  std::unordered_set<Unit> running_;
  std::unordered_map<Unit, Wait> waits_;
  std::unordered_map<Unit, SteadyTime> granted_;  // yielded to us: valid until
  struct Promise {
    NodeId to;
    SteadyTime until;
  };
  std::unordered_map<Unit, Promise> promised_;  // yielded by us: not taken back until then, while the other is there
  std::map<std::pair<NodeId, std::uint32_t>, std::vector<std::uint64_t>> draws_;
  std::map<InventoryPtr, std::vector<std::pair<std::size_t, ServiceKey>>> unknown_to_;
  std::uint64_t round_ = 0;
};

}  // namespace merlin::cluster
