#include "problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "wire/messages.hpp"

namespace merlin::daemon {
namespace {

constexpr Millis kClockOffsetLimit{5'000};
constexpr std::size_t kMaxStrangers = 5;
constexpr Millis kStrangerStays{60'000};  // after it last knocked; who still wants in knocks every few seconds
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::uint64_t kMuchBehind = 1'000;  // less is on its way

using Problems = std::vector<Problem>;

// "merlin.conf:3:1: unknown key 'foo'", without the fix.
std::string said(const Error& error) { return error.where.empty() ? error.what : error.where + ": " + error.what; }

// Over ssh, which says who is there: the first time with the keys, then for a certificate that has changed.
std::string exchange_with(const config::NodeConfig& block) {
  return fmt::format("mon {} push {}", block.fingerprints.empty() ? "sshkey" : "cert", block.name);
}

Problem refused(const Status& status, const RefusedPeer& peer, const config::NodeConfig& block) {
  const std::string& name = block.name;
  if (peer.reason == "untrusted") {
    return {fmt::format("{} is refused: merlin.conf does not have the certificate at {} ({})", name, peer.address, peer.fingerprint),
            exchange_with(block)};
  }
  if (peer.reason == "refused_us") {
    // Who was never linked and has our certificate from the exchange lacks but the block that it stands in.
    const auto id = status.ids.find(name);
    const bool is_next_step = !block.fingerprints.empty() && (id == status.ids.end() || id->second.empty());
    return {
        fmt::format("{} does not trust our certificate", name),
        is_next_step ? fmt::format("mon node ctrl {} -- mon node add {} type=peer", name, status.config.node_name) : exchange_with(block)};
  }
  if (peer.reason == "unknown_node") {
    return {fmt::format("{} is refused: {}", name, peer.text),
            fmt::format("on {}: mon node add {} type=peer fingerprint={}", name, status.config.node_name, status.fingerprint)};
  }
  if (peer.reason == "cluster") {
    return {fmt::format("{} is refused: {}", name, peer.text),
            "write the same cluster = NAME into both merlin.conf files, then restart merlind on both"};
  }
  return {fmt::format("{} is refused: {}", name, peer.text), ""};
}

// What may stand in a command to type: others say names as they like, and one that is taken here is no name to add.
std::string name_to_add(const Status& status, const std::string& name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  const bool fits = !name.empty() && name.size() <= kMaxNameBytes && name.find_first_not_of(letters) == std::string::npos && name[0] != '-';
  const bool idle = std::any_of(status.idle_nodes.begin(), status.idle_nodes.end(), [&](const auto& node) { return node.name == name; });
  const bool taken = idle || name == status.config.node_name || status.config.find_node(name) != nullptr;
  return fits && !taken ? name : "NAME";
}

// A poller or master of ours: it is refused because its block is not in effect yet, as merlin.conf's warnings say.
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
  return !peer.fingerprint.empty() && peer.reason == "untrusted" && status.now - peer.last <= kStrangerStays;
}

bool is_linked(const Status& status, const std::string& name) {
  const auto facts = status.facts.find(name);
  return facts != status.facts.end() && facts->second.linked;
}

std::string trust(const Status& status, const RefusedPeer& peer) {
  const std::string host = host_of_address(peer.address);
  for (const config::NodeConfig& block : status.config.nodes) {
    // One that is linked has its certificate: whoever else calls from there is another one.
    if (block.address == host && !is_linked(status, block.name)) return exchange_with(block);
  }
  return fmt::format("mon node add NAME type=peer address={} fingerprint={}", host, peer.fingerprint);
}

// Those whom nobody here expects: a stranger's certificate may be that of a block that has none yet.
void add_strangers(const Status& status, Problems& problems) {
  std::size_t shown = 0;
  for (auto peer = status.refused.rbegin(); peer != status.refused.rend() && shown < kMaxStrangers; ++peer) {
    if (!peer->block.empty() || !still_knocks(status, *peer)) continue;
    ++shown;
    const std::string fix = trust(status, *peer);
    // A block without a certificate has said it already.
    if (std::ranges::find(problems, fix, &Problem::fix) != problems.end()) continue;
    problems.push_back(
        {fmt::format("a node at {} was refused {} times: no block in merlin.conf has its certificate", peer->address, peer->count), fix});
  }
}

void add_store(const StoreStatus& store, Problems& problems) {
  if (store.fault) {
    problems.push_back({fmt::format("the store cannot be written, {} rows and results wait in memory: {}: {}", store.pending, store.path,
                                    store.fault->what),
                        store.fault->fix});
  } else if (store.state == StoreStatus::State::hanging) {
    problems.push_back({fmt::format("the disk of the store has not answered for {} s: {}", store.busy_for.count() / 1000, store.path),
                        "look at the disk; dmesg may say more"});
  }
  if (!store.set_aside.empty()) {
    problems.push_back({fmt::format("the store was damaged and begun anew; the old one is {}", store.set_aside),
                        "look at the disk; remove the old one when nobody needs it any more"});
  }
}

// All of them in one line: what matters is that it happens.
void add_set_aside(const std::vector<std::string>& objects, Problems& problems) {
  if (objects.empty()) return;
  problems.push_back({fmt::format("two cores here died over the state of {}{}: the core is not given it any more", objects.front(),
                                  objects.size() > 1 ? fmt::format(" and {} more", objects.size() - 1) : ""),
                      "look at the core's log; restart merlind to try again"});
}

void add_journal(const cluster::JournalView& journal, Problems& problems) {
  if (journal.dropped > 0) {
    problems.push_back(
        {fmt::format("{} events of this node are lost to the history: the store could not be written for too long", journal.dropped),
         "look at the disk of the store"});
  }
  if (journal.skipped > 0) {
    problems.push_back(
        {fmt::format("{} events of other nodes are lost to the history here: this node was away for longer than they are kept",
                     journal.skipped),
         "greater backlog_max_age or backlog_max_size in merlin.conf keep them for longer"});
  }
  if (journal.behind > kMuchBehind) {
    problems.push_back({fmt::format("{} events that other nodes have are not here yet", journal.behind), ""});
  }
}

void add_own(const Status& status, Problems& problems) {
  for (const Error& error : status.config_errors) {
    problems.push_back({"merlin.conf is wrong, the last good one stays in effect: " + said(error), error.fix});
  }
  for (const Error& error : status.troubles) problems.push_back({said(error), error.fix});
  add_store(status.store, problems);
  add_set_aside(status.view.set_aside, problems);
  add_journal(status.view.journal, problems);
  if (status.view.nodes.empty()) return;
  const cluster::NodeView& self = status.view.nodes.front();
  if (self.core == wire::CoreHealth::gone) problems.push_back({"the core is not connected here", "mon start"});
  if (self.core == wire::CoreHealth::stalled) problems.push_back({"the core here stands still", "mon restart"});
  if (status.config.nodes.empty()) {
    problems.push_back({"this is the only node: nobody takes over when it fails", "mon node add NAME type=peer address=ADDRESS"});
  } else if (status.view.side <= 1) {
    problems.push_back({"this node is alone: none of the others is active", ""});
  }
}

void add_silent(const StatusNode& node, Problems& problems) {
  if (node.state == "never seen") {
    const bool is_stranger = node.block != nullptr && node.block->fingerprints.empty();
    problems.push_back({fmt::format("{} was never seen: {}", node.name, node.why),
                        is_stranger ? exchange_with(*node.block) : fmt::format("on {}: mon start", node.name)});
  } else if (node.state == "unreachable") {
    problems.push_back({fmt::format("{} cannot be reached from here, another node hears it", node.name), ""});
  } else if (node.state == "inactive" && !node.facts.linked && node.facts.goodbye) {
    problems.push_back({fmt::format("merlind of {} was stopped", node.name), fmt::format("on {}: mon start", node.name)});
  } else if (node.state == "inactive" && !node.facts.linked) {
    problems.push_back({fmt::format("merlind of {} is silent", node.name), fmt::format("on {}: mon start", node.name)});
  }
}

void add_core_of(const StatusNode& node, Problems& problems) {
  if (node.is_self() || node.view == nullptr || !node.view->since_heard) return;
  if (node.state != "active" && node.state != "inactive") return;
  if (!node.facts.linked && !node.view->via) return;
  if (node.view->core == wire::CoreHealth::gone) {
    problems.push_back({fmt::format("the core of {} does not run", node.name), fmt::format("on {}: mon start", node.name)});
  } else if (node.view->core == wire::CoreHealth::stalled) {
    problems.push_back({fmt::format("the core of {} stands still", node.name), fmt::format("on {}: mon restart", node.name)});
  }
}

void add_configuration(const Status& status, const StatusNode& node, Problems& problems) {
  if (node.is_self() || node.view == nullptr) return;
  const std::string relation = config_relation(status, node);
  if (relation.empty() || relation == "same") return;
  const std::string_view stands = relation == "older"   ? "is older than ours"
                                  : relation == "newer" ? "is newer than ours"
                                                        : "differs from ours";
  const std::string fix = relation == "older" ? fmt::format("mon oconf push {}", node.name)
                          : relation == "newer"
                              ? fmt::format("mon oconf fetch {}", node.name)
                              : fmt::format("mon oconf diff {0} shows how; then mon oconf push {0}, or fetch {0} --force", node.name);
  problems.push_back({fmt::format("the object configuration of {} {}", node.name, stands), fix});
}

void add_clock(const StatusNode& node, Problems& problems) {
  if (node.view == nullptr || !node.view->clock_offset || node.is_self()) return;
  const auto offset = node.view->clock_offset->count();
  if (std::abs(offset) <= kClockOffsetLimit.count()) return;
  problems.push_back({fmt::format("the clock of {} is {:.1f} s {} ours", node.name, static_cast<double>(std::abs(offset)) / 1000.0,
                                  offset > 0 ? "ahead of" : "behind"),
                      "set the clocks by NTP on both"});
}

void add_agreement(const StatusNode& node, Problems& problems) {
  if (!node.facts.mismatch.empty()) {
    problems.push_back({fmt::format("{}: {}", node.name, node.facts.mismatch),
                        "remove the node with mon node remove on the one of the two that is wrong, and add it anew with the right type="});
  }
  if (node.block == nullptr || node.view == nullptr || !node.view->since_heard || !node.block->weight) return;
  if (*node.block->weight == node.view->weight) return;
  problems.push_back(
      {fmt::format("our merlin.conf gives {} the weight {}, in effect is {}", node.name, *node.block->weight, node.view->weight),
       fmt::format("mon node edit {} weight={}", node.name, node.view->weight)});
}

const char* word(bool majority) { return majority ? "majority" : "every_side"; }

// What decides who tells in a partition, and when a node counts as lost (R9).
void add_rules(const Status& status, const StatusNode& node, Problems& problems) {
  if (node.is_self() || node.block == nullptr || node.view == nullptr || !node.view->since_heard || status.view.nodes.empty()) return;
  const cluster::NodeView& self = status.view.nodes.front();
  const cluster::NodeView& other = *node.view;
  if (other.majority && self.majority && *other.majority != *self.majority) {
    problems.push_back(
        {fmt::format("{} has partition = {}, this node {}; majority is in effect", node.name, word(*other.majority), word(*self.majority)),
         "write the same partition = into both merlin.conf files"});
  }
  if (other.other_voters) {
    problems.push_back({fmt::format("{} counts other nodes as voters than this one", node.name),
                        "name the same nodes with the same notifies = in both merlin.conf files"});
  }
  if (other.pulse_interval && self.pulse_interval && *other.pulse_interval != *self.pulse_interval) {
    problems.push_back({fmt::format("{} says every {} ms that it is alive, this node every {} ms", node.name, other.pulse_interval->count(),
                                    self.pulse_interval->count()),
                        "write the same pulse_interval = into both merlin.conf files"});
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
  problems.push_back({fmt::format("{} is known to other nodes, but not to our merlin.conf", node.name), fix});
}

}  // namespace

std::vector<Problem> find_problems(const Status& status, const std::vector<StatusNode>& nodes) {
  Problems problems;
  add_own(status, problems);
  for (const StatusNode& node : nodes) {
    if (node.refusal != nullptr) {
      problems.push_back(refused(status, *node.refusal, *node.block));
    } else if (!node.is_self()) {
      add_silent(node, problems);
    }
    add_core_of(node, problems);
    add_clock(node, problems);
    add_agreement(node, problems);
    add_rules(status, node, problems);
    add_configuration(status, node, problems);
    add_unknown_node(status, node, problems);
  }
  add_strangers(status, problems);
  return problems;
}

}  // namespace merlin::daemon
