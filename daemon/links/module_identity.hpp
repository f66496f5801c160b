// The key of the core's module for a merlind on another machine (module { daemon = HOST:PORT }). The core runs as another user than
// merlind, and neither may read the other's key, so the module has its own.
//
//   TLS_DIR/module/                  mode 0700, of the core's user
//   TLS_DIR/module/key.pem           mode 0600, of the core's user
//   TLS_DIR/module/cert.pem          mode 0644, of the core's user
#pragma once

#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"
#include "shared/config/config.hpp"
#include "shared/net/identity.hpp"

namespace merlin::daemon {

// Reads or creates the module's identity; does nothing if the module uses a unix socket. Root does this as the core's user; anyone
// else must be that user. Called before the process switches to daemon { user }. Error: no such user, not allowed, or the files are
// invalid.
Result<std::optional<net::Identity>> prepare_module_identity(const config::Config& config, WallTime now);

}  // namespace merlin::daemon
