// TCP sockets for links. All are non-blocking and close-on-exec.
#pragma once

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"
#include "shared/net/address.hpp"
#include "shared/net/fd.hpp"

namespace merlin::net {

// An IPv6 socket accepts IPv6 only, so both families can listen on one port.
Result<Fd> listen_tcp(const SocketAddress& address);

// Returns while the connection is being established. The socket becomes writable when this has ended; see connect_error().
Result<Fd> connect_tcp(const SocketAddress& address);

// 0, or the errno of the failed connection.
int connect_error(int socket);

// Small writes are not delayed. At most 16 KiB wait unsent in the kernel, so urgent data does not wait behind more than that. A dead
// other end is noticed by keepalive, or within `user_timeout` if data is on its way. A system that lacks one of these features works
// without it.
void tune_tcp(int socket, Millis user_timeout);

void set_non_blocking(int socket);

}  // namespace merlin::net
