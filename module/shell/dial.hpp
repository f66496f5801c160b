// Sockets to the daemon. Nothing here blocks: names are resolved only in /etc/hosts.
#pragma once

#include <string>

#include "shared/base/result.hpp"
#include "shared/config/config.hpp"

namespace merlin::neb {

// A non-blocking socket that is connected (unix) or connecting (TCP); the caller closes it. A host is an IPv4 or IPv6 address, or a name in
// /etc/hosts: the core cannot wait for a name server.
Result<int> dial(const config::Endpoint& endpoint);

}  // namespace merlin::neb
