// TCP sockets as links want them. All are non-blocking and close-on-exec.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/address.hpp"
#include "net/fd.hpp"

namespace merlin::net {

// An IPv6 socket takes IPv6 only, so that both families can listen on one port.
Result<Fd> listen_tcp(const SocketAddress& address);

// Returns while the connection is being made; the socket becomes writable when that has ended, see connect_error().
Result<Fd> connect_tcp(const SocketAddress& address);

// 0, or the errno with which connecting failed.
int connect_error(int socket);

// No delay of small writes; at most 16 KiB unsent in the kernel, so that what is urgent does not wait behind more than
// that; a dead other end is noticed by keepalive, or within `user_timeout` when something is on its way to it.
// A system that lacks one of these goes without.
void tune_tcp(int socket, Millis user_timeout);

void set_non_blocking(int socket);

}  // namespace merlin::net
