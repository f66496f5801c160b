// What commands decide by in a node of the status document, as enums: each of its words is here once.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

namespace merlin::mon {

// `unknown`: missing, or a word of another version of merlind. no_daemon: the word of `mon` without an answer of merlind.
enum class NodeState : std::uint8_t { active, inactive, unreachable, refused, never_seen, no_daemon, unknown };
enum class NodePhase : std::uint8_t { joining, ready, drained, unknown };
// disabled: it runs, but its module does nothing; `mon` finds that out by itself.
enum class CoreState : std::uint8_t { running, busy, stalled, stopped, disabled, unknown };
enum class ConfigRelation : std::uint8_t { same, older, newer, differs, unknown };

NodeState state_of(const nlohmann::ordered_json& node);
NodePhase phase_of(const nlohmann::ordered_json& node);
CoreState core_of(const nlohmann::ordered_json& node);
ConfigRelation config_of(const nlohmann::ordered_json& node);

bool is_active(const nlohmann::ordered_json& node);
// Active, and takes its share of the checks.
bool is_ready(const nlohmann::ordered_json& node);
// Running, perhaps busy.
bool has_running_core(const nlohmann::ordered_json& node);
// As if merlind had said so.
void set_core_disabled(nlohmann::ordered_json& node);

}  // namespace merlin::mon
