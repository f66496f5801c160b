#include "tests/sim/judge.hpp"

#include <algorithm>
#include <map>

#include "tests/sim/inspector.hpp"
#include "tests/sim/story.hpp"

namespace merlin::sim {
namespace {

constexpr std::size_t kMostFailures = 5;
// Three per second for the longest time that a disk is full.
constexpr std::size_t kMostUnsafe = 200;

Millis longest_interval(const Plan& plan) {
  Millis longest{0};
  for (const NodePlan& node : plan.nodes) longest = std::max(longest, node.pulse_interval);
  return longest;
}

}  // namespace

Judge::Judge(const Plan& plan, const Servers& servers, const Records& records)
    : plan_(plan),
      servers_(servers),
      log_(records.checks),
      faults_(longest_gap()),
      notifications_(plan, records.checks, records.notifications, faults_),
      passives_(plan, records.passives, records.ends, faults_),
      alerts_(plan, records.alerts, faults_),
      operators_(plan, records, faults_),
      unrun_since_(plan.objects.size(), Millis{-1}) {
  std::map<std::uint64_t, std::size_t> hosts;
  for (std::size_t object = 0; object < plan.objects.size(); ++object) {
    const ObjectKey& key = plan.objects[object].key;
    if (key.is_host()) hosts[key.host] = object;
    host_of_.push_back(hosts.at(key.host));
  }
}

void Judge::fail(Millis now, const std::string& what) {
  if (verdict_.failures.size() < kMostFailures) verdict_.failures.push_back("at " + seconds(now) + ": " + what);
}

void Judge::disturbed(Millis now, bool open) {
  disturbed_ = now;
  if (open) ++open_faults_;
}

void Judge::ended(Millis now, bool was_open) {
  disturbed_ = now;
  if (was_open) --open_faults_;
}

void Judge::all_ended(Millis now) {
  disturbed_ = now;
  open_faults_ = 0;
}

void Judge::stood_still(Millis from, Millis until) {
  still_from_ = from;
  still_until_ = until;
}

std::string Judge::describe(std::size_t object) const {
  const ObjectPlan& plan = plan_.objects[object];
  return plan.service.empty() ? plan.host : plan.host + "/" + plan.service;
}

// Its core can run checks, and its daemon can report that; a core without a daemon acts alone.
bool Judge::is_live(std::size_t node) const {
  const Server& server = *servers_[node];
  const bool alone = !server.daemon_alive() && plan_.runs_isolated;
  return (server.core_runs() || server.core_is_busy()) && (server.daemon_runs() || alone);
}

bool Judge::is_runner(std::size_t node, std::size_t object) const {
  const Server& server = *servers_[node];
  return (server.core_runs() || server.core_is_busy()) && server.core().owns(object);
}

// R1: max(detection, busy_limit) + 2 heartbeats + one exchange. An isolated module acts after isolation_grace, a starting one
// after its start_hold or the daemon's start, and a node claims what it wanted without a yield after 3 heartbeats.
Millis Judge::longest_gap() const {
  const Millis heartbeat = longest_interval(plan_);
  Millis detection = std::max(Millis{5000}, 4 * heartbeat);
  for (const NodePlan& node : plan_.nodes) detection = std::max({detection, node.core_timeout + 3 * heartbeat, plan_.busy_limit});
  Millis bound = detection + 2 * heartbeat + kExchange;
  if (plan_.unplanned) bound = std::max(bound, plan_.isolation_grace + Millis{3000}) + 3 * heartbeat + Millis{2000};
  return bound;
}

bool Judge::is_settled(Millis now) const {
  const bool whole =
      std::all_of(servers_.begin(), servers_.end(), [](const auto& server) { return server->daemon_runs() && server->core_runs(); });
  return whole && open_faults_ == 0 && now - std::max(disturbed_, joining_) >= longest_gap() + Millis{10'000};
}

void Judge::note_joining(Millis now) {
  for (const auto& server : servers_) {
    if (!server->daemon_runs() || !server->core_runs()) continue;
    const cluster::NodeInspector node(server->node());
    if (node.is_catching_up()) alerts_.joining(now);
    if (node.phase() == wire::NodePhase::joining) joining_ = now;
  }
}

void Judge::sample(Millis now) {
  note_joining(now);
  check_bounds(now);
  for (std::size_t object = 0; object < plan_.objects.size(); ++object) sample_object(object, now);
  if (is_settled(now) && now.count() % 5000 < 100) check_owners(now);
}

// I9: the queues in a daemon, whatever its peers, disk and core do.
void Judge::check_bounds(Millis now) {
  if (failed()) return;
  for (std::size_t node = 0; node < servers_.size(); ++node) {
    if (!servers_[node]->daemon_alive()) continue;
    const cluster::NodeInspector inside(servers_[node]->node());
    const std::string& name = plan_.nodes[node].name;
    if (inside.forwards_waiting() > cluster::kMaxForwards) fail(now, "I9: too many results wait for their owners at " + name);
    if (inside.unsafe_acts() > kMostUnsafe) fail(now, "I9: too many acts wait for the disk of " + name);
    for (const NodePlan& peer : plan_.nodes) {
      if (inside.under_way(peer.id) <= cluster::kLiveWindow + cluster::kBulkWindow) continue;
      fail(now, "I9: " + name + " goes on sending to " + peer.name + ", which acknowledges nothing");
    }
  }
}

// L2: links are established again soon after that is possible.
void Judge::check_links(const Network& network, Millis now) {
  for (std::size_t from = 0; from < servers_.size(); ++from) {
    for (std::size_t to = 0; to < servers_.size(); ++to) {
      if (from != to && network.is_wanted(from, to) && !network.is_up(from, to))
        fail(now, "L2: no link between " + plan_.nodes[from].name + " and " + plan_.nodes[to].name);
    }
  }
}

// I9
void Judge::check_traffic(const Traffic& traffic, Millis now) {
  const std::optional<Traffic::Count>& storm = traffic.storm();
  if (!storm || failed()) return;
  fail(now, "I9: a storm, " + plan_.nodes[storm->from].name + " has sent " + plan_.nodes[storm->to].name + " " +
                std::to_string(storm->messages) + " messages within a second, " + std::to_string(storm->heartbeats) +
                " of them heartbeats");
}

// I4, at every moment.
void Judge::sample_object(std::size_t object, Millis now) {
  std::size_t live = 0;
  std::size_t runners = 0;
  for (std::size_t node = 0; node < servers_.size(); ++node) {
    if (is_runner(node, object)) ++runners;
    if (is_live(node) && servers_[node]->core().knows(object)) ++live;
  }
  Millis& since = unrun_since_[object];
  if (runners > 0 || live == 0) {
    since = Millis{-1};
    return;
  }
  if (since < Millis{0}) since = now;
  const Millis gap = now - std::max(since, disturbed_);
  if (gap <= longest_gap()) return;
  fail(now, "I4: nobody has run " + describe(object) + " for " + seconds(now - since) + ", " + seconds(gap) + " after the last fault");
  since = now;
}

// ---- I4 and I5 when everything is settled: the owner is exactly the node that an independent implementation of the rules names

std::uint32_t Judge::weight_of(std::size_t node) const {
  if (plan_.nodes[node].weight) return *plan_.nodes[node].weight;
  std::optional<std::uint32_t> smallest;
  for (std::size_t teller = 0; teller < servers_.size(); ++teller) {
    const auto& said = plan_.nodes[teller].said_weights[node];
    if (said && is_live(teller)) smallest = std::min(smallest.value_or(*said), *said);
  }
  return smallest.value_or(1);
}

int Judge::group_of(std::size_t node) const {
  const wire::NodePhase phase = cluster::NodeInspector(servers_[node]->node()).phase();
  if (phase == wire::NodePhase::ready) return weight_of(node) > 0 ? 0 : 1;
  return phase == wire::NodePhase::joining ? 2 : 3;
}

int Judge::first_of(std::size_t host, std::size_t object) const {
  int first = -1;
  std::tuple<int, std::uint64_t, NodeId> best;
  for (std::size_t node = 0; node < servers_.size(); ++node) {
    if (!is_live(node) || !servers_[node]->core().knows(object)) continue;
    std::uint64_t draw = 0;
    for (std::uint32_t index = 0; index < std::max(1U, weight_of(node)); ++index) {
      const std::string number{static_cast<char>(index), '\0', '\0', '\0'};
      draw = std::max(draw, hash64(std::string(plan_.nodes[node].id.view()) + number + plan_.objects[host].host));
    }
    const std::tuple<int, std::uint64_t, NodeId> place{group_of(node), ~draw, plan_.nodes[node].id};
    if (first >= 0 && best < place) continue;
    first = static_cast<int>(node);
    best = place;
  }
  return first;
}

int Judge::expected_owner(std::size_t object) const {
  const std::size_t host = host_of_[object];
  const int owner = first_of(host, host);
  if (owner < 0 || servers_[static_cast<std::size_t>(owner)]->core().knows(object)) return owner;
  return first_of(host, object);
}

void Judge::check_owners(Millis now) {
  std::vector<int> owners(plan_.objects.size(), -1);
  std::vector<char> able;
  for (std::size_t node = 0; node < servers_.size(); ++node) able.push_back(is_live(node) ? static_cast<char>(1 + group_of(node)) : 0);
  for (std::size_t object = 0; object < plan_.objects.size(); ++object) {
    const int expected = expected_owner(object);
    for (std::size_t node = 0; node < servers_.size(); ++node) {
      if (!is_runner(node, object)) continue;
      if (owners[object] >= 0)
        fail(now, "I4: " + describe(object) + " is run by " + plan_.nodes[static_cast<std::size_t>(owners[object])].name + " and " +
                      plan_.nodes[node].name);
      owners[object] = static_cast<int>(node);
    }
    if (owners[object] == expected) continue;
    const std::string who = owners[object] < 0 ? "nobody" : plan_.nodes[static_cast<std::size_t>(owners[object])].name;
    fail(now, "I4: " + describe(object) + " is run by " + who + ", not by " +
                  (expected < 0 ? "nobody" : plan_.nodes[static_cast<std::size_t>(expected)].name));
  }
  check_small_moves(owners, able, now);
}

void Judge::check_small_moves(const std::vector<int>& owners, const std::vector<char>& able, Millis now) {
  // Weights that come and go with the nodes that announce them, and different inventories, move more; the ranking judges these.
  const bool plain = std::all_of(plan_.nodes.begin(), plan_.nodes.end(), [&](const NodePlan& node) {
    const bool said =
        std::any_of(node.said_weights.begin(), node.said_weights.end(), [](const auto& weight) { return weight.has_value(); });
    return !said && node.knows.size() == plan_.objects.size();
  });
  for (std::size_t object = 0; plain && object < settled_owners_.size(); ++object) {
    const int before = settled_owners_[object];
    const int after = owners[object];
    if (before == after || before < 0 || after < 0) continue;
    const auto same = [&](int node) { return settled_able_[static_cast<std::size_t>(node)] == able[static_cast<std::size_t>(node)]; };
    if (same(before) && same(after)) fail(now, "I5: " + describe(object) + " has moved between two nodes that neither left nor came");
  }
  settled_owners_ = owners;
  settled_able_ = able;
}

// ---- the whole run

void Judge::check_settled(Millis now) {
  if (is_settled(now)) return check_owners(now);
  fail(now, "L4: not settled at the end, a node joins since " + seconds(now - joining_));
}

void Judge::check_history(Millis now) {
  const auto fails = [&](const std::string& what) { fail(now, what); };
  notifications_.judge(now, std::max(disturbed_, joining_), fails);
  passives_.judge(fails);
  for (const CheckRun& run : log_.runs()) {
    if (run.hasty)
      fail(now, "I4: " + plan_.nodes[run.node].name + ", which had hung, checked " + describe(run.object) + " at " + seconds(run.started) +
                    " without knowing whether it owns it");
  }
  alerts_.judge(history(), fails);
  if (plan_.unplanned) return;
  check_alarms(now);
  check_repeats(now);
}

// All disks contain the same history (journal_judge.hpp).
AlertJudge::History Judge::history() const {
  AlertJudge::History alerts;
  const auto server = std::find_if(servers_.begin(), servers_.end(), [](const auto& one) { return one->daemon_runs(); });
  if (server == servers_.end()) return alerts;
  for (const auto& [key, stream] : (*server)->journal().streams()) {
    AlertJudge::Stream& found = alerts.emplace_back();
    for (const auto& [number, event] : stream.events) {
      if (event.kind == wire::EventKind::alert) found.push_back(event);
    }
  }
  return alerts;
}

void Judge::check_alarms(Millis now) {
  for (std::size_t node = 0; node < servers_.size(); ++node) {
    for (const std::string& alarm : servers_[node]->alarms()) {
      if (alarm.find("is no longer active") != std::string::npos) fail(now, "L1: false alarm at " + plan_.nodes[node].name + ": " + alarm);
    }
  }
}

// An orphan service moves without want and yield when its host gets another owner, so one more run may be under way.
bool Judge::is_known_with_host(std::size_t object) const {
  return std::all_of(plan_.nodes.begin(), plan_.nodes.end(), [&](const NodePlan& node) {
    const auto knows = [&](std::size_t one) { return std::find(node.knows.begin(), node.knows.end(), one) != node.knows.end(); };
    return knows(object) == knows(host_of_[object]);
  });
}

// It was running when the last one began, or ended in the same second, as cores count.
bool Judge::may_be_shown(const std::string& output, const CheckRun& last) const {
  if (is_known_with_host(last.object) || !output.starts_with("run ")) return false;
  const CheckRun& run = log_.runs()[CheckLog::run_of(output)];
  return run.object == last.object && run.finished && *run.finished + Millis{1'000} > last.started;
}

void Judge::check_repeats(Millis now) {
  // A clock that counts as right may deviate by a second, and checks are scheduled by it.
  const Millis early = std::min(plan_.check_interval / 2, Millis{2500});
  const Millis late = longest_interval(plan_) * 5 + plan_.check_time + Millis{6'000};
  std::vector<const CheckRun*> last(plan_.objects.size(), nullptr);
  for (const CheckRun& run : log_.runs()) {
    const std::string what = describe(run.object) + " by " + plan_.nodes[run.node].name + " at " + seconds(run.started);
    if (run.finished && run.processed != 1 && !(run.processed == 0 && run.outdated && log_.is_outdone(run)))
      fail(now, "the result of " + what + " was processed " + std::to_string(run.processed) + " times");
    if (run.killed) continue;  // its result is lost with its core, so it runs again
    const CheckRun* before = std::exchange(last[run.object], &run);
    if (before == nullptr || run.started < Millis{20'000}) continue;
    const Millis gap = run.started - before->started;
    if (gap < plan_.check_interval - early && is_known_with_host(run.object))
      fail(now, "run twice: " + what + ", " + seconds(gap) + " after " + plan_.nodes[before->node].name);
    const bool stood_still = before->started < still_until_ && run.started > still_from_;
    const Millis slack = stood_still ? late + still_until_ - still_from_ : late;
    if (gap > plan_.check_interval + slack)
      fail(now, "missed: " + what + " only " + seconds(gap) + " after " + plan_.nodes[before->node].name);
  }
}

}  // namespace merlin::sim
