// mon node remove NAME…
#include <fmt/format.h>

#include <algorithm>

#include "config/edit_file.hpp"
#include "config/load.hpp"
#include "mon/certificate.hpp"
#include "mon/commands.hpp"
#include "mon/editing.hpp"
#include "mon/site.hpp"
#include "mon/trust_file.hpp"

namespace merlin::mon {
namespace {

std::vector<std::string> without_repeats(const std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (const std::string& name : names) {
    if (std::ranges::find(once, name) == once.end()) once.push_back(name);
  }
  return once;
}

bool all_known(const Call& call, const std::vector<std::string>& names, const Before& before, Console& console) {
  bool known = true;
  for (const std::string& name : names) {
    if (before.config->find_node(name) != nullptr) continue;
    console.error(unknown_node(call, name, before.names()));
    known = false;
  }
  return known;
}

// So that nobody introduces them again. Without a certificate of our own nobody was ever introduced.
int distrust(const Call& call, const std::vector<std::string>& fingerprints, Console& console) {
  const auto config = config::load_file(call.config_path).config;
  if (!config || fingerprints.empty() || !own_certificate(call.config_path)) return all_well;
  const auto set = change_trust(call.config_path, *config, [&](TrustSet& trusted) {
    for (const std::string& fingerprint : fingerprints) trusted.remove(fingerprint);
  });
  if (set) return all_well;
  console.error(set.error());
  return failed;
}

}  // namespace

int run_node_remove(const Call& call, Console& console) {
  const Before before = look_before_edit(call);
  const auto names = without_repeats(call.words);
  if (before.config && !all_known(call, names, before, console)) return wrong_usage;

  int status = all_well;
  bool changed = false;
  for (const std::string& name : names) {
    const auto edit = config::remove_node(call.config_path, name);
    if (!edit.ok()) {
      status = refuse_edit(call, console, before, edit);
      continue;
    }
    changed = true;
    const auto* was = before.config ? before.config->find_node(name) : nullptr;
    if (was != nullptr) status = std::max(status, distrust(call, was->fingerprints, console));
    console.out << fmt::format("{} removed from {}\n", name, edit.file);
  }
  if (!changed) return status;
  return std::max(status == wrong_usage ? failed : status, tell_daemon(call, console));
}

}  // namespace merlin::mon
