// What mon knows about this node: its merlin.conf and how to reach its merlind.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mon/cli/command.hpp"
#include "mon/cli/control.hpp"
#include "shared/config/config.hpp"
#include "shared/config/load.hpp"

namespace merlin::mon {

// Reads merlin.conf for a command that needs all of it.
Outcome<config::Config> load_config(const Call& call);

// The paths of merlind's files and sockets, as far as merlin.conf can be read: an error elsewhere in the file must not keep mon from a
// daemon that still runs with the last valid one.
config::DaemonConfig daemon_places(const std::string& config_path);

// Asks merlind; does not wait any longer once the descriptor `end` is readable.
Answer ask_daemon(const Call& call, const nlohmann::ordered_json& request, int end = -1);

// The members of an array; missing ones and those that are not objects are skipped.
std::vector<nlohmann::ordered_json> objects_at(const nlohmann::ordered_json& document, const char* key);

// The nodes of a "status" document.
std::vector<nlohmann::ordered_json> nodes_of(const nlohmann::ordered_json& status);
// The node with this name, "" for this node; null if there is none.
nlohmann::ordered_json node_of(const nlohmann::ordered_json& status, const std::string& name);

// Why the node takes its share later, and for how long; empty: it does not. `node` can be null.
std::string delay_text_of(const nlohmann::ordered_json& node);

// Members of documents by name, whatever another version of merlind sends: the default if the member is missing, null or of another
// type.
std::string text_at(const nlohmann::ordered_json& object, const char* key, const std::string& otherwise = "");
std::int64_t number_at(const nlohmann::ordered_json& object, const char* key, std::int64_t otherwise = 0);
std::optional<double> real_at(const nlohmann::ordered_json& object, const char* key);
bool flag_at(const nlohmann::ordered_json& object, const char* key, bool otherwise = false);

// "there is no node 'peer2'; did you mean peer02?"
Error unknown_node(const Call& call, const std::string& name, const std::vector<std::string>& known);

// A failure, of wrong usage, with one error for each of `names` that merlin.conf does not have.
Outcome<> check_names(const Call& call, const std::vector<std::string>& names, const config::Config& config);

// The words of --type; a failure is one of wrong usage. No --type: all types.
Outcome<std::vector<config::NodeType>> wanted_types(const Call& call);

}  // namespace merlin::mon
