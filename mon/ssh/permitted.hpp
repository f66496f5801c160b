// What a key may run that `mon sshkey push --restricted` added: the commands that mon itself runs on other nodes, and nothing else. Pure.
//
// The list leaves out what would give its holder all of root: adding other keys without restrictions, and `mon sync`, which writes any file
// and runs any command. It leaves out options that name a file, such as --config.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::mon::ssh {

// A command of mon: its words, without "mon".
struct PermittedCommand {
  std::vector<std::string> words;
};
// The end of a process group that an earlier command of the same session has started.
struct PermittedSignal {
  int signal = 0;
  int group = 0;
};
using Permitted = std::variant<PermittedCommand, PermittedSignal>;

// `original`: the command line that the other node sent, as marked_command() makes it. Error: it is not in the list.
Result<Permitted> permitted(std::string_view original);

// The line of authorized_keys for such a key: it runs `program`, and is accepted only from `address` (empty: from everywhere).
std::string restricted_options(const std::string& address, const std::string& program);

}  // namespace merlin::mon::ssh
