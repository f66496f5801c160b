// What commands decide by in a node of the status document, as enums: each of its words is here once.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace merlin::mon {

// `unknown`: missing, or a word of another version of merlind. no_daemon: the word of `mon` without an answer of merlind.
enum class NodeState : std::uint8_t { active, inactive, unreachable, refused, never_seen, no_daemon, unknown };
enum class NodePhase : std::uint8_t { joining, ready, drained, unknown };
// disabled: it runs, but its module does nothing; `mon` finds that out by itself.
enum class CoreState : std::uint8_t { running, busy, stalled, stopped, disabled, unknown };
// away: it has announced an absence. silent: it is not heard.
enum class DaemonState : std::uint8_t { running, away, silent, unknown };
enum class ConfigRelation : std::uint8_t { same, older, newer, differs, unknown };

NodeState state_of(const nlohmann::ordered_json& node);
NodePhase phase_of(const nlohmann::ordered_json& node);
CoreState core_of(const nlohmann::ordered_json& node);
DaemonState daemon_of(const nlohmann::ordered_json& node);
ConfigRelation config_of(const nlohmann::ordered_json& node);

bool is_active(const nlohmann::ordered_json& node);
// Active, and takes its share of the checks.
bool is_ready(const nlohmann::ordered_json& node);
// The state for a message.
std::string state_text_of(const nlohmann::ordered_json& node);
// "joining" or "drained", for an active node that does not take its share; else empty.
std::string unusual_phase_of(const nlohmann::ordered_json& node);
// The node that passes on the messages of this one, which is active while its own link is down; empty: none has to.
std::string relay_of(const nlohmann::ordered_json& node);
// Running, perhaps busy.
bool has_running_core(const nlohmann::ordered_json& node);
// As if merlind had said so.
void set_core_disabled(nlohmann::ordered_json& node);

}  // namespace merlin::mon
