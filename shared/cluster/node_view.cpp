// What people are shown.
#include <algorithm>
#include <utility>

#include "cluster/node_state.hpp"

namespace merlin::cluster {

namespace {

// One way. The median: a single beat that waited somewhere says nothing about the line.
std::optional<double> latency_of(std::deque<Millis> round_trips) {
  if (round_trips.empty()) return std::nullopt;
  const auto middle = round_trips.begin() + static_cast<std::ptrdiff_t>(round_trips.size() / 2);
  std::nth_element(round_trips.begin(), middle, round_trips.end());
  return static_cast<double>(middle->count()) / 2.0;
}

}  // namespace

// `known` is what the core of the node that claims knows; null: not told yet.
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

// As our core knows it; its key where it does not.
std::string Node::State::object_name(const ObjectKey& object) const {
  const KnownHost* host = core.inventory ? core.inventory->find(object.host) : nullptr;
  if (host == nullptr) return "object " + std::to_string(object.host) + ";" + std::to_string(object.service);
  for (const KnownService& service : host->services) {
    if (service.key == object.service) return host->name + ";" + service.description;
  }
  return host->name;
}

NodeView Node::State::view_of_self(Now now) const {
  NodeView view;
  view.id = settings.self;
  view.name = settings.name;
  view.self = view.configured = view.linked = true;
  view.core = core_health(now.steady);
  view.active = view.core == wire::CoreHealth::well || view.core == wire::CoreHealth::busy;
  view.why = view.active ? "active" : describe(view.core == wire::CoreHealth::stalled ? Why::core_stalled : Why::core_gone);
  view.phase = own_phase();
  view.weight = self_contender().weight;
  count_claims(core.claims, core.inventory, view);
  view.checks_run = core.beat.checks_run;
  view.overdue = core.beat.overdue;
  view.since_heard = Millis{0};
  view.term = term;
  view.inventory_digest = core.inventory ? core.inventory->digest() : 0;
  view.config_digest = core.config_digest;
  view.config_history = config_history;
  view.program_version = MERLIN_VERSION;
  view.core_program = core.hello.program;
  view.table_equal = true;
  view.majority = settings.partition == Partition::majority;
  view.pulse_interval = settings.pulse_interval;
  return view;
}

NodeView Node::State::view_of(const NodeId& id, const Other& other, Now now) const {
  NodeView view;
  view.id = id;
  view.name = name_of(id);
  view.configured = other.configured;
  view.linked = other.linked;
  const Judgement verdict = liveness.judge(id, now.steady);
  view.active = other.active;
  view.why = describe(verdict.why);
  view.via = verdict.via;
  view.phase = phase_of(id, other);
  view.weight = weight_of(id, other);
  view.backlog_rows = replication.backlog(id);
  view.latency_ms = latency_of(other.round_trips);
  if (!other.clock_samples.empty()) view.clock_offset = other.clock_offset;
  if (const std::optional<SteadyTime> heard = liveness.last_heard(id)) view.since_heard = now.steady - *heard;
  if (const wire::Beat* beat = liveness.last_beat(id)) {
    view.core = beat->core;
    view.term = beat->term;
    view.pulse_interval = Millis{beat->interval_ms};
    view.checks_run = beat->checks_run;
    view.overdue = beat->overdue;
    view.table_equal = table.digest_at(beat->table_second) == beat->table_digest;
  }
  if (other.active) count_claims(other.claims, other.inventory ? other.inventory : core.inventory, view);
  if (other.info) {
    view.inventory_digest = other.info->inventory_digest;
    view.config_digest = other.info->config_digest;
    view.config_history = other.info->config_history;
    view.program_version = other.info->program_version;
    view.core_program = other.info->core_program;
    view.majority = other.info->majority;
    view.other_voters = other.info->voters != own_voters();
  }
  return view;
}

ClusterView Node::State::view(Now now) const {
  ClusterView view;
  for (const auto& [id, other] : others) view.nodes.push_back(view_of(id, other, now));
  std::sort(view.nodes.begin(), view.nodes.end(), [](const NodeView& one, const NodeView& two) { return one.name < two.name; });
  view.nodes.insert(view.nodes.begin(), view_of_self(now));
  if (core.inventory) {
    view.hosts = core.inventory->hosts().size();
    view.services = core.inventory->service_count();
  }
  view.rows = table.size();
  view.term = term;
  view.side = side;
  view.epoch = core.epoch;
  view.majority = by_majority();
  for (const RegisterKey& key : feed.set_aside()) view.set_aside.push_back(object_name(key.object));
  view.forwarded_waiting = forwarding.waiting();
  view.journal = journal.view();
  return view;
}

OwnerView Node::State::owner(const std::string& host, Now now) const {
  OwnerView view;
  const HostKey key = host_key(host);
  const KnownHost* known = core.inventory ? core.inventory->find(key) : nullptr;
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
  for (const auto& [id, other] : others) add(contender(id, other, now.steady), name_of(id), other.active);
  std::sort(ranked.begin(), ranked.end(), [](const auto& one, const auto& two) { return stands_before(one.first, two.first); });
  for (auto& [candidate, node] : ranked) view.ranking.push_back(std::move(node));
  return view;
}

InventoryPtr Node::inventory() const { return state_->core.inventory; }

}  // namespace merlin::cluster
