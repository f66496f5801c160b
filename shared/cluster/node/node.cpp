#include "shared/cluster/node/node.hpp"

#include <algorithm>
#include <utility>

#include "shared/cluster/node/node_notify.hpp"

namespace merlin::cluster {

Node::State::State(Settings given, Durable restored, std::uint64_t own_instance, std::uint64_t table_id, Now now)
    : settings(std::move(given)),
      durable(within_bounds(restored)),
      admission(durable.hlc_limit),
      instance(own_instance),
      liveness(settings.self, own_instance, settings.pulse_interval),
      table(table_id),
      replication(table, settings.self,
                  [this](const NodeId& to, Priority priority, PeerMessage message) { send(to, priority, std::move(message)); }),
      feed(table),
      store_writer(table),
      forwarding(settings.self),
      journal(settings.self, own_instance, journal_outside()),
      phases(now.steady),
      duties(settings, core, ownership, peers),
      last_tick(now.steady),
      term(durable.term_limit) {
  ownership.set_interval(settings.pulse_interval);
  clock_seen = durable.hlc_limit;
  notifications = std::make_unique<Notifications>(*this);
}

Node::State::~State() = default;

Node::Node(Settings settings, Durable restored, std::uint64_t instance, std::uint64_t table_id, Now now)
    : state_(std::make_unique<State>(std::move(settings), restored, instance, table_id, now)) {}
Node::~Node() = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;

void Node::restore(Stored stored, Now now) { state_->restore(std::move(stored), now); }

Actions Node::saved(std::uint64_t ticket, bool ok, Now now) {
  state_->saved(ticket, ok, now);
  return state_->finish(now);
}

Actions Node::store_lost(Now now) {
  state_->store_lost();
  return state_->finish(now);
}

Actions Node::events_read(EventsRead read, Now now) {
  state_->journal.on_read(std::move(read));
  return state_->finish(now);
}

Actions Node::events_kept(const std::vector<wire::EventMark>& streams, Now now) {
  state_->journal.kept(streams);
  return state_->finish(now);
}

Actions Node::start(Now now) {
  ++state_->term;
  return set_settings(state_->settings, now);
}

Actions Node::set_settings(Settings settings, Now now) {
  State& state = *state_;
  state.settings = std::move(settings);
  state.liveness.set_own_interval(state.settings.pulse_interval);
  state.ownership.set_interval(state.settings.pulse_interval);
  const std::set<NodeId> gone = state.peers.configure(state.settings);
  for (const NodeId& id : gone) {
    if (state.peers.at(id).is_active()) state.log(LogLevel::info, state.name_of(id) + " was removed from merlin.conf");
    state.forget(id);
  }
  if (!gone.empty()) state.new_term(false);
  state.send_names_to_core();
  state.happened(Event::own_state, Event::candidates);
  ++state.info_number;
  state.announce_info();
  return state.finish(now);
}

void Node::set_config_history(std::vector<std::uint64_t> digests) { state_->config_history = std::move(digests); }

Actions Node::link_up(const NodeId& id, Now now) {
  State& state = *state_;
  Peer* peer = state.peers.find(id);
  if (peer == nullptr) return {};
  peer->link_up();
  state.liveness.link_up(id, now.steady);
  // A pause of our loop may hide that one link ended and the next one began: the route stays the same then.
  if (peer->route().kind == Route::Kind::direct) state.journal.session_up(id, now.steady);
  state.happened(Event::own_state);
  return state.finish(now);
}

Actions Node::link_down(const NodeId& id, bool by_peer, Now now) {
  State& state = *state_;
  Peer* peer = state.peers.find(id);
  if (peer == nullptr) return {};
  peer->link_down();
  state.liveness.link_down(id, by_peer, now.steady);
  state.journal.session_down(id);
  state.happened(Event::own_state);
  return state.finish(now);
}

Actions Node::unreachable(const NodeId& id, Now now) {
  Peer* peer = state_->peers.find(id);
  if (peer == nullptr || peer->is_linked()) return {};
  peer->set_unreachable();
  return state_->finish(now);
}

Actions Node::receive(const NodeId& from, PeerMessage message, Now now) {
  State& state = *state_;
  if (state.peers.find(from) == nullptr) return {};
  state.liveness.bytes_from(from, now.steady);
  state.receive(from, std::move(message), now);
  return state.finish(now);
}

Actions Node::core_connected(const wire::CoreHello& hello, Now now) {
  State& state = *state_;
  if (state.core.is_connected()) state.core_gone(now);
  state.core.connect(hello, now.steady);
  state.feed_from_start();
  state.join(now.steady);
  state.send_names_to_core();
  return state.finish(now);
}

Actions Node::core_disconnected(Now now) {
  state_->core_gone(now);
  return state_->finish(now);
}

Actions Node::receive_core(FromCore message, Now now) {
  if (!state_->core.is_connected()) return {};
  state_->receive_core(std::move(message), now);
  return state_->finish(now);
}

Actions Node::tick(Now now, Millis late_by) {
  State& state = *state_;
  if (late_by > state.settings.pulse_interval) {
    state.shift(late_by, now.steady);
    state.senders.stood_still(state.clock_now(now.wall));
  }
  state.last_tick = now.steady;
  for (const NodeId& id : state.replication.stuck(now.steady)) {
    state.log(LogLevel::warning, state.name_of(id) + " has not acknowledged anything for too long: restarting the synchronisation");
    state.replication.session_down(id);
    state.begin_session(id, now);
  }
  state.replication.tick(now.steady);
  state.check_core_loop(now.steady);
  state.forget_past(now);
  return state.finish(now);
}

Actions Node::drain(Now now, Drain drain) {
  state_->drain(std::move(drain), "drained: moving all checks to the other nodes", now);
  return state_->finish(now);
}

Actions Node::undrain(Now now) {
  state_->undrain("undrained: taking our share of the checks again");
  return state_->finish(now);
}

Actions Node::order(const NodeId& node, const wire::Order& order, Now now) {
  if (node == state_->settings.self)
    return order.kind == wire::OrderKind::drain ? drain(now, {order.reason, order.until_ms}) : undrain(now);
  // Orders are sent over a direct link only: nodes reject relayed orders.
  const Peer* receiver = state_->peers.find(node);
  if (receiver != nullptr && receiver->is_linked()) state_->out.push_back(SendToPeer{node, Priority::control, order});
  return state_->finish(now);
}

Actions Node::forget(const ObjectKey& object, Now now) {
  state_->forget(object, now);
  return state_->finish(now);
}

Actions Node::leave(Millis away) {
  State& state = *state_;
  const auto away_ms = static_cast<std::uint32_t>(std::min(away, kLongestAway).count());
  state.leaving = true;
  if (state.core.is_connected()) state.to_core(wire::DaemonAway{away_ms});
  for (const auto& [id, peer] : state.peers) {
    if (peer.has_route()) state.send(id, Priority::control, wire::Goodbye{away_ms, "the daemon stops"});
  }
  return std::exchange(state.out, {});
}

ClusterView Node::view(Now now) const { return state_->view(now); }
OwnerView Node::owner(const std::string& host, Now now) const { return state_->owner(host, now); }

std::string Node::State::name_of(const NodeId& id) const { return id == settings.self ? settings.name : peers.name_of(id); }

// Moves all deadlines by the pause, but none further than if it were set now.
void Node::State::shift(Millis late_by, SteadyTime now) {
  was_away = now;
  liveness.shift(late_by, now);
  ownership.shift(late_by, now);
  replication.shift(late_by, now);
  store_writer.shift(late_by, now);
  core.loop().shift(late_by, settings.busy_limit, now);
}

}  // namespace merlin::cluster
