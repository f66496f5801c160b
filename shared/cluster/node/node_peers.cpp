// Messages from other nodes, and the routes to them.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "shared/cluster/interface/content.hpp"
#include "shared/cluster/interface/mutants.hpp"
#include "shared/cluster/node/node_notify.hpp"
#include "shared/wire/any_message.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::cluster {
namespace {

constexpr int kHeardAgain = 2;  // intervals: the time that others have to reach us after a pause of our loop

// Decodes a message that a third node relayed. Some are not relayed: heartbeats, which report who was heard directly; events, which
// are fetched over direct links; relayed messages, which travel one hop; and orders, whose sender is proved by its own link.
std::optional<PeerMessage> unwrap(const wire::Relayed& relayed, wire::Rejects& rejects) {
  constexpr wire::MessageType kept_direct[] = {wire::MessageType::heartbeat, wire::MessageType::event_marks, wire::MessageType::events_ask,
                                               wire::MessageType::events,    wire::MessageType::relayed,     wire::MessageType::order};
  for (const wire::MessageType type : kept_direct) {
    if (relayed.type != static_cast<std::uint32_t>(type)) continue;
    rejects.add(wire::RejectReason::relayed, "relayed message: its type " + std::to_string(relayed.type) + " is not relayed");
    return std::nullopt;
  }
  Result<std::optional<PeerMessage>> message = wire::decode_any<PeerMessage>(relayed.type, relayed.payload);
  if (!message) rejects.add(wire::RejectReason::unreadable, "relayed message: " + message.error().what);
  if (!message || !*message) return std::nullopt;
  if (!std::visit([&](auto& content) { return wire::validate(content, rejects); }, **message)) return std::nullopt;
  return std::move(*message);
}

}  // namespace

void Node::State::send(const NodeId& to, Priority priority, PeerMessage message) {
  const Peer* receiver = peers.find(to);
  if (receiver == nullptr) return;
  if (receiver->route().kind == Route::Kind::direct || (!receiver->has_route() && receiver->is_linked())) {
    out.push_back(SendToPeer{to, priority, std::move(message)});
  } else if (receiver->route().kind == Route::Kind::relayed) {
    wire::Relayed relayed{settings.self, to, 0, {}};
    std::visit(
        [&](const auto& content) {
          relayed.type = static_cast<std::uint32_t>(std::decay_t<decltype(content)>::type_id);
          relayed.payload = wire::encode(content);
        },
        message);
    out.push_back(SendToPeer{receiver->route().via, priority, std::move(relayed)});
  }
}

template <class Message>
void Node::State::broadcast(Priority priority, const Message& message) {
  for (const auto& [id, peer] : peers) {
    if (peer.has_route()) send(id, priority, message);
  }
}

void Node::State::update_routes(Now now) {
  for (auto& [id, peer] : peers) {
    peer.set_exchanging(liveness.exchanges_directly(id, now.steady), now.steady);
    Route route;
    // If heartbeats do not pass in both directions, nothing else does, even if TCP has not noticed yet.
    const bool link_works =
        peer.is_linked() && liveness.hears_directly(id, now.steady) && liveness.other_hears(id, settings.self, now.steady);
    if (peer.is_linked()) route.kind = Route::Kind::direct;
    if (!link_works) {
      const auto relay = std::find_if(peers.begin(), peers.end(), [&, node = id](const auto& entry) {
        return entry.first != node && entry.second.is_linked() && liveness.other_hears(entry.first, node, now.steady);
      });
      if (relay != peers.end()) route = {Route::Kind::relayed, relay->first};
    }
    if (route == peer.route()) continue;
    // Keep a relay that still works.
    if (route.kind == Route::Kind::relayed && peer.route().kind == Route::Kind::relayed) {
      const Peer* relay = peers.find(peer.route().via);
      if (relay != nullptr && relay->is_linked() && liveness.other_hears(peer.route().via, id, now.steady)) continue;
    }
    if (peer.has_route()) replication.session_down(id);
    journal.session_down(id);
    peer.set_route(route);
    if (route.kind != Route::Kind::none) begin_session(id, now);
  }
}

