// The other end of the ssh session in which another node runs a command here.
#pragma once

#include <string>

namespace merlin::mon::ssh {

// The address that the sender logs in from; empty: there is no such session.
std::string sender_address();

}  // namespace merlin::mon::ssh
