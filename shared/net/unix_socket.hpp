// Unix stream sockets: the module's link and the control socket. No event loop here; listener.hpp has one for these too.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.hpp"
#include "net/fd.hpp"

namespace merlin::net {

struct UnixListenOptions {
  std::string path;
  mode_t mode = 0660;
  std::string owner;  // user name; empty: whoever runs this
  std::string group;  // group name; empty: as the system gives it
};

// Non-blocking and listening. The socket file of a process that is gone is removed; if one still listens there, or
// something else than a socket is there, that is an Error. Nobody can connect before mode, owner and group are right.
Result<Fd> listen_unix(const UnixListenOptions& options);

// Non-blocking. Connects at once or fails: unix sockets do not wait, a full queue of the listener is an Error.
Result<Fd> connect_unix(const std::string& path);

struct PeerCredentials {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
};

// Of the process that connected, as the kernel noted it then.
Result<PeerCredentials> peer_credentials(int socket);

}  // namespace merlin::net