void Node::State::begin_session(const NodeId& id, Now now) {
  Peer& peer = peers.at(id);
  peer.forget_questions();
  send(id, Priority::control, own_info());
  // We send no claims before our module has reported its own: those that it made through our previous instance may still be valid.
  if (core.claims().number() > 0) send_whole_claims(id);
  if (peer.route().kind == Route::Kind::direct) {
    out.push_back(SendToPeer{id, Priority::heartbeat, own_heartbeat(id, now)});
    journal.session_up(id, now.steady);
  }
  replication.session_up(id, now.steady);
}

std::vector<NodeId> Node::State::own_voters() const {
  std::vector<NodeId> voters;
  if (settings.notifies) voters.push_back(settings.self);
  for (const Settings::Peer& peer : settings.peers) {
    if (!peer.id.empty() && peer.notifies) voters.push_back(peer.id);
  }
  std::sort(voters.begin(), voters.end());
  return voters;
}

bool Node::State::by_majority() const { return settings.partition == Partition::majority || peers.any_wants_majority(); }

wire::NodeInfo Node::State::own_info() const {
  wire::NodeInfo info;
  info.node_id = settings.self;
  info.instance = instance;
  info.number = info_number;
  info.name = settings.name;
  info.program_version = MERLIN_VERSION;
  info.weight = settings.weight;
  for (const Settings::Peer& peer : settings.peers) {
    if (peer.id.empty()) continue;
    info.knows_nodes.push_back(peer.id);
    if (peer.weight) info.said_weights.push_back({peer.id, *peer.weight});
  }
  info.inventory_digest = core.inventory() ? core.inventory()->digest() : 0;
  info.config_digest = core.config_digest();
  info.config_history = config_history;
  info.core_program = core.hello().program;
  info.majority = settings.partition == Partition::majority;
  info.voters = own_voters();
  if (durable.drained) {
    info.drain_reason = durable.drain.reason;
    info.drain_until_ms = durable.drain.until_ms;
  }
  return info;
}

void Node::State::announce_info() { broadcast(Priority::control, own_info()); }

void Node::State::on(const NodeId& from, const wire::NodeInfo& info, Now now) {
  if (info.node_id != from) return;
  Peer& sender = peers.at(from);
  sender.set_info(info);
  if (sender.rename(info.name)) send_names_to_core();
  find_inventory(from, sender, now.steady);
  happened(Event::candidates);
}

void Node::State::find_inventory(const NodeId& id, Peer& node, SteadyTime now) {
  if (!node.info()) return;
  const std::uint64_t digest = node.info()->inventory_digest;
  if (node.has_inventory(digest)) return;
  const bool is_ours = core.inventory() && core.inventory()->digest() == digest;
  if (InventoryPtr found = is_ours ? core.inventory() : peers.inventory_with(digest)) {
    node.set_inventory(std::move(found));
    happened(Event::candidates);
    return;
  }
  if (digest == 0 || !node.has_route()) return;
  if (!node.may_ask_inventory(5 * settings.pulse_interval, now)) return;
  send(id, Priority::control, wire::Ask{false, false, true});
}

void Node::State::on(const NodeId& from, const wire::Claims& claims, Now now) {
  if (claims.node_id != from) return;
  note_claimed_elsewhere(from, claims, now);
  Peer& sender = peers.at(from);
  if (!sender.apply(claims)) send(from, Priority::control, wire::Ask{true, false, false});
  happened(Event::candidates);
}

void Node::State::send_whole_claims(const NodeId& to) {
  for (wire::Claims& part : ClaimSet::parts(core.claims().whole(settings.self, instance))) send(to, Priority::control, std::move(part));
}

void Node::State::on(const NodeId& from, const wire::Ask& ask, Now) {
  if (ask.info) send(from, Priority::control, own_info());
  if (ask.claims) send_whole_claims(from);
  if (!ask.inventory || !core.inventory()) return;
  for (wire::Inventory& part : core.inventory()->parts(settings.self)) {
    part.config_digest = core.config_digest();
    send(from, Priority::bulk, std::move(part));
  }
}

void Node::State::on(const NodeId& from, const wire::Want& want, Now now) {
  Peer& wanter = peers.at(from);
  wanter.set_wants(want.units, now.steady + kHeartbeatsToYield * settings.pulse_interval);
  heed_wants(from, wanter, now.steady);
}

