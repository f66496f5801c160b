// `mon watch`, which pushes by itself what merlin.conf says: that takes root's files and keys, which merlind gives up.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/config.hpp"
#include "net/fd.hpp"

namespace merlin::daemon {

// Whether merlin.conf asks for anything that it does.
bool wants_watch(const config::Config& config);

// Started while we are root, in a session of its own. It ends with the descriptor that is returned.
Result<net::Fd> start_watch(const std::string& config_path);

}  // namespace merlin::daemon
