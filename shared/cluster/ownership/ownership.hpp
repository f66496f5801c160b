// Which units this node owns (R1): it owns a host if and only if its core has the host configured and no active node that ranks
// before it claims the host. Safety needs no agreement; want and yield make planned moves smooth.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/ownership/claims.hpp"
#include "shared/cluster/ownership/inventory.hpp"
#include "shared/cluster/ownership/ranking.hpp"

namespace merlin::cluster {

inline constexpr Millis kShortestHeartbeat{500};    // the least value for waits
inline constexpr int kHeartbeatsToClaim = 2;        // unclaimed, and others rank before us: their time to claim it
inline constexpr int kHeartbeatsToYield = 3;        // wanted and not yielded: then we claim it
inline constexpr int kHeartbeatsBeforeWanting = 5;  // claimed by a node after us, and others rank before us: their time to want it

// A node that may run hosts, as this node sees it.
struct Contender {
  NodeId id;
  std::uint32_t weight = 1;
  wire::NodePhase phase = wire::NodePhase::joining;
  InventoryPtr inventory;                     // null: not known yet, counts as empty
  const ClaimSet* claims = nullptr;           // must outlive the call; null: none
  std::optional<SteadyTime> excused_until{};  // it has announced that it cannot answer before then
};

struct Decision {
  std::vector<Unit> take;
  std::vector<Unit> drop;
  std::map<NodeId, std::vector<Unit>> wants;
  std::optional<SteadyTime> look_again;  // when a wait ends
};

class Ownership {
 public:
  // Waits are multiples of this, but at least of kShortestHeartbeat: a slow line takes its time, however fast heartbeats are.
  void set_interval(Millis heartbeat_interval) { heartbeat_ = std::max(heartbeat_interval, kShortestHeartbeat); }
  void set_inventory(InventoryPtr inventory);
  const InventoryPtr& inventory() const { return inventory_; }

  // To be called only while our core is well; otherwise call withdraw_all(). running() then contains the units taken, not those dropped.
  Decision decide(const Contender& self, const std::vector<Contender>& others, SteadyTime now);
  // Returns every unit that was running.
  std::vector<Unit> withdraw_all();
  // We withdraw in favour of `other` (R1): drops the units that it claims as well, and returns them.
  std::vector<Unit> withdraw_claimed_by(const ClaimSet& other);
  // The module already runs these: our daemon was restarted, or the module was isolated.
  void adopt(const std::unordered_set<Unit>& units);

  // `wanter` wants these units. Drops those that it may have and returns them; yield them once the module has released them.
  std::vector<Unit> on_want(const Contender& self, const Contender& wanter, const std::vector<Unit>& units, SteadyTime now);
  // The old owner has released them.
  void on_yield(const std::vector<Unit>& units, SteadyTime now);

  const std::unordered_set<Unit>& running() const { return running_; }
  // Our host with this key, or with this orphan service; null: our core does not have it.
  const KnownHost* host_of(Unit unit) const;
  Candidate candidate(const Contender& contender, std::size_t host_index);
  void shift(Millis late_by, SteadyTime now);

 private:
  struct Wait {
    SteadyTime since;
    std::optional<SteadyTime> unclaimed;  // since when no node has claimed it
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

  Millis heartbeat_{1000};
  InventoryPtr inventory_;
  std::unordered_map<Unit, std::size_t> host_index_;  // hosts and, for orphan services, their host
  std::unordered_set<Unit> running_;
  std::unordered_map<Unit, Wait> waits_;
  std::unordered_map<Unit, SteadyTime> granted_;  // yielded to us: valid until
  struct Promise {
    NodeId to;
    SteadyTime until;
  };
  std::unordered_map<Unit, Promise> promised_;  // yielded by us: not reclaimed until then, while the other node is active
  std::map<std::pair<NodeId, std::uint32_t>, std::vector<std::uint64_t>> draws_;
  std::map<InventoryPtr, std::vector<std::pair<std::size_t, ServiceKey>>> unknown_to_;
  std::uint64_t round_ = 0;
};

}  // namespace merlin::cluster
