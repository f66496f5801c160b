// Authentication at another node's ssh server: agent, keys, then a password.
#pragma once

#include <optional>
#include <string>

#include "mon/ssh/asker.hpp"
#include "mon/ssh/handles.hpp"
#include "mon/ssh/target.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::ssh {

// `password`: tried once if no key is accepted; without it mon asks on the terminal, at most three times.
Result<> authenticate(ssh_session session, const Target& target, const std::optional<std::string>& password, Asker& asker);

// The first line of a file that only its owner may read.
Result<std::string> read_password_file(const std::string& path);

}  // namespace merlin::mon::ssh
