#include "mon/nodes/membership.hpp"

#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostNodes = 1'000;
constexpr std::size_t kMostAddresses = 16;

const Error kOtherVersion{"the change of membership cannot be read", "nodes", "check that both nodes have the same version of Merlin"};

bool is_name(const std::string& text) { return config::read_value({.type = config::ValueType::name}, text).ok(); }

const ordered_json* list_at(const ordered_json& object, const char* key, std::size_t most) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() && found->size() <= most ? &*found : nullptr;
}

Result<NewPeer> read_peer(const ordered_json& entry) {
  if (!entry.is_object() || !is_name(text_at(entry, "name"))) return kOtherVersion;
  NewPeer peer{.name = text_at(entry, "name"), .settings = {}, .addresses = {}, .is_sender = flag_at(entry, "is_sender")};
  const auto* addresses = list_at(entry, "addresses", kMostAddresses);
  if (addresses == nullptr || addresses->empty()) return kOtherVersion;
  for (const auto& address : *addresses) {
    const std::string text = address.is_string() ? address.get<std::string>() : "";
    if (auto good = config::check_node_setting("address", text); !good) return good.error();
    peer.addresses.push_back(text);
  }
  const ordered_json settings = entry.value("settings", ordered_json::object());
  for (const auto& [key, value] : settings.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    if (auto good = config::check_node_setting(key, text); !good) return good.error();
    peer.settings.emplace_back(key, text);
  }
  return peer;
}

}  // namespace

ordered_json membership_document(const Membership& change) {
  ordered_json add = ordered_json::array();
  for (const NewPeer& peer : change.add) {
    ordered_json settings = ordered_json::object();
    for (const auto& [key, value] : peer.settings) settings[key] = value;
    add.push_back({{"name", peer.name}, {"settings", std::move(settings)}, {"addresses", peer.addresses}, {"is_sender", peer.is_sender}});
  }
  return {{"add", std::move(add)}, {"remove", change.remove}};
}

Result<Membership> read_membership(const ordered_json& document) {
  if (!document.is_object()) return kOtherVersion;
  const auto* add = list_at(document, "add", kMostNodes);
  const auto* remove = list_at(document, "remove", kMostNodes);
  if (add == nullptr || remove == nullptr) return kOtherVersion;
  Membership change;
  for (const auto& entry : *add) {
    auto peer = read_peer(entry);
    if (!peer) return peer.error();
    change.add.push_back(std::move(*peer));
  }
  for (const auto& name : *remove) {
    if (!name.is_string() || !is_name(name.get<std::string>())) return kOtherVersion;
    change.remove.push_back(name.get<std::string>());
  }
  return change;
}

ordered_json applied_document(const std::vector<Applied>& applied) {
  ordered_json nodes = ordered_json::array();
  for (const Applied& one : applied)
    nodes.push_back({{"name", one.name}, {"outcome", one.outcome}, {"address", one.address}, {"answers", one.answers}});
  return {{"nodes", std::move(nodes)}};
}

Result<std::vector<Applied>> read_applied(const ordered_json& document) {
  const auto* nodes = document.is_object() ? list_at(document, "nodes", 2 * kMostNodes) : nullptr;
  if (nodes == nullptr) return kOtherVersion;
  std::vector<Applied> applied;
  for (const auto& entry : *nodes) {
    if (!entry.is_object()) return kOtherVersion;
    applied.push_back({text_at(entry, "name"), text_at(entry, "outcome"), text_at(entry, "address"), flag_at(entry, "answers", true)});
  }
  return applied;
}

}  // namespace merlin::mon
