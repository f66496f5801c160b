#include "mon/trust/trust_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "mon/cli/as_owner.hpp"
#include "mon/cli/folder_lock.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/trust/certificate.hpp"
#include "shared/base/state_paths.hpp"
#include "shared/config/edit_file.hpp"
#include "shared/config/replace_file.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon {
namespace {

// A missing file is the empty set.
Result<TrustSet> load(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) return TrustSet();
  const auto text = config::disk().read(path);
  if (!text) return text.error();
  auto set = TrustSet::read(nlohmann::ordered_json::parse(*text, nullptr, false));
  if (!set) return Error{set.error().what, path, "move it away; mon sshkey push --all creates a new one"};
  return set;
}

void adopt(const config::Config& config, TrustSet& set) {
  for (const auto& node : config.nodes) {
    for (const std::string& fingerprint : node.fingerprints) set.add(fingerprint, "", node.name);
  }
}

}  // namespace

std::string trust_path(const std::string& config_path) { return TlsPaths(daemon_places(config_path).tls_dir).trusted(); }

Result<TrustSet> change_trust(const std::string& config_path, const config::Config& config, const std::function<void(TrustSet&)>& change) {
  const std::string path = trust_path(config_path);
  const std::string folder = path.substr(0, path.rfind('/'));
  const auto lock = lock_folder(folder);
  if (!lock) return lock.error();
  give_to_owner(folder, path.substr(folder.size() + 1));  // as earlier versions created it
  const auto owner = AsOwner::of(folder);
  if (!owner) return owner.error();
  auto before = load(path);
  if (!before) return before;
  TrustSet after = *before;
  adopt(config, after);
  change(after);
  if (after == *before) return after;
  if (auto written = config::replace_file_atomically(path, after.document().dump(1) + "\n"); !written) return written.error();
  return after;
}

Result<std::vector<std::string>> write_trust(const std::string& config_path, const config::Config& config, const TrustSet& set) {
  const auto own = own_certificate(config_path);
  std::vector<std::string> names;
  for (const BlockTrust& block : blocks_to_change(config, set, own ? digits_of(own->fingerprint) : "")) {
    const std::string value = fmt::format("{}", fmt::join(block.fingerprints, ","));
    const auto edit = config::edit_node(config_path, block.name, {{"fingerprint", value.empty() ? std::nullopt : std::optional(value)}});
    if (!edit.ok()) return edit.errors.front();
    names.push_back(block.name);
  }
  return names;
}

}  // namespace merlin::mon
