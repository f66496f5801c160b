// mon node remove NAME…
#include "mon/nodes/remove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/nodes/everywhere.hpp"
#include "mon/ssh/authorized_keys.hpp"
#include "mon/trust/certificate.hpp"
#include "mon/trust/trust_file.hpp"
#include "shared/config/edit_file.hpp"
#include "shared/config/load.hpp"

namespace merlin::mon {
namespace {

// So that no node introduces them again. A node without a certificate of its own was never introduced anywhere.
Result<> distrust(const Call& call, const std::vector<std::string>& fingerprints) {
  const auto config = config::load_file(call.config_path).config;
  if (!config || fingerprints.empty() || !own_certificate(call.config_path)) return Ok{};
  const auto set = change_trust(call.config_path, *config, [&](TrustSet& trusted) {
    for (const std::string& fingerprint : fingerprints) trusted.remove(fingerprint);
  });
  return set ? Result<>(Ok{}) : set.error();
}

// Its key in authorized_keys stays: other accounts and tools may use it.
Result<> name_remaining_keys(const std::string& name, Console& console) {
  const auto home = ssh::own_home();
  const auto keys = home ? ssh::shown_keys_of_node(*home, name) : home.error();
  if (!keys) return keys.error();
  for (const std::string& key : *keys)
    console.out << fmt::format("its ssh key remains in place: {}; mon sshkey forget {}\n", plain(key), name);
  return Ok{};
}

Outcome<int> run_node_remove(const Call& call, Console& console) {
  if (call.has("--everywhere")) return remove_everywhere(call, console);
  const Before before = look_before_edit(call);
  const auto names = without_repeats(call.words);
  if (before.config) {
    if (const auto known = check_names(call, names, *before.config); !known) return known.failure();
  }
  auto done = remove_here(call, names, before, console);
  for (const std::string& name : done ? names : std::vector<std::string>()) {
    const auto named = name_remaining_keys(name, console);
    if (!named) done = console.report({{keys_unlisted(before.config ? before.config->node_name : "", name, named.error())}});
  }
  return done;
}

}  // namespace

std::vector<std::string> without_repeats(const std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (const std::string& name : names) {
    if (std::ranges::find(once, name) == once.end()) once.push_back(name);
  }
  return once;
}

Error keys_unlisted(const std::string& node, const std::string& name, const Error& error) {
  return {fmt::format("the ssh keys of {} there cannot be listed: {}", name, error.what), node,
          fmt::format("on {}: mon sshkey forget {} --dry-run", node, name)};
}

Outcome<> check_removable(const Call& call, const std::vector<std::string>& names, const Before& before) {
  const auto edit = config::remove_nodes(call.config_path, names, config::Write::no);
  return edit.ok() ? Outcome<>(Ok{}) : refusal(call, before, edit);
}

Outcome<int> remove_here(const Call& call, const std::vector<std::string>& names, const Before& before, Console& console) {
  const auto edit = config::remove_nodes(call.config_path, names);
  if (!edit.ok()) return refusal(call, before, edit);
  Failure failure;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto* was = before.config ? before.config->find_node(names[i]) : nullptr;
    const auto distrusted = was != nullptr ? distrust(call, was->fingerprints) : Result<>(Ok{});
    if (!distrusted) failure.errors.push_back(distrusted.error());
    console.out << fmt::format("{} removed from {}\n", names[i], edit.files[i]);
  }
  const auto reloaded = reload_daemon(call, console);
  if (!reloaded) std::ranges::copy(reloaded.failure().errors, std::back_inserter(failure.errors));
  return failure.errors.empty() ? reloaded : failure;
}

namespace commands {

extern const Command kNodeRemove{
    .name = "node remove",
    .section = Section::nodes,
    .arguments = "NAME… [--everywhere]",
    .summary = "remove nodes from merlin.conf",
    .details =
        "Their certificates are no longer trusted. A running merlind closes the links at once.\n"
        "--everywhere removes them on all other peers too, over ssh, and removes the peers from their own merlin.conf, so that they\n"
        "run alone. Their ssh keys stay in place; they are listed, with the commands that remove them.",
    .examples = {"mon node remove peer02", "mon node remove peer02 poller01", "mon node remove peer03 --everywhere"},
    .options = options::with_login({kEverywhereOption}),
    .min_words = 1,
    .max_words = Command::kMany,
    .run = run_node_remove,
};

}  // namespace commands

}  // namespace merlin::mon
