#include "mon/cli/node_state.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "mon/cli/local_node.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kDisabled = "disabled";

// The words in the order of the enum, whose last value is `unknown`.
template <class Enum, std::size_t Size>
Enum value_at(const ordered_json& node, const char* key, const std::array<std::string_view, Size>& words) {
  static_assert(static_cast<std::size_t>(Enum::unknown) == Size);
  return static_cast<Enum>(std::ranges::find(words, text_at(node, key)) - words.begin());
}

}  // namespace

NodeState state_of(const ordered_json& node) {
  return value_at<NodeState>(node, "state",
                             std::array<std::string_view, 6>{"active", "inactive", "unreachable", "refused", "never seen", "unknown"});
}

NodePhase phase_of(const ordered_json& node) {
  return value_at<NodePhase>(node, "phase", std::array<std::string_view, 3>{"joining", "ready", "drained"});
}

CoreState core_of(const ordered_json& node) {
  return value_at<CoreState>(node, "core", std::array<std::string_view, 5>{"running", "busy", "stalled", "stopped", kDisabled});
}

DaemonState daemon_of(const ordered_json& node) {
  return value_at<DaemonState>(node, "daemon", std::array<std::string_view, 3>{"running", "away", "silent"});
}

ConfigRelation config_of(const ordered_json& node) {
  return value_at<ConfigRelation>(node, "config", std::array<std::string_view, 4>{"same", "older", "newer", "differs"});
}

bool is_active(const ordered_json& node) { return state_of(node) == NodeState::active; }

bool is_ready(const ordered_json& node) { return is_active(node) && phase_of(node) == NodePhase::ready; }

std::string state_text_of(const ordered_json& node) { return text_at(node, "state", "not active"); }

std::string unusual_phase_of(const ordered_json& node) {
  return is_active(node) && phase_of(node) != NodePhase::ready ? text_at(node, "phase") : "";
}

std::string relay_of(const ordered_json& node) {
  const bool is_relayed = is_active(node) && !flag_at(node, "self") && !flag_at(node, "linked", true);
  return is_relayed ? text_at(node, "via") : "";
}

bool has_running_core(const ordered_json& node) {
  const CoreState core = core_of(node);
  return core == CoreState::running || core == CoreState::busy;
}

void set_core_disabled(ordered_json& node) { node["core"] = kDisabled; }

}  // namespace merlin::mon
