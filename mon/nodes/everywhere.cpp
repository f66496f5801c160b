#include "mon/nodes/everywhere.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "mon/cli/local_node.hpp"
#include "mon/nodes/add.hpp"
#include "mon/nodes/membership.hpp"
#include "mon/nodes/node_variables.hpp"
#include "mon/nodes/remove.hpp"
#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/quoting.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "mon/trust/exchange.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

// A node that takes part in the change. A fault ends its part.
struct Part {
  config::NodeConfig node;
  bool is_subject = false;  // it is the node that is added or removed
  ssh::Session session{};
  std::optional<Error> fault{};
  std::vector<Applied> applied{};
  std::vector<std::string> keys{};    // that remain in its authorized_keys, as lines for people
  std::optional<Error> keys_fault{};  // why they cannot be listed

  bool is_well() const { return !fault; }
};

using Parts = std::vector<Part>;

// The address of the other end of a session; empty: it is not a socket of its own, as behind a jump host.
std::string far_address(const ssh::Session& session) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  std::array<char, NI_MAXHOST> text{};
  const bool known =
      ::getpeername(::ssh_get_fd(session.get()), reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
      ::getnameinfo(reinterpret_cast<sockaddr*>(&address), length, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0;
  const std::string shown = known ? text.data() : "";
  return config::check_node_setting("address", shown).ok() ? shown : "";
}

// Settings of a node that hold wherever it is named. Its address and the path of a key do not.
config::Settings shared_settings(const config::NodeConfig& node) {
  const config::NodeConfig usual;
  config::Settings settings;
  if (node.port != usual.port) settings.emplace_back("port", std::to_string(node.port));
  if (node.weight) settings.emplace_back("weight", std::to_string(*node.weight));
  if (!node.takeover) settings.emplace_back("takeover", "no");
  if (!node.notifies) settings.emplace_back("notifies", "no");
  if (node.ssh_user != usual.ssh_user) settings.emplace_back("ssh_user", node.ssh_user);
  if (node.ssh_port != usual.ssh_port) settings.emplace_back("ssh_port", std::to_string(node.ssh_port));
  if (node.max_rate) settings.emplace_back("max_rate", config::size_text(*node.max_rate));
  return settings;
}

// A peer as another node is to add it.
NewPeer peer_of(const Part& part) {
  NewPeer peer{.name = part.node.name, .settings = shared_settings(part.node), .addresses = {part.node.address}};
  if (part.is_subject && !part.node.connect) peer.settings.emplace_back("connect", "no");
  if (part.is_subject && part.node.data_timeout) peer.settings.emplace_back("data_timeout", config::duration_text(*part.node.data_timeout));
  if (part.node.address != part.node.name) peer.addresses.push_back(part.node.name);
  const std::string far = part.session ? far_address(part.session) : "";
  if (!far.empty() && far != part.node.address) peer.addresses.push_back(far);
  return peer;
}

NewPeer self_of(const config::Config& config) {
  NewPeer self{.name = config.node_name, .settings = {}, .addresses = {config.node_name}, .is_sender = true};
  if (config.port != config::kDefaultPort) self.settings.emplace_back("port", std::to_string(config.port));
  if (!config.module.notifies) self.settings.emplace_back("notifies", "no");
  return self;
}

// The command line that was given, without options of the login.
std::string same_command(const Call& call) {
  std::string line = fmt::format("mon {}", call.command->name);
  for (const std::string& word : call.words) line += " " + ssh::quoted_word(word);
  for (const auto& [key, value] : call.settings) line += fmt::format(" {}={}", key, value.empty() ? "" : ssh::quoted_word(value));
  line += " --everywhere";
  const auto file = call.options.find("--config");
  return file == call.options.end() ? line : fmt::format("{} --config {}", line, ssh::quoted_word(file->second));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  return lines;
}

std::string names_text(const std::vector<Applied>& applied, std::string_view outcome) {
  std::vector<std::string> names;
  for (const Applied& one : applied) {
    const bool has_address = outcome == "added" && one.address != one.name;
    if (one.outcome == outcome) names.push_back(has_address ? fmt::format("{} (address {})", one.name, one.address) : one.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// The nodes of one change, their sessions, and what each of them answers.
class Change {
 public:
  Change(const Call& call, Console& console, ssh::LoginRules rules)
      : call_(call), console_(console), visitor_(std::move(rules), interrupt_) {}

  Parts& parts() { return parts_; }
  bool interrupted() const { return interrupt_.raised(); }

  void take(const config::NodeConfig& node, bool is_subject) { parts_.push_back({.node = node, .is_subject = is_subject}); }

  void log_in() {
    on_all([this](Part& part) {
      auto session = visitor_.log_in(part.node);
      if (session)
        part.session = std::move(*session);
      else
        part.fault = session.error();
    });
  }

  // Has each node apply what `change_of` returns for it.
  template <class ChangeOf>
  void apply(const ChangeOf& change_of, bool is_dry) {
    std::vector<std::string> words{"mon", "node", "apply"};
    if (is_dry) words.emplace_back("--dry-run");
    on_all([&](Part& part) {
      const auto said = visitor_.run(part.session, part.node.name, words, membership_document(change_of(part)).dump());
      auto applied = said ? read_applied(nlohmann::ordered_json::parse(said->out, nullptr, false)) : said.error();
      if (applied)
        part.applied = std::move(*applied);
      else if (interrupted() && !is_dry)
        part.fault = Error{"interrupted while it made the change, which may be done there", part.node.name, ""};
      else
        part.fault = Error{applied.error().what, part.node.name, applied.error().fix};
    });
  }

  // What is in the other nodes' authorized_keys of the nodes that `names_of` returns for it.
  template <class NamesOf>
  void list_keys(const NamesOf& names_of) {
    on_all([&](Part& part) {
      for (const std::string& name : names_of(part)) {
        const auto said = visitor_.run(part.session, part.node.name, {"mon", "sshkey", "forget", name, "--dry-run"});
        if (said)
          std::ranges::move(lines_of(said->out), std::back_inserter(part.keys));
        else
          part.keys_fault = keys_unlisted(part.node.name, name, said.error());
      }
    });
  }

  // With the blocks that merlin.conf has now: adding a node may have written fingerprints.
  Outcome<int> exchange_on(const config::Config& config, const Exchange& kind, bool with_subject) {
    std::vector<LoggedIn> nodes;
    for (Part& part : parts_) {
      const auto* now = config.find_node(part.node.name);
      const bool is_meant = part.is_well() && (with_subject || !part.is_subject);
      if (is_meant) nodes.push_back({now != nullptr ? *now : part.node, std::move(part.session)});
    }
    return nodes.empty() ? Outcome<int>(kAllWell) : exchange_with(call_, console_, kind, config, visitor_, nodes);
  }

  // Prints what each node did; a node with a fault gets the command that finishes the change there.
  template <class FinishOf>
  int report(const FinishOf& finish_of) {
    int status = kAllWell;
    for (const Part& part : parts_) {
      if (part.fault) {
        status = kFailed;
        console_.error({part.fault->what, part.node.name, finish_of(part)});
        continue;
      }
      for (const char* outcome : {"added", "present", "removed", "absent"}) {
        const std::string names = names_text(part.applied, outcome);
        const bool is_done = outcome == std::string_view("present") || outcome == std::string_view("absent");
        if (!names.empty())
          console_.out << plain(fmt::format("{}: {} {}{}", part.node.name, names, is_done ? "was " : "", outcome)) << '\n';
      }
      note_silent(part);
    }
    return status;
  }

  // Ctrl-C before the first change, and after it.
  int stop_unchanged() { return stop("nothing was changed on any node"); }
  int stop_incomplete(const std::string& again) { return stop("to finish it: " + again); }

 private:
  // After Ctrl-C no node begins anything.
  template <class Work>
  void on_all(const Work& work) {
    ssh::side_by_side(
        parts_.size(),
        [&](std::size_t i) {
          Part& part = parts_[i];
          if (part.is_well() && interrupted()) part.fault = Error{"interrupted before the change", part.node.name, ""};
          if (part.is_well()) work(part);
        },
        [](std::size_t) {});
  }

  void note_silent(const Part& part) {
    for (const Applied& one : part.applied) {
      if (one.answers) continue;
      console_.note(
          fmt::format("{}: the merlind of {} does not answer at {}; start it, or open its port; another address: on {}: mon node edit {} "
                      "address=ADDRESS",
                      part.node.name, one.name, one.address, part.node.name, one.name));
    }
  }

  int stop(const std::string& fix) {
    console_.error({"interrupted", std::string(call_.command->name), fix});
    return ssh::kInterruptedStatus;
  }

  const Call& call_;
  Console& console_;
  const ssh::Interrupt interrupt_;
  Visitor visitor_;
  Parts parts_;
};

Error nothing_changed(const Error& error) {
  return {error.what, error.where, error.fix.empty() ? "nothing was changed on any node" : error.fix + "; nothing was changed on any node"};
}

// The errors of the parts that `is_meant` selects, if there are any.
template <class IsMeant>
Outcome<int> faults(const Parts& parts, const IsMeant& is_meant) {
  Failure failure;
  for (const Part& part : parts) {
    if (part.fault && is_meant(part)) failure.errors.push_back(nothing_changed(*part.fault));
  }
  return failure.errors.empty() ? Outcome<int>(kAllWell) : failure;
}

// ---- add

struct Addition {
  Call call;  // without type=
  Before before;
  config::Config config;  // with the new node
  bool is_here = false;   // merlin.conf has it already
};

Outcome<> check_same(const Addition& addition, const config::NodeConfig& present) {
  const std::string& name = present.name;
  if (present.type != config::NodeType::peer)
    return usage(
        {fmt::format("{} is a {} here", name, config::type_name(present.type)), "node add", fmt::format("mon node remove {}", name)});
  const auto differing = differing_keys(present, addition.call.settings);
  if (differing.empty()) return Ok{};
  return usage({fmt::format("{} exists here, with another {}", name, differing.front()), "node add",
                fmt::format("mon node edit {} {}=VALUE", name, differing.front())});
}

Outcome<Addition> prepare_addition(const Call& given) {
  Addition addition{.call = given, .before = look_before_edit(given), .config = {}};
  const auto type = take_type(addition.call);
  if (!type) return usage(type.error());
  if (*type != config::NodeType::peer)
    return usage({"--everywhere adds peers only", "node add", "type=peer; add pollers and masters on each node that they belong to"});
  if (const auto settings = check_settings(addition.call); !settings) return usage(settings.error());
  std::erase_if(addition.call.settings, [](const auto& setting) { return setting.second.empty(); });
  if (addition.before.exists && !addition.before.config) return load_config(given).failure();
  const std::string& name = given.words.front();
  const auto* present = addition.before.config ? addition.before.config->find_node(name) : nullptr;
  addition.is_here = present != nullptr;
  if (present != nullptr) {
    addition.config = *addition.before.config;
    if (auto same = check_same(addition, *present); !same) return same.failure();
    return addition;
  }
  if (const auto good = check_new_node(addition.call, *type, addition.before); !good) return usage(good.error());
  auto config = config_with_node(addition.call, *type);
  if (!config) return usage({config.error().what, fmt::format("node add {}", name), config.error().fix});
  addition.config = std::move(*config);
  return addition;
}

// To the new node everybody else, to everybody else the new node.
Membership addition_for(const Part& part, const Parts& parts, const config::Config& config) {
  Membership change;
  for (const Part& other : parts) {
    if (other.is_subject != part.is_subject) change.add.push_back(peer_of(other));
  }
  if (part.is_subject) change.add.push_back(self_of(config));
  return change;
}

Outcome<int> add_on_this_node(const Addition& addition, Console& console) {
  if (!addition.is_here) return add_here(addition.call, config::NodeType::peer, addition.before, console);
  console.out << fmt::format("{}: {} was present\n", addition.config.node_name, addition.call.words.front());
  return kAllWell;
}

// ---- remove

struct Removal {
  std::vector<std::string> names;
  std::vector<std::string> here;  // those that merlin.conf has
  std::vector<std::string> rest;  // the peers that stay, and this node: the removed nodes no longer have them

  bool is_gone(const std::string& name) const { return std::ranges::find(names, name) != names.end(); }
};

Removal removal_of(const Call& call, const config::Config& config) {
  Removal removal{.names = without_repeats(call.words), .here = {}, .rest = {}};
  removal.rest.push_back(config.node_name);
  for (const auto& node : config.nodes) {
    if (removal.is_gone(node.name))
      removal.here.push_back(node.name);
    else if (node.type == config::NodeType::peer)
      removal.rest.push_back(node.name);
  }
  return removal;
}

Membership removal_for(const Part& part, const Removal& removal) {
  Membership change{.add = {}, .remove = part.is_subject ? removal.rest : removal.names};
  for (const std::string& name : removal.names) {
    if (part.is_subject && name != part.node.name) change.remove.push_back(name);
  }
  return change;
}

// A name that no node has is a typing error.
Outcome<> check_removal(const Call& call, const Removal& removal, const config::Config& config, const Parts& parts) {
  const bool all_reached = std::ranges::all_of(parts, &Part::is_well);
  for (const std::string& name : removal.names) {
    const bool is_known =
        std::ranges::find(removal.here, name) != removal.here.end() || std::ranges::any_of(parts, [&](const Part& part) {
          return std::ranges::any_of(part.applied, [&](const Applied& one) { return one.name == name && one.outcome == "removed"; });
        });
    if (is_known) continue;
    std::vector<std::string> known;
    for (const auto& node : config.nodes) known.push_back(node.name);
    if (all_reached) return usage(unknown_node(call, name, known));
  }
  return Ok{};
}

std::string finish_removal(const Part& part, const Removal& removal) {
  const auto change = removal_for(part, removal);
  const std::string command = fmt::format("mon node remove {}", fmt::join(change.remove, " "));
  if (!part.is_subject) return fmt::format("when it can be reached: mon node ctrl {} -- {}", part.node.name, command);
  return part.session ? fmt::format("on {}: {}", part.node.name, command)
                      : fmt::format("on {}, if it is ever started again: {}", part.node.name, command);
}

// In our own authorized_keys, as lines for people.
Result<std::vector<std::string>> keys_in_place(const std::vector<std::string>& names) {
  std::vector<std::string> found;
  const auto home = ssh::own_home();
  if (!home) return home.error();
  for (const std::string& name : names) {
    auto keys = ssh::shown_keys_of_node(*home, name);
    if (!keys) return keys.error();
    std::ranges::move(*keys, std::back_inserter(found));
  }
  return found;
}

void print_keys(const std::string& node, const std::vector<std::string>& keys, Console& console) {
  for (const std::string& key : keys) console.out << fmt::format("  {}: {}\n", node, plain(key));
}

// Returns the exit status: a list that is not complete is a failure.
int list_remaining_keys(const Removal& removal, const Parts& parts, const Result<std::vector<std::string>>& here,
                        const std::string& own_name, Console& console) {
  int status = kAllWell;
  const auto fail = [&](const Error& error) { status = console.report({{error}}); };
  if (!here) fail(keys_unlisted(own_name, fmt::format("{}", fmt::join(removal.names, ", ")), here.error()));
  for (const Part& part : parts) {
    if (part.keys_fault) fail(*part.keys_fault);
  }
  const auto ours = here ? *here : std::vector<std::string>();
  const bool others = !ours.empty() || std::ranges::any_of(parts, [](const Part& part) { return !part.is_subject && !part.keys.empty(); });
  const bool subjects = std::ranges::any_of(parts, [](const Part& part) { return part.is_subject && !part.keys.empty(); });
  if (!others && !subjects) return status;
  console.out << "ssh keys that remain in place:\n";
  print_keys(own_name, ours, console);
  for (const Part& part : parts) print_keys(part.node.name, part.keys, console);
  for (const std::string& name : others ? removal.names : std::vector<std::string>())
    console.out << fmt::format("to remove those of {}: mon node ctrl --self -- mon sshkey forget {}\n", name, name);
  for (const Part& part : parts) {
    if (!part.is_subject || part.keys.empty()) continue;
    for (const std::string& name : removal.rest) console.out << fmt::format("on {}: mon sshkey forget {}\n", part.node.name, name);
  }
  return status;
}

Failure unchanged(Failure failure) {
  for (Error& error : failure.errors) error = nothing_changed(error);
  return failure;
}

}  // namespace

Outcome<int> add_everywhere(const Call& call, Console& console) {
  const auto addition = prepare_addition(call);
  if (!addition) return addition.failure();
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  Change change(call, console, std::move(*rules));
  for (const auto& node : addition->config.nodes) {
    if (node.type == config::NodeType::peer) change.take(node, node.name == call.words.front());
  }
  change.log_in();
  if (change.interrupted()) return change.stop_unchanged();
  if (const auto reached = faults(change.parts(), [](const Part& part) { return part.is_subject; }); !reached) return reached;

  const auto change_for = [&](const Part& part) { return addition_for(part, change.parts(), addition->config); };
  const auto is_reached = [](const Part& part) { return static_cast<bool>(part.session); };
  change.apply(change_for, true);
  if (change.interrupted()) return change.stop_unchanged();
  if (const auto accepted = faults(change.parts(), is_reached); !accepted) return accepted;

  if (const auto here = add_on_this_node(*addition, console); !here) return here;
  change.apply(change_for, false);
  const std::string again = same_command(call);
  const int status =
      change.report([&](const Part&) { return change.interrupted() ? again : fmt::format("when it can be reached: {}", again); });
  if (change.interrupted()) return change.stop_incomplete(again);
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto exchanged = change.exchange_on(*config, {.keys = true, .is_push = true}, true);
  if (!exchanged || *exchanged != kAllWell) return exchanged;
  return status;
}

Outcome<int> remove_everywhere(const Call& call, Console& console) {
  const Before before = look_before_edit(call);
  const auto config = load_config(call);
  if (!config) return config.failure();
  const Removal removal = removal_of(call, *config);
  if (const auto good = check_removable(call, removal.here, before); !good) return unchanged(good.failure());
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  Change change(call, console, std::move(*rules));
  for (const auto& node : config->nodes) {
    if (node.type == config::NodeType::peer || removal.is_gone(node.name)) change.take(node, removal.is_gone(node.name));
  }
  change.log_in();
  if (change.interrupted()) return change.stop_unchanged();

  const auto change_for = [&](const Part& part) { return removal_for(part, removal); };
  const auto is_member = [](const Part& part) { return part.session && !part.is_subject; };
  change.apply(change_for, true);
  if (change.interrupted()) return change.stop_unchanged();
  if (const auto accepted = faults(change.parts(), is_member); !accepted) return accepted;
  if (const auto known = check_removal(call, removal, *config, change.parts()); !known) return known.failure();
  change.list_keys([&](const Part& part) { return part.is_subject ? removal.rest : removal.names; });
  if (change.interrupted()) return change.stop_unchanged();
  const auto keys_here = keys_in_place(removal.names);

  const auto here = removal.here.empty() ? Outcome<int>(kAllWell) : remove_here(call, removal.here, before, console);
  if (!here) return here;
  change.apply(change_for, false);
  const std::string again = same_command(call);
  const int reported = change.report([&](const Part& part) { return change.interrupted() ? again : finish_removal(part, removal); });
  const int listed = list_remaining_keys(removal, change.parts(), keys_here, config->node_name, console);
  if (change.interrupted()) return change.stop_incomplete(again);
  const auto after = load_config(call);
  if (!after) return after.failure();
  const auto exchanged = change.exchange_on(*after, {.keys = false, .is_push = true}, false);
  if (!exchanged || *exchanged != kAllWell) return exchanged;
  return std::max(reported, listed);
}

}  // namespace merlin::mon
