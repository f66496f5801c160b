#include "mon/trust/trust.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostNames = 16;
constexpr std::size_t kLongestName = 255;
constexpr std::uint64_t kGreatestVersion = 1ULL << 53;  // every JSON reader keeps this exactly

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string_view first_label(std::string_view name) { return name.substr(0, name.find('.')); }

bool has_name(const Trusted& trusted, const config::NodeConfig& node) { return trusted.names.contains(node.name); }

bool has_label(const Trusted& trusted, const config::NodeConfig& node) {
  return std::ranges::any_of(trusted.names, [&](const std::string& name) { return first_label(name) == first_label(node.name); });
}

// The only block for which `matches` is true; null: none, or more than one.
template <class Matches>
const config::NodeConfig* only_block(const config::Config& config, const Matches& matches) {
  if (std::ranges::count_if(config.nodes, matches) != 1) return nullptr;
  return &*std::ranges::find_if(config.nodes, matches);
}

bool is_of_another(const TrustSet& set, const std::string& fingerprint, const Trusted& trusted) {
  const auto other = set.entries().find(fingerprint);
  return other == set.entries().end() || other->second.node_id != trusted.node_id;
}

Result<Trusted> read_entry(const ordered_json& entry) {
  const Error refusal{"an entry of the trusted certificates cannot be read", "certificates",
                      "check that both nodes have the same version of Merlin"};
  Trusted trusted;
  trusted.node_id = text_at(entry, "node_id");
  const auto version = number_at(entry, "version", 0);
  trusted.removed = flag_at(entry, "removed");
  for (const auto& name : entry.value("names", ordered_json::array())) {
    if (!name.is_string() || name.get_ref<const std::string&>().size() > kLongestName) return refusal;
    trusted.names.insert(name.get<std::string>());
  }
  const bool good = (trusted.node_id.empty() || is_hex(trusted.node_id, 32)) && version > 0 && trusted.names.size() <= kMostNames &&
                    static_cast<std::uint64_t>(version) <= kGreatestVersion;
  if (!good) return refusal;
  trusted.version = static_cast<std::uint64_t>(version);
  return trusted;
}

}  // namespace

bool TrustSet::has_removed(const std::string& fingerprint) const {
  const auto found = entries_.find(fingerprint);
  return found != entries_.end() && found->second.removed;
}

void TrustSet::add(const std::string& fingerprint, const std::string& node_id, const std::string& name) {
  const auto found = entries_.find(fingerprint);
  const bool is_new = found == entries_.end();
  Trusted after = is_new ? Trusted{} : found->second;
  after.removed = false;
  if (!node_id.empty()) after.node_id = node_id;
  if (after.names.size() < kMostNames) after.names.insert(name);
  if (is_new) entries_.emplace(fingerprint, after);
  if (is_new || after == found->second) return;
  ++after.version;
  found->second = std::move(after);
}

void TrustSet::remove(const std::string& fingerprint) {
  Trusted& trusted = entries_[fingerprint];
  if (trusted.removed) return;
  trusted.removed = true;
  ++trusted.version;
}

void TrustSet::merge(const TrustSet& other) {
  for (const auto& [fingerprint, theirs] : other.entries_) {
    const auto [ours, is_new] = entries_.emplace(fingerprint, theirs);
    if (is_new) continue;
    const bool same_age = theirs.version == ours->second.version;
    if (theirs.version > ours->second.version || (same_age && theirs.removed && !ours->second.removed)) ours->second = theirs;
    for (const std::string& name : theirs.names) {
      const bool fits = same_age && theirs.removed == ours->second.removed && ours->second.names.size() < kMostNames;
      if (fits) ours->second.names.insert(name);
    }
  }
}

void TrustSet::merge(const TrustSet& other, const std::set<std::string>& vouched) {
  merge(other);
  for (const std::string& fingerprint : vouched) {
    const auto theirs = other.entries_.find(fingerprint);
    if (theirs == other.entries_.end() || theirs->second.removed) continue;
    for (const std::string& name : theirs->second.names) add(fingerprint, theirs->second.node_id, name);
  }
}

ordered_json TrustSet::document() const {
  ordered_json certificates = ordered_json::array();
  for (const auto& [fingerprint, trusted] : entries_) {
    certificates.push_back({{"fingerprint", fingerprint},
                            {"node_id", trusted.node_id},
                            {"names", trusted.names},
                            {"version", trusted.version},
                            {"removed", trusted.removed}});
  }
  return {{"certificates", std::move(certificates)}};
}

Result<TrustSet> TrustSet::read(const ordered_json& document) {
  const Error refusal{"this is not a list of trusted certificates", "certificates",
                      "check that both nodes have the same version of Merlin"};
  if (!document.is_object()) return refusal;
  const auto list = document.find("certificates");
  if (list == document.end() || !list->is_array() || list->size() > kMostTrusted) return refusal;
  TrustSet set;
  for (const auto& entry : *list) {
    if (!entry.is_object() || !is_hex(text_at(entry, "fingerprint"), 64)) return refusal;
    auto trusted = read_entry(entry);
    if (!trusted) return trusted.error();
    set.entries_[text_at(entry, "fingerprint")] = std::move(*trusted);
  }
  return set;
}

const config::NodeConfig* block_of(const config::Config& config, const Trusted& trusted) {
  const auto* by_name = only_block(config, [&](const auto& node) { return has_name(trusted, node); });
  if (by_name != nullptr) return by_name;
  if (std::ranges::any_of(config.nodes, [&](const auto& node) { return has_name(trusted, node); })) return nullptr;
  return only_block(config, [&](const auto& node) { return has_label(trusted, node); });
}

std::vector<BlockTrust> blocks_to_change(const config::Config& config, const TrustSet& set, std::string_view own_fingerprint) {
  std::map<std::string, std::vector<std::string>> wanted;
  std::set<std::string> taken;
  for (const auto& node : config.nodes) {
    auto& kept = wanted[node.name];
    std::ranges::copy_if(node.fingerprints, std::back_inserter(kept), [&](const auto& print) { return !set.has_removed(print); });
    taken.insert(node.fingerprints.begin(), node.fingerprints.end());
  }
  for (const auto& [fingerprint, trusted] : set.entries()) {
    if (trusted.removed || fingerprint == own_fingerprint || taken.contains(fingerprint)) continue;
    const auto* block = block_of(config, trusted);
    if (block == nullptr) continue;
    auto& prints = wanted[block->name];
    const bool is_strange =
        std::ranges::any_of(prints, [&, &mine = trusted](const auto& print) { return is_of_another(set, print, mine); });
    if (!is_strange) prints.push_back(fingerprint);
  }
  std::vector<BlockTrust> changed;
  for (const auto& node : config.nodes) {
    if (wanted[node.name] != node.fingerprints) changed.push_back({node.name, wanted[node.name]});
  }
  return changed;
}

}  // namespace merlin::mon
