// Rules about several settings.
#include <algorithm>
#include <map>

#include "shared/base/text.hpp"
#include "shared/config/validate.hpp"

namespace merlin::config {
namespace {

class Checks {
 public:
  Checks(const Config& config, const Places& places, const std::string& main_file)
      : config_(config), places_(places), main_file_(main_file) {}

  std::vector<Error> run() {
    for (const NodeConfig& node : config_.nodes) {
      names(node);
      hostgroups(node);
      endpoint(node);
      fingerprints(node);
    }
    votes();
    times();
    sockets();
    database();
    return std::move(errors_);
  }

 private:
  void fail(std::string where, std::string what, std::string fix) {
    errors_.push_back({std::move(what), std::move(where), std::move(fix)});
  }

  std::string place(Scope scope, std::string_view key) const {
    const auto found = places_.find(find_key(scope, key));
    return found == places_.end() ? main_file_ : found->second;
  }

  bool is_set(Scope scope, std::string_view key) const { return places_.count(find_key(scope, key)) > 0; }

  static std::string describe(const NodeConfig& node) { return std::string(type_name(node.type)) + " " + quoted(node.name); }

  // Compares without regard to case, like host names.
  void names(const NodeConfig& node) {
    const std::string name = lower_case(node.name);
    if (name == lower_case(config_.node_name)) {
      fail(node.where.text, describe(node) + " is this node itself", "remove the block, or set node_name to another name");
    }
    const auto [first, is_first] = by_name_.emplace(name, &node);
    if (!is_first)
      fail(node.where.text, "a second node " + quoted(node.name) + ", the first is at " + first->second->where.text,
           "remove or rename one");
  }

  void hostgroups(const NodeConfig& node) {
    if (node.type == NodeType::poller && node.hostgroups.empty()) {
      fail(node.where.text, describe(node) + " has no hostgroup", "add hostgroup = NAME to it");
    }
  }

  void endpoint(const NodeConfig& node) {
    if (!node.connect) return;
    const std::string address = lower_case(node.address) + " port " + std::to_string(node.port);
    const auto [first, is_first] = by_address_.emplace(address, &node);
    // Two blocks with the same name are reported once.
    if (is_first || lower_case(first->second->name) == lower_case(node.name)) return;
    fail(node.where.text, describe(node) + " has the address of " + describe(*first->second) + ": " + address, "correct one of the two");
  }

  void fingerprints(const NodeConfig& node) {
    for (const std::string& fingerprint : node.fingerprints) {
      const auto [first, is_first] = by_fingerprint_.emplace(fingerprint, &node);
      if (is_first || first->second == &node) continue;
      fail(node.where.text, describe(node) + " has a fingerprint of " + describe(*first->second),
           "a certificate belongs to one node: correct one of the two");
    }
  }

  bool votes_here() const { return config_.module.notifies; }

  void votes() {
    const auto is_voter = [](const NodeConfig& node) { return node.type == NodeType::peer && node.notifies; };
    const auto voters = std::count_if(config_.nodes.begin(), config_.nodes.end(), is_voter) + (votes_here() ? 1 : 0);
    if (config_.partition == Partition::majority && voters == 2 && !is_set(Scope::top, "tie")) {
      fail(place(Scope::top, "partition"), "partition = majority with two voting nodes has no majority when they are cut",
           "set tie = NODE, or add a node");
    }
    if (!config_.tie) return;
    const bool self = *config_.tie == config_.node_name;
    const NodeConfig* node = config_.find_node(*config_.tie);
    if (!self && node == nullptr)
      return fail(place(Scope::top, "tie"), "tie: there is no node " + quoted(*config_.tie), "name a peer or this node");
    if (self ? !votes_here() : !is_voter(*node)) {
      fail(place(Scope::top, "tie"), "tie: " + quoted(*config_.tie) + " has no vote", "name a peer with notifies = yes");
    }
  }

  void times() {
    if (config_.core_timeout >= config_.pulse_interval) return;
    // Only a core_timeout that is set in the file can be too short: its default follows pulse_interval.
    fail(place(Scope::top, "core_timeout"),
         "core_timeout (" + duration_text(config_.core_timeout) + ") is shorter than pulse_interval (" +
             duration_text(config_.pulse_interval) + ")",
         "make it at least as long");
  }

  void sockets() {
    if (config_.ipc_socket != config_.daemon.control_socket) return;
    fail(place(Scope::daemon, "control_socket"), "control_socket and ipc_socket are the same", "give each a path of its own");
  }

  void database() {
    const DatabaseConfig& database = config_.daemon.database;
    if (database.type != DatabaseType::postgresql && database.conninfo) {
      fail(place(Scope::database, "conninfo"), "conninfo is for postgresql", "set type = postgresql, or remove conninfo");
    }
  }

  const Config& config_;
  const Places& places_;
  const std::string& main_file_;
  std::vector<Error> errors_;
  std::map<std::string, const NodeConfig*> by_name_;
  std::map<std::string, const NodeConfig*> by_address_;
  std::map<std::string, const NodeConfig*> by_fingerprint_;
};

}  // namespace

std::vector<Error> check_together(const Config& config, const Places& places, const std::string& main_file) {
  return Checks(config, places, main_file).run();
}

}  // namespace merlin::config
