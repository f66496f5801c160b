// Unix stream sockets: for the module's link and the control socket. No event loop here; listener.hpp has one for these too.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/net/fd.hpp"

namespace merlin::net {

struct UnixListenOptions {
  std::string path;
  mode_t mode = 0660;
  std::string owner;  // user name; empty: the user of this process
  std::string group;  // group name; empty: the system's default
};

// Non-blocking and listening. Removes the socket file of a process that has ended. Error if another process still listens there, or if the
// path is not a socket. Nobody can connect before mode, owner and group are set.
Result<Fd> listen_unix(const UnixListenOptions& options);

// Non-blocking. Connects at once or fails: unix sockets do not wait, so a full queue of the listener is an Error.
Result<Fd> connect_unix(const std::string& path);

struct PeerCredentials {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
};

// Credentials of the process that connected, as the kernel recorded them then.
Result<PeerCredentials> peer_credentials(int socket);

}  // namespace merlin::net
