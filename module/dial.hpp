// Sockets toward the daemon. Nothing here waits: no name is looked up but in /etc/hosts.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/config.hpp"

namespace merlin::neb {

// A non-blocking socket that is connected (unix) or connecting (TCP); the caller closes it.
// A host is an IPv4 or IPv6 address, or a name that /etc/hosts knows: the core cannot wait for a name server.
Result<int> dial(const config::Endpoint& endpoint);

}  // namespace merlin::neb
