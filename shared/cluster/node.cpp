#include "cluster/node.hpp"

#include <algorithm>
#include <utility>

#include "cluster/node_notify.hpp"

namespace merlin::cluster {

Node::State::State(Settings given, Durable restored, std::uint64_t own_instance, std::uint64_t table_id, Now now)
    : settings(std::move(given)),
      durable(restored),
      instance(own_instance),
      liveness(settings.self, own_instance, settings.pulse_interval),
      table(table_id),
      replication(table, settings.self,
                  [this](const NodeId& to, Priority priority, PeerMessage message) { send(to, priority, std::move(message)); }),
      feed(table),
      saver(table),
      forwarding(settings.self),
      journal(settings.self, own_instance, journal_outside()),
      started(now.steady),
      last_tick(now.steady),
      joining_since(now.steady),
      term(restored.term_limit) {
  ownership.set_interval(settings.pulse_interval);
  clock_seen = std::min(restored.hlc_limit, kGreatestClock);
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
  std::set<NodeId> configured_before;
  for (auto& [id, other] : state.others) {
    if (std::exchange(other.configured, false)) configured_before.insert(id);
    other.said_weight.reset();
  }
  for (const Settings::Peer& peer : state.settings.peers) {
    if (peer.id.empty() || peer.id == state.settings.self) continue;
    Other& other = state.other(peer.id);
    state.taken_out.erase(peer.id);
    other.configured = true;
    other.name = peer.name;
    other.said_weight = peer.weight;
  }
  // Nodes that only others name come and go with their word; those that stood in our file are forgotten now.
  std::erase_if(configured_before, [&](const NodeId& id) { return state.others[id].configured; });
  for (const NodeId& id : configured_before) {
    if (state.others[id].active) state.log(LogLevel::info, state.name_of(id) + " was removed from merlin.conf");
    state.forget(id);
    state.taken_out.insert(id);
  }
  if (!configured_before.empty()) state.new_term(false);
  state.tell_core_names();
  state.ownership_dirty = state.beat_due = true;
  ++state.info_number;
  state.tell_info();
  return state.finish(now);
}

void Node::set_config_history(std::vector<std::uint64_t> digests) { state_->config_history = std::move(digests); }

Actions Node::link_up(const NodeId& peer, Now now) {
  State& state = *state_;
  Other* other = state.find(peer);
  if (other == nullptr) return {};
  other->linked = true;
  other->unreachable = false;
  state.liveness.link_up(peer, now.steady);
  // A loop that was away may learn of a link's end and of the next one's begin in the same moment: no way changes then.
  if (other->way.kind == Way::Kind::direct) state.journal.session_up(peer, now.steady);
  state.beat_due = true;
  return state.finish(now);
}

Actions Node::link_down(const NodeId& peer, bool by_peer, Now now) {
  State& state = *state_;
  Other* other = state.find(peer);
  if (other == nullptr) return {};
  other->linked = false;
  state.liveness.link_down(peer, by_peer, now.steady);
  state.journal.session_down(peer);
  state.beat_due = true;
  return state.finish(now);
}

Actions Node::unreachable(const NodeId& peer, Now now) {
  Other* other = state_->find(peer);
  if (other == nullptr || other->linked) return {};
  other->unreachable = true;
  return state_->finish(now);
}

Actions Node::receive(const NodeId& from, PeerMessage message, Now now) {
  State& state = *state_;
  if (state.find(from) == nullptr) return {};
  state.liveness.bytes_from(from, now.steady);
  state.receive(from, std::move(message), now);
  return state.finish(now);
}

Actions Node::core_connected(const wire::CoreHello& hello, Now now) {
  State& state = *state_;
  if (state.core.connected) state.core_gone(now);
  Core fresh;
  fresh.connected = true;
  fresh.hello = hello;
  fresh.connected_since = fresh.last_turn = now.steady;
  fresh.claims = std::move(state.core.claims);  // the numbers go on
  state.core = std::move(fresh);
  state.feed.restart();
  state.join(now.steady);
  state.tell_core_names();
  return state.finish(now);
}

Actions Node::core_disconnected(Now now) {
  state_->core_gone(now);
  return state_->finish(now);
}

Actions Node::receive_core(FromCore message, Now now) {
  if (!state_->core.connected) return {};
  state_->receive_core(std::move(message), now);
  return state_->finish(now);
}

Actions Node::tick(Now now, Millis late_by) {
  State& state = *state_;
  if (late_by > state.settings.pulse_interval) state.shift(late_by, now.steady);
  state.last_tick = now.steady;
  for (const NodeId& id : state.replication.stuck(now.steady)) {
    state.log(LogLevel::warning, state.name_of(id) + " has acknowledged nothing for long: beginning its synchronisation anew");
    state.replication.session_down(id);
    state.begin_session(id, now);
  }
  state.replication.tick(now.steady);
  state.check_core_loop(now.steady);
  state.forget_past(now);
  return state.finish(now);
}

Actions Node::drain(Now now) {
  State& state = *state_;
  if (!state.durable.drained) {
    state.durable.drained = true;
    state.out.push_back(Persist{state.durable});
    state.log(LogLevel::info, "drained: handing every check to the other nodes");
    state.ownership_dirty = state.beat_due = true;
  }
  return state.finish(now);
}

Actions Node::undrain(Now now) {
  State& state = *state_;
  if (state.durable.drained) {
    state.durable.drained = false;
    state.out.push_back(Persist{state.durable});
    state.log(LogLevel::info, "undrained: taking our share of the checks back");
    state.ownership_dirty = state.beat_due = true;
  }
  return state.finish(now);
}

Actions Node::order(const NodeId& node, wire::OrderKind kind, Now now) {
  if (node == state_->settings.self) return kind == wire::OrderKind::drain ? drain(now) : undrain(now);
  state_->send(node, Priority::control, wire::Order{kind});
  return state_->finish(now);
}

Actions Node::leave(Millis away) {
  State& state = *state_;
  const auto away_ms = static_cast<std::uint32_t>(std::min(away, kLongestAway).count());
  state.leaving = true;
  if (state.core.connected) state.to_core(wire::DaemonAway{away_ms});
  for (const auto& [id, other] : state.others) {
    if (other.way.kind != Way::Kind::none) state.send(id, Priority::control, wire::Goodbye{away_ms, "the daemon stops"});
  }
  return std::exchange(state.out, {});
}

ClusterView Node::view(Now now) const { return state_->view(now); }
OwnerView Node::owner(const std::string& host, Now now) const { return state_->owner(host, now); }

Other* Node::State::find(const NodeId& id) {
  const auto found = others.find(id);
  return found == others.end() ? nullptr : &found->second;
}

Other& Node::State::other(const NodeId& id) { return others[id]; }

std::string Node::State::name_of(const NodeId& id) const {
  if (id == settings.self) return settings.name;
  const auto found = others.find(id);
  return found == others.end() || found->second.name.empty() ? "node " + id.short_hex() : found->second.name;
}

// What was set while the loop caught up is not moved beyond what it could have been set to now.
void Node::State::shift(Millis late_by, SteadyTime now) {
  was_away = now;
  liveness.shift(late_by, now);
  ownership.shift(late_by, now);
  replication.shift(late_by, now);
  saver.shift(late_by, now);
  core.last_turn = std::min(core.last_turn + late_by, now);
  if (core.busy_until) *core.busy_until = std::min(*core.busy_until + late_by, now + settings.busy_limit);
}

}  // namespace merlin::cluster