// A want that is refused now may be justified a moment later, when the wanter's heartbeat arrives; so it is kept until it expires.
void Node::State::heed_wants(const NodeId& from, Peer& wanter, SteadyTime now) {
  const std::vector<Unit>& wants = wanter.wants(now);
  if (wants.empty() || !wanter.is_active() || !may_run(now)) return;
  // First send what our core did while this daemon was away; otherwise the wanter repeats checks that have just run. It waits no
  // longer for this than for any other yield.
  if (phases.is_joining() && !replication.has_ours(from)) return;
  const std::vector<Unit> released = ownership.on_want(self_contender(), contender(from, wanter, now), wants, now);
  for (Unit unit : released) core.promise(unit, from);
  core.epochs().changed(released);
  if (!released.empty()) happened(Event::candidates);
}

void Node::State::on(const NodeId& from, const wire::Yield& yield, Now now) {
  if (!peers.at(from).is_active()) return;
  ownership.on_yield(yield.units, now.steady);
  for (const wire::InFlight& check : yield.in_flight) {
    if (check.runner == settings.self) continue;  // our own core knows whether it still runs
    const Peer* runner = peers.find(check.runner);
    if (runner != nullptr && !runner->is_active()) continue;  // its result is lost
    awaited.add(check, now.steady);
    if (core.epochs().in_flight() < AwaitedChecks::kMost) core.epochs().add_in_flight(check);
  }
  happened(Event::candidates);
}

void Node::State::on(const NodeId& from, wire::Inventory part, Now) {
  if (part.node_id != from) return;
  Peer& sender = peers.at(from);
  if (!sender.add(std::move(part))) return;
  happened(Event::candidates);
}

void Node::State::on(const NodeId& from, const wire::Goodbye& goodbye, Now now) {
  Peer& leaver = peers.at(from);
  log(LogLevel::info, name_of(from) + " announces its absence: " + goodbye.text);
  if (goodbye.away_ms == 0) {
    leaver.withdraw_claims(from);
    happened(Event::candidates);
    return;
  }
  const wire::Heartbeat* heartbeat = liveness.last_heartbeat(from);
  leaver.set_absence({phase_of(from, leaver), heartbeat == nullptr ? 0 : heartbeat->instance});
  liveness.away(from, std::min(Millis{goodbye.away_ms}, kLongestAway), now.steady);
}

void Node::State::on(const NodeId& from, wire::Relayed relayed, Now now) {
  if (relayed.to != settings.self) {
    const Peer* receiver = peers.find(relayed.to);
    if (relayed.from != from || receiver == nullptr || !receiver->is_linked()) return;
    // Results stay behind the rows that were sent before them.
    const auto is = [&](wire::MessageType type) { return relayed.type == static_cast<std::uint32_t>(type); };
    const bool is_live = is(wire::MessageType::rows) || is(wire::MessageType::forwarded_result);
    out.push_back(SendToPeer{relayed.to, is_live ? Priority::live : Priority::control, std::move(relayed)});
    return;
  }
  if (peers.find(relayed.from) == nullptr) return;
  if (!is_relay(from, relayed.from, now.steady))
    return reject(from, wire::RejectReason::relayed, "relayed message: in the name of " + name_of(relayed.from));
  wire::Rejects rejects;
  std::optional<PeerMessage> message = unwrap(relayed, rejects);
  reject(from, rejects);
  if (message) receive(relayed.from, std::move(*message), now);
}

// Its own link has worked in both directions for so long that the node sends nothing through third nodes any more.
bool Node::State::speaks_for_itself(const NodeId& id, SteadyTime now) {
  const Peer* node = peers.find(id);
  if (node == nullptr || !liveness.exchanges_directly(id, now)) return false;
  const Millis interval = std::max(settings.pulse_interval, liveness.said_interval(id).value_or(Millis{0}));
  return node->has_exchanged_for(kFreshIntervals * interval, now);
}

// `from` is our route to `sender`, or one that the sender may use because it noticed a broken link before we did.
bool Node::State::is_relay(const NodeId& from, const NodeId& sender, SteadyTime now) {
  const Peer& origin = peers.at(sender);
  if (sender == from || speaks_for_itself(sender, now)) return false;
  if (origin.route().kind == Route::Kind::relayed && origin.route().via == from) return true;
  return peers.at(from).is_linked() && liveness.other_hears(from, sender, now);
}

