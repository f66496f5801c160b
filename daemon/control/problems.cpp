#include "daemon/control/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "daemon/node_book.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::daemon {
namespace {

constexpr Millis kClockOffsetLimit{5'000};
constexpr std::size_t kMaxStrangers = 5;
constexpr Millis kStrangerStays{60'000};  // after its last attempt; a node that still wants to connect tries every few seconds
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::uint64_t kMuchBehind = 1'000;  // fewer are normally in transit
constexpr std::int64_t kHoursADay = 24;
constexpr Millis kExpiryWarning = std::chrono::hours(kHoursADay * 30);
constexpr Millis kRejectedShownFor{10 * 60 * 1000};

using Problems = std::vector<Problem>;

// "merlin.conf:3:1: unknown key 'foo'", without the fix.
std::string said(const Error& error) { return error.where.empty() ? error.what : error.where + ": " + error.what; }

// Over ssh, which proves the identity: the first time with the keys, later for a certificate that has changed.
std::string exchange_with(const config::NodeConfig& block) {
  return fmt::format("mon {} push {}", block.fingerprints.empty() ? "sshkey" : "cert", block.name);
}

Problem refused(const Status& status, const RefusedPeer& peer, const config::NodeConfig& block) {
  const std::string& name = block.name;
  if (peer.reason == RefusalReason::untrusted) {
    return {fmt::format("{} is refused: merlin.conf does not have the certificate at {} ({})", name, peer.address, peer.fingerprint),
            exchange_with(block)};
  }
  if (peer.reason == RefusalReason::refused_us) {
    // Only a command there helps: a node accepts another certificate of a node that it knows from nobody but that node itself. Whether
    // it has a block for us is unknown here: ours may have been reinstalled with the old merlin.conf.
    const std::string there =
        fmt::format("on {0}: mon cert push {1}; if {0} has no block for {1}: mon node add {1} type=peer", name, status.config.node_name);
    return {fmt::format("{} does not trust our certificate", name), block.fingerprints.empty() ? exchange_with(block) : there};
  }
  if (peer.reason == RefusalReason::unknown_node) {
    return {fmt::format("{} is refused: {}", name, peer.text),
            fmt::format("on {}: mon node add {} type=peer fingerprint={}", name, status.config.node_name, status.fingerprint)};
  }
  if (peer.reason == RefusalReason::cluster) {
    return {fmt::format("{} is refused: {}", name, peer.text),
            "set the same cluster = NAME in both merlin.conf files, then restart merlind on both"};
  }
  return {fmt::format("{} is refused: {}", name, peer.text), ""};
}

// What a suggested command may contain: other nodes choose their names freely, and a name in use here cannot be added.
std::string name_to_add(const Status& status, const std::string& name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  const bool fits = !name.empty() && name.size() <= kMaxNameBytes && name.find_first_not_of(letters) == std::string::npos && name[0] != '-';
  const bool idle = std::any_of(status.idle_nodes.begin(), status.idle_nodes.end(), [&](const auto& node) { return node.name == name; });
  const bool taken = idle || name == status.config.node_name || status.config.find_node(name) != nullptr;
  return fits && !taken ? name : "NAME";
}

// A poller or master of ours: it is refused because its block is not in effect yet, as a warning of merlin.conf states.
bool is_idle(const Status& status, const RefusedPeer& peer) {
  for (const config::NodeConfig& node : status.idle_nodes) {
    for (const std::string& digits : node.fingerprints) {
      if (prefixed_fingerprint(digits) == peer.fingerprint) return true;
    }
  }
  return false;
}

bool still_knocks(const Status& status, const RefusedPeer& peer) {
  if (is_idle(status, peer)) return false;
  return !peer.fingerprint.empty() && peer.reason == RefusalReason::untrusted && status.now - peer.last <= kStrangerStays;
}

bool is_linked(const Status& status, const std::string& name) {
  const auto facts = status.facts.find(name);
  return facts != status.facts.end() && facts->second.linked;
}

std::string trust(const Status& status, const RefusedPeer& peer) {
  const std::string host = host_of_address(peer.address);
  for (const config::NodeConfig& block : status.config.nodes) {
    // If the block's node is linked, its certificate is known: this one belongs to another node.
    if (block.address == host && !is_linked(status, block.name)) return exchange_with(block);
  }
  return fmt::format("mon node add NAME type=peer address={} fingerprint={}", host, peer.fingerprint);
}

void add_second_module(const Status& status, Problems& problems) {
  for (const RefusedPeer& peer : status.refused) {
    if (peer.reason != RefusalReason::second_module || status.now - peer.last > kStrangerStays) continue;
    problems.push_back({fmt::format("{} was refused as the module of the core here: {}", peer.address, peer.text),
                        "look at that process with ps, and end it if it is not a core"});
  }
}

// Nodes that no block expects: a stranger's certificate may belong to a block that has none yet.
void add_strangers(const Status& status, Problems& problems) {
  std::size_t shown = 0;
  for (auto peer = status.refused.rbegin(); peer != status.refused.rend() && shown < kMaxStrangers; ++peer) {
    if (!peer->block.empty() || !still_knocks(status, *peer)) continue;
    ++shown;
    const std::string fix = trust(status, *peer);
    // A block without a certificate is already reported.
    if (std::ranges::find(problems, fix, &Problem::fix) != problems.end()) continue;
    problems.push_back(
        {fmt::format("a node at {} was refused {} times: no block in merlin.conf has its certificate; if it has the same hosts, both "
                     "nodes check them",
                     peer->address, peer->count),
         fix});
  }
}

void add_store(const StoreStatus& store, Problems& problems) {
  if (store.fault) {
    problems.push_back({fmt::format("the store cannot be written, {} rows and results wait in memory: {}: {}", store.pending, store.path,
                                    store.fault->what),
                        store.fault->fix});
  } else if (store.state == StoreStatus::State::hanging) {
    problems.push_back({fmt::format("the disk of the store has not answered for {} s: {}", store.busy_for.count() / 1000, store.path),
                        "check the disk; dmesg may show more"});
  }
  if (!store.set_aside.empty()) {
    problems.push_back({fmt::format("the store was damaged and replaced by a new one; the old one is {}", store.set_aside),
                        "check the disk; remove the old one when it is no longer needed"});
  }
}

// One line for all of them, because the fact matters more than the number.
void add_set_aside(const std::vector<std::string>& objects, Problems& problems) {
  if (objects.empty()) return;
  problems.push_back({fmt::format("two cores here crashed after receiving the state of {}{}; it is quarantined", objects.front(),
                                  objects.size() > 1 ? fmt::format(" and {} more", objects.size() - 1) : ""),
                      "see the core's log; restart merlind to try again"});
}

// A node wrote rows of objects that it does not own, or claimed notifications that it did not send: a fault, or a stolen key.
void add_distrust(const cluster::ClusterView& view, Problems& problems) {
  if (!view.contested.empty()) {
    const cluster::ContestedObject& first = view.contested.front();
    const std::string more = view.contested.size() > 1 ? fmt::format(" and {} more", view.contested.size() - 1) : "";
    problems.push_back({fmt::format("results of this node lost to rows that {} wrote for {}{}, which it does not own", first.writer_name,
                                    first.object, more),
                        fmt::format("mon object forget '{}'", first.object)});
  }
  for (const cluster::DoubtedVoter& voter : view.doubted) {
    problems.push_back(
        {fmt::format("{} refused {} notifications as already sent, without a record that proves it: its refusals are ignored", voter.name,
                     voter.times),
         fmt::format("see its logs; if it cannot be trusted: mon node remove {}", voter.name)});
  }
}

// While it continues, and for some time afterwards.
void add_rejected(const Status& status, Problems& problems) {
  for (const auto& [source, from] : status.rejected) {
    if (status.now - from.last_time > kRejectedShownFor || is_of_routes_alone(from.all)) continue;
    const bool is_peer = source.kind == DataSource::Kind::peer;
    const std::string name = is_peer ? name_of(status, source.node) : source.kind == DataSource::Kind::store ? "the store" : "the module";
    problems.push_back(
        {fmt::format("data from {} was rejected {} times ({}), last: {}", name, from.all.total(), reasons_text(from.all), from.last),
         is_peer ? fmt::format("if {} runs the same version as this node and nobody else has its key, report this as a bug", name) : ""});
  }
}

void add_held_back(int died, Problems& problems) {
  if (died == 0) return;
  problems.push_back({fmt::format("the core here crashed {} times soon after its start: it now runs without the comments, "
                                  "acknowledgements, downtimes and attributes of the cluster",
                                  died),
                      "see the core's log; when the cause is fixed: mon restart; otherwise they are applied again after 10 minutes"});
}

void add_journal(const cluster::JournalView& journal, Problems& problems) {
  if (journal.dropped > 0) {
    problems.push_back(
        {fmt::format("{} events of this node are missing in the history: the store could not be written for too long", journal.dropped),
         "check the disk of the store"});
  }
  if (journal.skipped > 0) {
    problems.push_back(
        {fmt::format("{} events of other nodes are missing in the history here: this node was away for longer than they are kept",
                     journal.skipped),
         "to keep events for longer, increase backlog_max_age or backlog_max_size in merlin.conf"});
  }
  if (journal.behind > kMuchBehind) {
    problems.push_back({fmt::format("{} events of other nodes have not arrived here yet", journal.behind), ""});
  }
}

Problem core_gone(const cluster::ClusterView& view) {
  if (view.core_disabled.empty()) return {"the core is not connected here", "mon start", "core_not_connected"};
  const std::string text = "Merlin is disabled in the core here, which runs all its checks by itself: " + view.core_disabled;
  if (!view.core_again) return {text, "mon restart", "core_disabled"};
  return {fmt::format("{}; it starts again in {} s", text, std::chrono::ceil<std::chrono::seconds>(*view.core_again).count()), "",
          "core_disabled"};
}

// Without another node that takes hosts, a drain moves nothing.
void add_all_drained(const std::vector<StatusNode>& nodes, Problems& problems) {
  const StatusNode* first = nullptr;
  std::size_t active = 0;
  for (const StatusNode& node : nodes) {
    if (node.state != NodeState::active) continue;
    if (node.view->phase != wire::NodePhase::drained) return;
    if (active++ == 0) first = &node;
  }
  if (first == nullptr) return;
  problems.push_back({active == 1 ? fmt::format("{} is drained, and no other node is active: it keeps its hosts", first->name)
                                  : fmt::format("all {} active nodes are drained: together they still run all hosts", active),
                      "mon node undrain " + first->name});
}

void add_run_twice(const cluster::RunTwice& twice, Problems& problems) {
  if (twice.hosts == 0) return;
  problems.push_back(
      {fmt::format("{} {} checked by two nodes, {} by {} and {}", twice.hosts, twice.hosts == 1 ? "host is" : "hosts are", twice.example,
                   twice.one, twice.other),
       fmt::format("wait 10 s; if it remains, compare merlin.conf and the object configuration of {} and {}", twice.one, twice.other)});
}

// The other nodes accept an expired certificate, because they know its fingerprint. Security scanners and policies do not.
void add_certificate(const Status& status, Problems& problems) {
  if (!status.valid_until || *status.valid_until - status.now > kExpiryWarning) return;
  const auto days = std::chrono::duration_cast<std::chrono::hours>(*status.valid_until - status.now).count() / kHoursADay;
  const std::string when = *status.valid_until <= status.now ? "has expired" : fmt::format("expires in {} days", days);
  problems.push_back({"the certificate of this node " + when, "mon cert rotate"});
}

void add_own(const Status& status, Problems& problems) {
  for (const Error& error : status.config_errors) {
    problems.push_back({"merlin.conf is invalid, the last valid one stays in effect: " + said(error), error.fix});
  }
  for (const Error& error : status.troubles) problems.push_back({said(error), error.fix});
  add_certificate(status, problems);
  add_store(status.store, problems);
  add_set_aside(status.view.set_aside, problems);
  add_distrust(status.view, problems);
  add_held_back(status.view.core_died_early, problems);
  add_journal(status.view.journal, problems);
  add_rejected(status, problems);
  if (status.view.nodes.empty()) return;
  const cluster::NodeView& self = status.view.nodes.front();
  if (self.core == wire::CoreHealth::gone) problems.push_back(core_gone(status.view));
  if (self.core == wire::CoreHealth::stalled) problems.push_back({"the core here is hung", "mon restart"});
  if (status.config.nodes.empty()) {
    problems.push_back({"this is the only node: no other node can take over if it fails", "mon node add NAME type=peer address=ADDRESS"});
  } else if (status.view.side <= 1) {
    problems.push_back({"no other node is active", ""});
  }
}

std::string start_there(const StatusNode& node) { return fmt::format("on {}: mon start", node.name); }

// The two ends of the link that is missing. Advice: no command repairs a network.
std::string check_network(const Status& status, const config::NodeConfig& block) {
  const std::string ends = block.connect
                               ? fmt::format("from this node to {}, TCP port {}", block.address, block.port)
                               : fmt::format("from {} ({}) to this node, TCP port {}", block.name, block.address, status.config.port);
  return fmt::format("check that {} is up, and the network and firewalls {}", block.name, ends);
}

std::string address_of(const config::NodeConfig& block) { return fmt::format("{}:{}", block.address, block.port); }

// "10.0.0.2:15551: no answer", which names the address itself.
std::string where_and_why(const StatusNode& node) { return node.facts.trouble.empty() ? address_of(*node.block) : node.facts.trouble; }

// Its link is missing or silent, and it has announced nothing.
void add_cut(const Status& status, const StatusNode& node, Problems& problems) {
  const bool is_process = node.facts.kind == Trouble::not_listening ||
                          (node.facts.kind == Trouble::none && node.view != nullptr && node.view->hearing == cluster::Hearing::closed);
  if (is_process) {
    const std::string why = node.facts.trouble.empty() ? "it closed its link" : node.facts.trouble;
    problems.push_back({fmt::format("merlind of {} is not running: {}", node.name, why), start_there(node)});
  } else {
    problems.push_back({fmt::format("{} cannot be reached: {}", node.name, where_and_why(node)), check_network(status, *node.block)});
  }
}

void add_never_seen(const Status& status, const StatusNode& node, Problems& problems) {
  const std::string text = fmt::format("{} has never been active: {}", node.name, node.why);
  if (node.block->fingerprints.empty()) return problems.push_back({text, exchange_with(*node.block)});
  problems.push_back({text, node.facts.kind == Trouble::network ? check_network(status, *node.block) : start_there(node)});
}

// A node of our merlin.conf that is not refused, and whose link does not work.
void add_link(const Status& status, const StatusNode& node, Problems& problems) {
  if (node.block == nullptr) return;
  if (node.state == NodeState::never_seen) {
    add_never_seen(status, node, problems);
  } else if (node.is_relayed()) {
    problems.push_back({fmt::format("the link to {} is down: {}; its messages come through {}", node.name, where_and_why(node),
                                    relay_of(status, *node.view)),
                        check_network(status, *node.block)});
  } else if (node.state == NodeState::unreachable) {
    problems.push_back({fmt::format("{} cannot be reached from here, but another node hears it: {}", node.name, where_and_why(node)),
                        check_network(status, *node.block)});
  } else if (node.state == NodeState::inactive && !node.is_linked() && node.facts.goodbye) {
    problems.push_back({fmt::format("merlind of {} was stopped", node.name), start_there(node)});
  } else if (node.state == NodeState::inactive && !node.is_linked()) {
    add_cut(status, node, problems);
  }
}

void add_core_of(const StatusNode& node, Problems& problems) {
  if (node.is_self() || !node.is_heard()) return;
  if (node.view->core == wire::CoreHealth::gone) {
    // It may also run without its module; only the node itself finds out.
    problems.push_back(
        {fmt::format("the core of {} is not connected to its merlind", node.name), fmt::format("on {}: mon node status", node.name)});
  } else if (node.view->core == wire::CoreHealth::stalled) {
    problems.push_back({fmt::format("the core of {} is hung", node.name), fmt::format("on {}: mon restart", node.name)});
  }
}

void add_configuration(const Status& status, const StatusNode& node, Problems& problems) {
  if (node.is_self() || !node.is_current()) return;
  const ConfigRelation relation = config_relation(status, node);
  if (relation == ConfigRelation::unknown || relation == ConfigRelation::same) return;
  const std::string_view stands = relation == ConfigRelation::older   ? "is older than ours"
                                  : relation == ConfigRelation::newer ? "is newer than ours"
                                                                      : "differs from ours";
  const std::string fix =
      relation == ConfigRelation::older ? fmt::format("mon oconf push {}", node.name)
      : relation == ConfigRelation::newer
          ? fmt::format("mon oconf fetch {}", node.name)
          : fmt::format("compare with mon oconf diff {0}, then run mon oconf push {0} or mon oconf fetch {0} --force", node.name);
  problems.push_back({fmt::format("the object configuration of {} {}", node.name, stands), fix});
}

void add_clock(const StatusNode& node, Problems& problems) {
  if (node.is_self() || !node.is_current() || !node.view->clock_offset) return;
  const auto offset = node.view->clock_offset->count();
  if (std::abs(offset) <= kClockOffsetLimit.count()) return;
  problems.push_back({fmt::format("the clock of {} is {:.1f} s {} ours", node.name, static_cast<double>(std::abs(offset)) / 1000.0,
                                  offset > 0 ? "ahead of" : "behind"),
                      "set up NTP on both nodes"});
}

void add_agreement(const StatusNode& node, Problems& problems) {
  if (!node.facts.mismatch.empty()) {
    problems.push_back({fmt::format("{}: {}", node.name, node.facts.mismatch),
                        "on the node whose file is wrong, run mon node remove, then mon node add with the right type="});
  }
  if (node.block == nullptr || !node.is_current() || !node.view->since_heard || !node.block->weight) return;
  if (*node.block->weight == node.view->weight) return;
  problems.push_back(
      {fmt::format("our merlin.conf gives {} the weight {}, but {} is in effect", node.name, *node.block->weight, node.view->weight),
       fmt::format("mon node edit {} weight={}", node.name, node.view->weight)});
}

const char* word(bool majority) { return majority ? "majority" : "every_side"; }

// Settings that decide who notifies during a network split, and when a node counts as lost (R9).
void add_rules(const Status& status, const StatusNode& node, Problems& problems) {
  if (node.is_self() || node.block == nullptr || !node.is_current() || !node.view->since_heard || status.view.nodes.empty()) return;
  const cluster::NodeView& self = status.view.nodes.front();
  const cluster::NodeView& other = *node.view;
  if (other.majority && self.majority && *other.majority != *self.majority) {
    problems.push_back({fmt::format("{} has partition = {}, this node has {}; majority is in effect", node.name, word(*other.majority),
                                    word(*self.majority)),
                        "set the same partition in both merlin.conf files"});
  }
  if (other.other_voters) {
    problems.push_back({fmt::format("{} has a different list of voters than this node", node.name),
                        "list the same nodes with the same notifies in both merlin.conf files"});
  }
  if (other.pulse_interval && self.pulse_interval && *other.pulse_interval != *self.pulse_interval) {
    problems.push_back({fmt::format("{} sends a heartbeat every {} ms, this node every {} ms", node.name, other.pulse_interval->count(),
                                    self.pulse_interval->count()),
                        "set the same pulse_interval in both merlin.conf files"});
  }
}

void add_unknown_node(const Status& status, const StatusNode& node, Problems& problems) {
  if (node.block != nullptr || node.is_self()) return;
  const std::string name = name_to_add(status, node.view == nullptr ? "" : node.view->name);
  std::string fix = fmt::format("mon node add {} type=peer address=ADDRESS", name);
  for (const RefusedPeer& peer : status.refused) {
    if (peer.node_id != node.id || !still_knocks(status, peer)) continue;
    fix = fmt::format("mon node add {} type=peer address={} fingerprint={}", name, host_of_address(peer.address), peer.fingerprint);
  }
  problems.push_back({fmt::format("other nodes have {} configured, but our merlin.conf does not", node.name), fix});
}

}  // namespace

std::vector<Problem> find_problems(const Status& status, const std::vector<StatusNode>& nodes) {
  Problems problems;
  add_own(status, problems);
  add_all_drained(nodes, problems);
  add_run_twice(status.view.run_twice, problems);
  for (const StatusNode& node : nodes) {
    if (node.refusal != nullptr) {
      problems.push_back(refused(status, *node.refusal, *node.block));
      if (node.state == NodeState::refused)
        problems.back().text += fmt::format("; until then, {} and this node both check the hosts that both have", node.name);
    } else if (!node.is_self()) {
      add_link(status, node, problems);
    }
    add_core_of(node, problems);
    add_clock(node, problems);
    add_agreement(node, problems);
    add_rules(status, node, problems);
    add_configuration(status, node, problems);
    add_unknown_node(status, node, problems);
  }
  add_strangers(status, problems);
  add_second_module(status, problems);
  return problems;
}

}  // namespace merlin::daemon
