// Files in a user's ~/.ssh that mon changes: authorized_keys and known_hosts.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"

namespace merlin::mon::ssh {

// Replaces HOME/.ssh/NAME by `change` of its text. Folder and file are created with the modes that ssh requires and with HOME's owner.
// Concurrent changes are made one after the other. True: the text has changed.
Result<bool> change_ssh_file(const std::string& home, const std::string& name,
                             const std::function<std::string(std::string_view text)>& change);

// The text of HOME/.ssh/NAME; empty if the file does not exist.
Result<std::string> read_ssh_file(const std::string& home, const std::string& name);

}  // namespace merlin::mon::ssh
