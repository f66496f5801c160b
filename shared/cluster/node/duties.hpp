// Which node has which duty for an object (R1, R4). There are three questions, because a node may check an object and not notify of
// it, and pollers will separate checking from deciding. Today the owner does both.
#pragma once

#include <optional>

#include "shared/cluster/interface/settings.hpp"
#include "shared/cluster/node/core_session.hpp"
#include "shared/cluster/node/peers.hpp"
#include "shared/cluster/ownership/ownership.hpp"

namespace merlin::cluster {

class Duties {
 public:
  // All of these outlive this.
  Duties(const Settings& settings, const CoreSession& core, const Ownership& ownership, const Peers& peers)
      : settings_(settings), core_(core), ownership_(ownership), peers_(peers) {}

  // ---- The node that checks it; empty: none that we know.
  NodeId runner_of(const ObjectKey& object) const { return owner_of(object); }
  bool runs(const ObjectKey& object) const { return runner_of(object) == settings_.self; }

  // ---- The node whose core turns results and commands into the object's state; empty: none that we know.
  NodeId decider_of(const ObjectKey& object) const { return owner_of(object); }
  bool decides(const ObjectKey& object) const { return decider_of(object) == settings_.self; }
  // By that node's own claims, whether it is active or not.
  bool decides(const Peer& node, const ObjectKey& object) const;
  // Our core decides, and has not been ordered to hand the object over.
  bool goes_on_deciding(const ObjectKey& object) const;

  // ---- The node that notifies of it.
  // This node: it decides and notifies, or it is the designated notifier of a node that decides and does not notify.
  bool notifies(const ObjectKey& object) const;
  // The first active node in the object's plain ranking that notifies and has the object configured.
  std::optional<NodeId> designated_notifier(const ObjectKey& object) const;
  // In the plain ranking, which uses draws alone so that all nodes agree. With weights, which may differ for a moment,
  // two nodes could each wait for the other.
  bool stands_before(const NodeId& one, const NodeId& peer, const ObjectKey& object) const;

 private:
  NodeId owner_of(const ObjectKey& object) const;
  bool has_notifications(const NodeId& node) const;

  const Settings& settings_;
  const CoreSession& core_;
  const Ownership& ownership_;
  const Peers& peers_;
};

}  // namespace merlin::cluster
