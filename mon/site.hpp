// What mon knows of this node: its merlin.conf and the way to its merlind.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/load.hpp"
#include "mon/command.hpp"
#include "mon/control.hpp"

namespace merlin::mon {

// Reads merlin.conf for a command that needs all of it. Prints each error; then empty.
std::optional<config::Config> load_config(const Call& call, Console& console);

// Where merlind's files and sockets are, as far as merlin.conf can be read: a wrong line elsewhere in the
// file must not keep mon from a daemon that still runs with the last good one.
config::DaemonConfig daemon_places(const std::string& config_path);

// Asks merlind. Prints nothing.
Answer ask_daemon(const Call& call, const nlohmann::ordered_json& request);

// Prints each error of a fault.
void print_fault(const ControlFault& fault, Console& console);

// The nodes of a "status" document; what is not there or not an object is left out.
std::vector<nlohmann::ordered_json> nodes_of(const nlohmann::ordered_json& status);
// The node of that name, "" for this node; null where there is none.
nlohmann::ordered_json node_of(const nlohmann::ordered_json& status, const std::string& name);

// Members of documents by name, whatever another version of merlind sends: the default where the member
// is missing, null or of another type.
std::string text_at(const nlohmann::ordered_json& object, const char* key, const std::string& otherwise = "");
std::int64_t number_at(const nlohmann::ordered_json& object, const char* key, std::int64_t otherwise = 0);
std::optional<double> real_at(const nlohmann::ordered_json& object, const char* key);
bool flag_at(const nlohmann::ordered_json& object, const char* key, bool otherwise = false);

// "unknown node 'peer2'; nearest is peer02".
Error unknown_node(const Call& call, const std::string& name, const std::vector<std::string>& known);

// The words of --type; empty optional after an error was printed. No --type: all types.
std::optional<std::vector<config::NodeType>> wanted_types(const Call& call, Console& console);

}  // namespace merlin::mon
