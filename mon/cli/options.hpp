// Options and times that several commands share; each text is here once.
#pragma once

#include <vector>

#include "mon/cli/command.hpp"

namespace merlin::mon {

inline constexpr Millis kMoveTimeout = std::chrono::seconds(120);     // until hosts have moved
inline constexpr Millis kServiceTimeout = std::chrono::seconds(120);  // until daemon and core are up

}  // namespace merlin::mon

namespace merlin::mon::options {

inline constexpr Option kJson{"--json", "", "one JSON document instead of text"};
inline constexpr Option kJsonLines{"--json", "", "one JSON object per line"};
inline constexpr Option kAll{"--all", "", "all configured nodes"};
inline constexpr Option kType{"--type", "TYPE,…", "only nodes of these types: peer, poller, master"};
inline constexpr Option kDryRun{"--dry-run", "", "only show what would be done"};
inline constexpr Option kNoWait{"--no-wait", "", "do not wait for the outcome"};
inline constexpr Option kNoRestart{"--no-restart", "", "do not restart the core"};
inline constexpr Option kWithCore{"--restart", "", "also drain the node and restart the core"};
inline constexpr Option kResources{"--resources", "", "include the core's resource files"};

// For every command that logs in to a node.
inline constexpr Option kLogin[] = {
    {"--accept-new", "", "learn host keys that are not known yet; changed ones are always refused"},
    {"--password-file", "FILE", "its first line is the password; else a terminal is asked where no key is accepted"},
    {"--user", "NAME", "log in as this user instead of ssh_user"},
};

// For a command that logs in to a node: its own options, then `kLogin`.
std::vector<Option> with_login(std::vector<Option> own);
// A command on several nodes: names or options choose them, and it also has --json and `kLogin`.
Command for_nodes(Command command);

}  // namespace merlin::mon::options
