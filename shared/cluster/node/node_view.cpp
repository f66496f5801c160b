// What operators are shown.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "shared/cluster/node/node_notify.hpp"

namespace merlin::cluster {

// `known`: the inventory of the core of the claiming node; null: not received yet.
void Node::State::count_claims(const ClaimSet& claims, const InventoryPtr& known, NodeView& view) const {
  for (Unit unit : claims.units()) {
    const KnownHost* host = known ? known->find(unit) : nullptr;
    if (host != nullptr) {
      ++view.hosts_owned;
      view.services_owned += host->services.size();
    } else if (known && known->knows_service(unit)) {
      ++view.services_owned;
    } else {
      ++view.hosts_owned;
    }
  }
}

// The name in our core's inventory; the key if our core does not have the object.
std::string Node::State::object_name(const ObjectKey& object) const {
  const KnownHost* host = core.inventory() ? core.inventory()->find(object.host) : nullptr;
  if (host == nullptr) return "object " + std::to_string(object.host) + ";" + std::to_string(object.service);
  for (const KnownService& service : host->services) {
    if (service.key == object.service) return host->name + ";" + service.description;
  }
  return host->name;
}

Hearing Node::State::hearing_of(const NodeId& id, Why why, SteadyTime now) const {
  if (liveness.hears_directly(id, now)) return Hearing::direct;
  if (liveness.hears(id, now)) return Hearing::relayed;
  if (why == Why::link_closed) return Hearing::closed;
  return why == Why::never_heard ? Hearing::never : Hearing::silent;
}

// The longest that an active node has announced, or our own.
std::optional<ReturnDelay> Node::State::delay_of(const NodeId& id, SteadyTime now) const {
  ReturnDelay longest{liveness.hold_for(id, now), settings.name, liveness.recent_losses(id, now)};
  for (const auto& [other, peer] : peers) {
    const wire::Heartbeat* heartbeat = other == id || !peer.is_active() ? nullptr : liveness.last_heartbeat(other);
    const std::optional<SteadyTime> made = heartbeat == nullptr ? std::nullopt : liveness.last_heard(other);
    if (!made) continue;
    for (const wire::Heard& heard : heartbeat->heard) {
      const Millis left = std::min(Millis{heard.hold_ms}, kMaxHold) - (now - *made);
      if (heard.node_id == id && left > longest.left) longest = {left, name_of(other), std::nullopt};
    }
  }
  return longest.left > Millis{0} ? std::optional(longest) : std::nullopt;
}

// Of this node: the longest of the active nodes.
std::optional<ReturnDelay> Node::State::own_delay(SteadyTime now) const {
  ReturnDelay longest;
  for (const auto& [id, peer] : peers) {
    if (peer.is_active() && peer.hold_left(now) > longest.left) longest = {peer.hold_left(now), name_of(id), std::nullopt};
  }
  return longest.left > Millis{0} ? std::optional(longest) : std::nullopt;
}

NodeView Node::State::view_of_self(Now now) const {
  NodeView view;
  view.id = settings.self;
  view.name = settings.name;
  view.self = view.configured = view.linked = true;
  view.core = core_health(now.steady);
  view.active = view.core == wire::CoreHealth::well || view.core == wire::CoreHealth::busy;
  view.why = view.active ? "active" : describe(view.core == wire::CoreHealth::stalled ? Why::core_stalled : Why::core_gone);
  view.hearing = Hearing::direct;
  view.phase = own_phase();
  if (durable.drained) view.drain = durable.drain;
  if (view.active && view.phase == wire::NodePhase::joining) view.delay = own_delay(now.steady);
  view.weight = self_contender().weight;
  count_claims(core.claims(), core.inventory(), view);
  view.checks_run = core.heartbeat().checks_run;
  view.overdue = core.heartbeat().overdue;
  view.since_heard = Millis{0};
  view.term = term;
  view.inventory_digest = core.inventory() ? core.inventory()->digest() : 0;
  view.config_digest = core.config_digest();
  view.config_history = config_history;
  view.program_version = MERLIN_VERSION;
  view.core_program = core.hello().program;
  view.table_equal = true;
  view.majority = settings.partition == Partition::majority;
  view.pulse_interval = settings.pulse_interval;
  return view;
}

NodeView Node::State::view_of(const NodeId& id, const Peer& peer, Now now) const {
  NodeView view;
  view.id = id;
  view.name = name_of(id);
  view.configured = peer.is_configured();
  view.linked = peer.is_linked();
  const Judgement verdict = liveness.judge(id, now.steady);
  view.active = peer.is_active();
  view.why = describe(verdict.why);
  view.via = verdict.via;
  view.hearing = hearing_of(id, verdict.why, now.steady);
  view.phase = phase_of(id, peer);
  if (view.active && view.phase == wire::NodePhase::joining) view.delay = delay_of(id, now.steady);
  view.weight = weight_of(id, peer);
  view.backlog_rows = replication.backlog(id);
  view.latency_ms = peer.clock().latency_ms();
  if (peer.clock().is_known()) view.clock_offset = peer.clock().offset();
  if (const std::optional<SteadyTime> heard = liveness.last_heard(id)) view.since_heard = now.steady - *heard;
  if (const wire::Heartbeat* heartbeat = liveness.last_heartbeat(id)) {
    view.core = heartbeat->core;
    view.term = heartbeat->term;
    view.pulse_interval = Millis{heartbeat->interval_ms};
    view.checks_run = heartbeat->checks_run;
    view.overdue = heartbeat->overdue;
    view.table_equal = table.digest_at(heartbeat->table_second) == heartbeat->table_digest;
  }
  if (peer.is_active()) count_claims(peer.claims(), peer.inventory() ? peer.inventory() : core.inventory(), view);
  if (peer.info()) {
    view.inventory_digest = peer.info()->inventory_digest;
    view.config_digest = peer.info()->config_digest;
    view.config_history = peer.info()->config_history;
    view.program_version = peer.info()->program_version;
    view.core_program = peer.info()->core_program;
    if (view.phase == wire::NodePhase::drained) view.drain = {peer.info()->drain_reason, peer.info()->drain_until_ms};
    view.majority = peer.info()->majority;
    view.other_voters = peer.info()->voters != own_voters();
  }
  return view;
}

// Hosts that two active nodes claim: a moment long when nodes meet again, longer only if their files differ.
void Node::State::view_run_twice(ClusterView& view) const {
  std::unordered_map<Unit, NodeId> runners;
  std::unordered_set<Unit> twice;
  const auto add = [&](const ClaimSet& claims, const NodeId& runner) {
    for (Unit unit : claims.units()) {
      const auto [found, is_first] = runners.try_emplace(unit, runner);
      if (is_first || !core.inventory() || !core.inventory()->knows_host(unit) || !twice.insert(unit).second) continue;
      if (twice.size() == 1) view.run_twice = {1, core.inventory()->find(unit)->name, name_of(found->second), name_of(runner)};
    }
  };
  add(core.claims(), settings.self);
  for (const auto& [id, peer] : peers) {
    if (peer.is_active()) add(peer.claims(), id);
  }
  view.run_twice.hosts = twice.size();
}

// Rows and votes of other nodes that we do not trust.
void Node::State::view_distrust(ClusterView& view, Now now) const {
  for (const Contested::Loss& loss : contested.losses(now.steady)) {
    view.contested.push_back({object_name(loss.object), loss.writer, name_of(loss.writer), loss.times});
  }
  for (const auto& [id, times] : notifications->rule().asker().doubted().recent(now.steady))
    view.doubted.push_back({id, name_of(id), times});
}

ClusterView Node::State::view(Now now) const {
  ClusterView view;
  for (const auto& [id, peer] : peers) view.nodes.push_back(view_of(id, peer, now));
  std::sort(view.nodes.begin(), view.nodes.end(), [](const NodeView& one, const NodeView& two) { return one.name < two.name; });
  view.nodes.insert(view.nodes.begin(), view_of_self(now));
  if (core.inventory()) {
    view.hosts = core.inventory()->hosts().size();
    view.services = core.inventory()->service_count();
  }
  view.rows = table.size();
  view.term = term;
  view.side = side;
  view.epoch = core.epochs().number();
  view.majority = by_majority();
  if (feed.holds_operators_back()) view.core_died_early = core.starts().died_early();
  if (const auto& disabled = core.disabled()) {
    view.core_disabled = disabled->reason;
    if (disabled->again) view.core_again = std::max(Millis{0}, *disabled->again - now.steady);
  }
  for (const RegisterKey& key : feed.set_aside()) view.set_aside.push_back(object_name(key.object));
  view.forwarded_waiting = forwarding.waiting();
  view.journal = journal.view();
  view_run_twice(view);
  view_distrust(view, now);
  return view;
}

OwnerView Node::State::owner(const std::string& host, Now now) const {
  OwnerView view;
  const HostKey key = host_key(host);
  const KnownHost* known = core.inventory() ? core.inventory()->find(key) : nullptr;
  view.known = known != nullptr;
  if (known != nullptr) {
    for (const KnownService& service : known->services) view.services.push_back(service.description);
  }
  std::vector<std::pair<Candidate, RankedNode>> ranked;
  const auto add = [&](const Contender& contender, const std::string& name, bool active) {
    const bool knows = contender.inventory && contender.inventory->knows_host(key);
    const bool claims = contender.claims->contains(key);
    const Candidate candidate{contender.id, best_draw(contender.id, contender.weight, host), contender.weight, contender.phase};
    ranked.push_back({candidate, {contender.id, name, active, knows, claims, contender.weight, contender.phase}});
    if (active && claims) view.runners.push_back(contender.id);
  };
  add(self_contender(), settings.name,
      core_health(now.steady) == wire::CoreHealth::well || core_health(now.steady) == wire::CoreHealth::busy);
  for (const auto& [id, peer] : peers) add(contender(id, peer, now.steady), name_of(id), peer.is_active());
  std::sort(ranked.begin(), ranked.end(), [](const auto& one, const auto& two) { return stands_before(one.first, two.first); });
  for (auto& [candidate, node] : ranked) view.ranking.push_back(std::move(node));
  return view;
}

InventoryPtr Node::inventory() const { return state_->core.inventory(); }

}  // namespace merlin::cluster
