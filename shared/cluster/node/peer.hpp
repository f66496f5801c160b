// What this node knows of another node: its block in our file, how it is reached, and what it has announced.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/settings.hpp"
#include "shared/cluster/node/peer_clock.hpp"
#include "shared/cluster/ownership/claims.hpp"
#include "shared/cluster/ownership/inventory.hpp"

namespace merlin::cluster {

// How messages reach another node.
struct Route {
  enum class Kind { none, direct, relayed };
  Kind kind = Kind::none;
  NodeId via;  // relayed: the node whose link is used

  bool operator==(const Route&) const = default;
};

// Its daemon has announced an absence (R8). Until that ends, its phase is the one at the beginning.
struct Absence {
  wire::NodePhase phase = wire::NodePhase::joining;
  std::uint64_t instance = 0;  // of the daemon that announced it; 0: it had sent no heartbeat
};

class Peer {
 public:
  // ---- our file
  void configure(const Settings::Peer& block);
  // Its block is gone, or is about to be read again. True: it had one.
  bool drop_block();
  bool is_configured() const { return is_configured_; }
  Relation relation() const { return relation_; }
  bool notifies() const { return notifies_; }
  std::optional<std::uint32_t> said_weight() const { return said_weight_; }
  const std::string& name() const { return name_; }
  // The name that it announces, used if our file does not name it. True: a new name.
  bool rename(const std::string& name);

  // ---- how it is reached
  void link_up();
  void link_down() { is_linked_ = false; }
  bool is_linked() const { return is_linked_; }
  void set_unreachable() { is_unreachable_ = true; }
  bool is_unreachable() const { return is_unreachable_; }
  void set_route(Route route) { route_ = std::move(route); }
  const Route& route() const { return route_; }
  bool has_route() const { return route_.kind != Route::Kind::none; }
  // Whether heartbeats now pass in both directions over its own link, with none overdue.
  void set_exchanging(bool exchanging, SteadyTime now);
  bool has_exchanged_for(Millis time, SteadyTime now) const { return exchanging_since_ && now - *exchanging_since_ >= time; }

  // ---- whether it counts (R2)
  bool is_active() const { return is_active_; }
  void activate() { is_active_ = true; }
  void lose();
  // It was active once and was lost. When the two meet again, one of them withdraws.
  bool was_lost() const { return was_lost_; }
  // Values on which its rank depends. True: they differ from the last call.
  bool ranks_differently(wire::NodePhase phase, bool excused);
  void set_hold(Millis hold, SteadyTime now);
  // It asks us to stay joining, because we were lost often.
  bool holds_us(SteadyTime now) const { return hold_left(now) > Millis{0}; }
  Millis hold_left(SteadyTime now) const { return std::max(Millis{0}, hold_ - (now - hold_since_)); }
  void set_absence(Absence absence) { absence_ = absence; }
  void end_absence() { absence_.reset(); }
  const std::optional<Absence>& absence() const { return absence_; }
  // A heartbeat of it shows that it hears us. `change`: the newest of our table.
  void hears_us(std::uint64_t change, Millis interval, SteadyTime now);
  // Changes of our table up to this have reached it, or are on a link that works.
  std::uint64_t known_change() const { return heard_before_.change; }

  // ---- what it has announced
  void set_info(wire::NodeInfo info) { info_ = std::move(info); }
  const std::optional<wire::NodeInfo>& info() const { return info_; }
  // Its info is not the one of this heartbeat, and was not requested within that time. Notes that it is requested now.
  bool must_ask_info(const wire::Heartbeat& heartbeat, Millis patience, SteadyTime now);
  // False: the difference does not follow the last one; request all claims.
  bool apply(const wire::Claims& claims);
  void withdraw_claims(const NodeId& self);
  const ClaimSet& claims() const { return claims_; }
  // They have differed from those of this heartbeat for that time. Notes that they are requested now.
  bool must_ask_claims(const wire::Heartbeat& heartbeat, Millis patience, SteadyTime now);
  void claims_agree() { claims_differ_since_.reset(); }
  void set_wants(std::vector<Unit> units, SteadyTime until);
  // Units of ours that it wants now.
  const std::vector<Unit>& wants(SteadyTime now);

  // ---- what its core has configured; null: not known
  const InventoryPtr& inventory() const { return inventory_; }
  void set_inventory(InventoryPtr inventory) { inventory_ = std::move(inventory); }
  // True: that was the last part, and inventory() is new.
  bool add(wire::Inventory part);
  bool has_inventory(std::uint64_t digest) const { return inventory_ && inventory_->digest() == digest; }
  // It was not requested within that time. Notes that it is requested now.
  bool may_ask_inventory(Millis patience, SteadyTime now);
  // After a change of the route, both may be requested again.
  void forget_questions();

  PeerClock& clock() { return clock_; }
  const PeerClock& clock() const { return clock_; }

 private:
  // Set by node.cpp from the configuration, and by a NodeInfo where there is none.
  std::string name_;  // empty: not known yet
  bool is_configured_ = false;
  Relation relation_ = Relation::peer;        // of a node without a block: peer
  bool notifies_ = true;                      // a node without a block decides for itself
  std::optional<std::uint32_t> said_weight_;  // checks in proportion; 0: standby

  // Set by the caller's reports of links, and by node_peers.cpp.
  bool is_linked_ = false;
  bool is_unreachable_ = false;  // at the moment; never while linked
  Route route_;                  // sessions of rows and events run over it
  std::optional<SteadyTime> exchanging_since_;

  // Set by node_liveness.cpp. Active: as of the last settle(), so that a change is seen once.
  bool is_active_ = false;
  bool was_lost_ = false;
  wire::NodePhase ranked_phase_ = wire::NodePhase::joining;
  bool ranked_excused_ = false;
  Millis hold_{0};  // counts from hold_since_
  SteadyTime hold_since_{};
  std::optional<Absence> absence_;  // only while liveness counts it as away
  struct Heard {
    SteadyTime at{};
    std::uint64_t change = 0;  // of our table
  };
  Heard heard_last_, heard_before_;  // an interval or more apart

  // Set by its messages (node_peers.cpp).
  std::optional<wire::NodeInfo> info_;
  std::optional<SteadyTime> asked_info_;
  ClaimSet claims_;
  std::optional<SteadyTime> claims_differ_since_;  // or since they were requested
  std::vector<Unit> wants_;                        // valid until
  SteadyTime wants_until_{};
  InventoryPtr inventory_;  // shared by all nodes with the same digest
  InventoryAssembler assembler_;
  std::optional<SteadyTime> asked_inventory_;
  PeerClock clock_;
};

}  // namespace merlin::cluster
