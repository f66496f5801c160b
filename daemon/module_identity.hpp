// The key that the core's module shows to a merlind on another machine (module { daemon = HOST:PORT }). The core runs as
// another user than merlind, and neither may read the other's key: the module has one of its own.
//
//   TLS_DIR/module/                  mode 0700, of the core's user
//   TLS_DIR/module/key.pem           mode 0600, of the core's user
//   TLS_DIR/module/cert.pem          mode 0644, of the core's user
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "net/identity.hpp"

namespace merlin::daemon {

// Reads the module's identity, or makes it; nothing where the module talks by a unix socket. Root does it as the core's
// user; anybody else must be that user. Before the process becomes daemon { user }.
// Error: no such user, not allowed, or the files are not as they must be.
Result<std::optional<net::Identity>> prepare_module_identity(const config::Config& config, WallTime now);

}  // namespace merlin::daemon
