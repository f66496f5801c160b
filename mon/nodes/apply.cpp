// mon node apply: what `mon node add` and `remove` with --everywhere run on the other nodes.
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/read_input.hpp"
#include "mon/nodes/add.hpp"
#include "mon/nodes/membership.hpp"
#include "mon/nodes/node_variables.hpp"
#include "mon/nodes/reach.hpp"
#include "mon/nodes/remove.hpp"
#include "mon/ssh/sender.hpp"
#include "shared/config/load.hpp"
#include "shared/config/problems.hpp"

namespace merlin::mon {
namespace {

constexpr Millis kPatience{2'000};  // for one address

std::uint16_t port_of(const NewPeer& peer) {
  config::NodeConfig node;
  for (const auto& [key, value] : peer.settings) {
    if (key == "port") node.port = static_cast<std::uint16_t>(std::atoi(value.c_str()));  // it has been checked
  }
  return node.port;
}

// A block that exists must be one for the same peer.
Result<> check_present(const config::NodeConfig& node, const NewPeer& peer, const std::string& own_name) {
  if (node.type != config::NodeType::peer)
    return Error{fmt::format("{} has {} as a {}, not as a peer", own_name, peer.name, config::type_name(node.type)), "node apply",
                 fmt::format("on {}: mon node remove {}", own_name, peer.name)};
  const auto differing = differing_keys(node, peer.settings);
  if (differing.empty()) return Ok{};
  return Error{fmt::format("{} has {} already, with another {}", own_name, peer.name, differing.front()), "node apply",
               fmt::format("on {}: mon node edit {} {}=VALUE", own_name, peer.name, differing.front())};
}

class Applier {
 public:
  Applier(const Call& call, Console& console) : call_(call), console_(console), is_dry_(call.has("--dry-run")) {}

  Outcome<int> run(const Membership& change) {
    for (const NewPeer& peer : change.add) {
      if (auto done = add(peer); !done) return done;
    }
    return change.remove.empty() ? Outcome<int>(kAllWell) : remove(without_repeats(change.remove));
  }
  const std::vector<Applied>& applied() const { return applied_; }

 private:
  Outcome<int> add(const NewPeer& peer) {
    const Before before = look_before_edit(call_);
    if (before.exists && !before.config) return load_config(call_).failure();
    const config::NodeConfig* present = before.config ? before.config->find_node(peer.name) : nullptr;
    if (present != nullptr) {
      if (auto good = check_present(*present, peer, before.config->node_name); !good) return good.error();
      applied_.push_back({peer.name, "present", present->address});
      return kAllWell;
    }
    return add_new(peer, before);
  }

  Outcome<int> add_new(const NewPeer& peer, const Before& before) {
    Call call = call_;
    call.words = {peer.name};
    call.settings = peer.settings;
    if (const auto good = check_new_node(call, config::NodeType::peer, before); !good) return good.error();
    if (const auto checked = config_with_node(call, config::NodeType::peer); !checked) return checked.error();
    if (is_dry_) {
      applied_.push_back({peer.name, "added", ""});
      return kAllWell;
    }
    std::vector<std::string> addresses = peer.addresses;
    if (const std::string sender = ssh::sender_address(); peer.is_sender && !sender.empty()) addresses.push_back(sender);
    const Reached reached = reach(addresses, port_of(peer), kPatience);
    if (reached.address != peer.name) call.settings.emplace_back("address", reached.address);
    applied_.push_back({peer.name, "added", reached.address, reached.answers});
    return quietly([&](Console& quiet) { return add_here(call, config::NodeType::peer, before, quiet); });
  }

  Outcome<int> remove(const std::vector<std::string>& names) {
    const Before before = look_before_edit(call_);
    if (before.exists && !before.config) return load_config(call_).failure();
    std::vector<std::string> present;
    for (const std::string& name : names) {
      const bool is_there = before.config && before.config->find_node(name) != nullptr;
      if (is_there) present.push_back(name);
      applied_.push_back({name, is_there ? "removed" : "absent", ""});
    }
    if (present.empty()) return kAllWell;
    if (const auto good = check_removable(call_, present, before); !good || is_dry_) return good ? Outcome<int>(kAllWell) : good.failure();
    return quietly([&](Console& quiet) { return remove_here(call_, present, before, quiet); });
  }

  // Standard output is for the document.
  template <class Work>
  Outcome<int> quietly(const Work& work) {
    Console quiet{console_.err, console_.err};
    return work(quiet);
  }

  const Call& call_;
  Console& console_;
  const bool is_dry_;
  std::vector<Applied> applied_;
};

Outcome<int> run_node_apply(const Call& call, Console& console) {
  const auto input = read_input_document();
  const auto change = input ? read_membership(*input) : input.error();
  if (!change) return change.error();
  Applier applier(call, console);
  auto done = applier.run(*change);
  if (done) console.print(applied_document(applier.applied()));
  return done;
}

}  // namespace

namespace commands {

extern const Command kNodeApply{
    .name = "node apply",
    .section = Section::nodes,
    .summary = "add and remove the peers named on standard input",
    .details =
        "'mon node add' and 'mon node remove' with --everywhere run this on the other nodes. A new peer gets the first of its addresses\n"
        "that works from here.",
    .examples = {"mon node apply"},
    .options = {options::kDryRun},
    .is_plumbing = true,
    .run = run_node_apply,
};

}  // namespace commands

}  // namespace merlin::mon
