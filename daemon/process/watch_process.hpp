// `mon watch`, which does the automatic pushes of merlin.conf: it needs root's files and keys, which merlind gives up.
#pragma once

#include <string>

#include "shared/base/result.hpp"
#include "shared/config/config.hpp"
#include "shared/net/fd.hpp"

namespace merlin::daemon {

// Whether merlin.conf contains anything for it to do.
bool wants_watch(const config::Config& config);

// Started while we are root, in its own session. It ends when the returned descriptor is closed.
Result<net::Fd> start_watch(const std::string& config_path);

}  // namespace merlin::daemon
