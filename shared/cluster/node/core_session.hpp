// Our own core and its module while the module is connected: what it has reported and received, and which units it was
// ordered to release. Each connection starts afresh, except for the number of the claims, the count of early crashes,
// and the reason why the module is disabled.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/node/core_epochs.hpp"
#include "shared/cluster/node/core_loop.hpp"
#include "shared/cluster/ownership/claims.hpp"
#include "shared/cluster/ownership/inventory.hpp"
#include "shared/cluster/state/core_starts.hpp"

namespace merlin::cluster {

// The module has reported that it is disabled.
struct CoreDisabled {
  std::string reason;
  std::optional<SteadyTime> again;  // when it starts again by itself
};

class CoreSession {
 public:
  // ---- begin and end
  void connect(const wire::CoreHello& hello, SteadyTime now);
  // The core has announced its end: its inventory is dropped until it connects again.
  void announce_end(std::optional<CoreDisabled> disabled);
  // The connection has ended. Its claims remain until withdraw_claims(); call reset() after that.
  void lost(SteadyTime now);
  void reset() { connection_ = Connection{}; }
  bool is_connected() const { return connection_.is_up; }
  bool has_announced_end() const { return connection_.has_announced_end; }
  SteadyTime connected_since() const { return connection_.since; }
  const wire::CoreHello& hello() const { return connection_.hello; }
  // Cleared when the next module connects.
  const std::optional<CoreDisabled>& disabled() const { return disabled_; }
  CoreStarts& starts() { return starts_; }
  const CoreStarts& starts() const { return starts_; }

  // ---- what it has configured; null: not received yet, or dropped
  const InventoryPtr& inventory() const { return connection_.inventory; }
  // True: that was the last part, and inventory() is new.
  bool add(wire::Inventory part);
  // An equal inventory to use instead, so that nodes share one copy.
  void share(InventoryPtr equal) { connection_.inventory = std::move(equal); }
  std::uint64_t config_digest() const { return connection_.config_digest; }
  // Connected, with an inventory, and its loop is not hung.
  bool is_usable() const { return is_connected() && inventory() && !loop().is_hung(); }

  // ---- its heartbeats
  CoreLoop& loop() { return connection_.loop; }
  const CoreLoop& loop() const { return connection_.loop; }
  void set_heartbeat(const wire::CoreHeartbeat& heartbeat) { connection_.heartbeat = heartbeat; }
  const wire::CoreHeartbeat& heartbeat() const { return connection_.heartbeat; }
  // The hybrid clock of its module.
  std::uint64_t clock() const;

  // ---- its state
  // It has sent all that it read from its retention file.
  bool has_sent_initial_rows() const { return connection_.has_sent_initial_rows; }
  void set_initial_rows_sent() { connection_.has_sent_initial_rows = true; }
  // It has once received everything that the table contained.
  bool is_fed() const { return connection_.is_fed; }
  void set_fed() { connection_.is_fed = true; }
  // Records the names of the nodes. True: the module has not received these names yet.
  bool are_new(const std::map<NodeId, std::string>& names) { return std::exchange(connection_.names, names) != names; }

  // ---- what it owns
  const ClaimSet& claims() const { return claims_; }
  // Both return the message to the other nodes.
  wire::Claims change_claims(const NodeId& self, std::uint64_t instance, const wire::CoreClaims& said);
  wire::Claims withdraw_claims(const NodeId& self, std::uint64_t instance);
  CoreEpochs& epochs() { return connection_.epochs; }
  const CoreEpochs& epochs() const { return connection_.epochs; }
  // The module was ordered to release this unit for another node, which receives a yield once it is released.
  void promise(Unit unit, const NodeId& to) { connection_.promised[unit] = to; }
  void retract(Unit unit) { connection_.promised.erase(unit); }
  std::map<NodeId, std::vector<Unit>> take_released(const wire::CoreClaims& said);

 private:
  struct Connection {
    bool is_up = false;
    bool has_announced_end = false;
    bool has_sent_initial_rows = false;
    bool is_fed = false;
    SteadyTime since{};
    wire::CoreHello hello;
    InventoryPtr inventory;
    InventoryAssembler assembler;
    std::uint64_t config_digest = 0;
    CoreLoop loop;
    wire::CoreHeartbeat heartbeat;
    std::map<NodeId, std::string> names;
    CoreEpochs epochs;
    std::map<Unit, NodeId> promised;
  };

  Connection connection_;
  ClaimSet claims_;
  CoreStarts starts_;
  std::optional<CoreDisabled> disabled_;
};

}  // namespace merlin::cluster