// While we are joining, we do not know whether the state that our core made of a result will win; if it does, it contains the result.
// The same applies after a pause of our loop, until the nodes that may have taken over meanwhile have reached us.
bool Node::State::holds_forwards(SteadyTime now) const {
  if (is_late(now) || (was_away && now - *was_away < kHeardAgain * settings.pulse_interval)) return true;
  if (!core.is_connected() || !phases.is_joining()) return false;
  return !core.has_sent_initial_rows() || !has_compared();
}

void Node::State::send_forwards(SteadyTime now) {
  if (holds_forwards(now)) return;
  events.take(Event::results);
  forwards_sent = now;
  // Behind what operators did to the object before: a recovery must not reach the owner before the acknowledgement of the problem.
  const std::set<ObjectKey> withheld = store_writer.withheld();
  forwarding.send([&](const ObjectKey& object, SteadyTime since) { return now - since < kSavePatience && withheld.contains(object); },
                  [&](const ObjectKey& object) { return duties.decider_of(object); },
                  [&](const NodeId& id, SteadyTime sent) { return may_take_forwards(id, sent, now); },
                  [&](const NodeId& owner, wire::ForwardedResult result) {
                    if (owner == settings.self) {
                      on_forwarded(settings.self, std::move(result), now);
                    } else {
                      forward(owner, std::move(result));
                    }
                  },
                  kFreshIntervals * settings.pulse_interval, now);
}

void Node::State::forward(const NodeId& owner, wire::ForwardedResult result) {
  if (const wire::Heartbeat* heartbeat = liveness.last_heartbeat(owner)) {
    result.heard_instance = heartbeat->instance;
    result.heard_number = heartbeat->number;
  }
  send(owner, Priority::live, std::move(result));
}

// A receiver accepts forwarded results for a limited time after its own heartbeat, see is_timely(). With heartbeats that are faster
// than a long line, that time is longer than the time until the node counts as lost.
bool Node::State::may_take_forwards(const NodeId& id, SteadyTime sent, SteadyTime now) const {
  if (id == settings.self) return true;
  const Peer* peer = peers.find(id);
  if (peer == nullptr) return false;
  if (peer->is_active()) return true;
  const Millis interval = liveness.said_interval(id).value_or(Millis{0});
  return kFreshIntervals * interval < kForwardGood && now - sent < kForwardGood;
}

// A node that does not hear us for three intervals sends its results to another node. What it sent us before may still arrive when
// the network recovers. Our own clock shows how old the heartbeat is that the sender had heard last.
bool Node::State::is_timely(const wire::ForwardedResult& result, SteadyTime now) const {
  const std::optional<SteadyTime> sent = heartbeats.sent_at(result.heard_number);
  return result.heard_instance == instance && sent && now - *sent < std::max(kFreshIntervals * settings.pulse_interval, kForwardGood);
}

void Node::State::on_forwarded(const NodeId& from, wire::ForwardedResult result, SteadyTime now) {
  if (from != settings.self && !is_timely(result, now)) return;
  const ObjectKey& object = object_of(result);
  const NodeId owner = duties.decider_of(object);
  if (owner != settings.self) {
    if (owner.empty() || owner == from || result.hops > 0) return;  // the node that received it sends it again
    ++result.hops;
    forward(owner, std::move(result));
    return;
  }
  const wire::ForwardedAck ack{result.taker, result.taker_instance, result.number};
  const Forwarding::Arrival arrival = forwarding.arrived(result);
  // Our core has processed it. If the row does not contain it, another node's state has replaced what our core made of it.
  if (arrival.taken || contained_in_row(result)) {
    acknowledge_forward(ack);
  } else if (arrival.fresh) {
    to_core(wire::ResultsToCore{{std::move(result)}});
  }
}

// The previous owner, or an earlier run of our own core, has turned it into state.
bool Node::State::contained_in_row(const wire::ForwardedResult& result) {
  if (kMutant == Mutant::no_deduplication) return false;
  const Row* row = result.command.empty() ? table.find({result.result.object, wire::RegisterKind::check}) : nullptr;
  if (row == nullptr) return false;
  const auto state = content_of<wire::CheckRegister>(&row->content);
  return state && contains(*state, result);
}

void Node::State::acknowledge_forward(const wire::ForwardedAck& ack) {
  if (ack.taker == settings.self) {
    forwarded(ack);
  } else {
    send(ack.taker, Priority::live, ack);
  }
}

}  // namespace merlin::cluster
