// All decisions of one daemon: which nodes are active (R2), which node owns what (R1), and the same state on all nodes (R3, R5-R7). A
// pure state machine: each input returns a list of actions. It performs no I/O and reads no clock; random numbers are passed in.
// merlind is a thin shell around it, and the simulator runs many of them.
//
// The caller carries out the actions in order and returns nothing. While a link is up,
// it is reliable and in order (TCP); when it goes down, everything on its way is lost.
// The handshake has verified all node ids.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/actions.hpp"
#include "shared/cluster/interface/messages.hpp"
#include "shared/cluster/interface/settings.hpp"
#include "shared/cluster/interface/views.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

class Inventory;

class Node {
 public:
  // `instance` and `table_id` are random and not 0; `restored` is what the last Persist contained.
  Node(Settings settings, Durable restored, std::uint64_t instance, std::uint64_t table_id, Now now);
  ~Node();
  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;

  // Before start(): the contents of the store. These rows have no side effects.
  void restore(Stored stored, Now now);
  Actions start(Now now);
  // The outcome of the Save with that ticket.
  Actions saved(std::uint64_t ticket, bool ok, Now now);
  // The saved data is lost and the store is empty: everything is saved again.
  Actions store_lost(Now now);
  Actions events_read(EventsRead read, Now now);
  // The store has removed its oldest events; `streams`: what it still has of each.
  Actions events_kept(const std::vector<wire::EventMark>& streams, Now now);
  // merlin.conf was read again. A peer that is no longer in it is forgotten; the caller closes its link.
  Actions set_settings(Settings settings, Now now);

  Actions link_up(const NodeId& peer, Now now);
  // `by_peer`: the other end closed the link, possibly because its process ended; otherwise we closed it.
  Actions link_down(const NodeId& peer, bool by_peer, Now now);
  Actions receive(const NodeId& from, PeerMessage message, Now now);
  // A configured peer cannot be reached at the moment (refused, no route): the start does not wait for it.
  Actions unreachable(const NodeId& peer, Now now);

  Actions core_connected(const wire::CoreHello& hello, Now now);
  Actions core_disconnected(Now now);
  Actions receive_core(FromCore message, Now now);

  // Digests of our core's earlier configurations, the latest first. They are sent with the next NodeInfo, so set them before the
  // inventory of a new configuration arrives.
  void set_config_history(std::vector<std::uint64_t> digests);

  // Call this at least every 50 ms. `late_by`: how much later than planned the caller's loop is (R2); deadlines move by it. After a
  // pause longer than a heartbeat, the caller first reads everything that has arrived; nothing is decided before the tick.
  Actions tick(Now now, Millis late_by = Millis{0});

  // Replaces the reason and the end of an earlier drain.
  Actions drain(Now now, Drain drain = {});
  Actions undrain(Now now);
  // Sends an operator's order to another node; ours is carried out.
  Actions order(const NodeId& node, const wire::Order& order, Now now);
  // All nodes drop the object's check register and notification records; its owner writes them again.
  Actions forget(const ObjectKey& object, Now now);
  // Planned absence of this daemon: its claims remain valid for `away` (R8). The caller flushes its links and ends.
  Actions leave(Millis away);

  ClusterView view(Now now) const;
  OwnerView owner(const std::string& host, Now now) const;
  // Our core's inventory; null without a core.
  std::shared_ptr<const Inventory> inventory() const;

 private:
  friend class NodeInspector;  // the simulator's judge
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace merlin::cluster
