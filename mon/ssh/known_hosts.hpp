// Host keys that nodes learn from each other, in ~/.ssh/known_hosts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/handles.hpp"
#include "mon/ssh/target.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::ssh {

struct KnownHost {
  std::string host;
  std::uint16_t port = kUsualPort;
  std::vector<PublicKey> keys;

  std::string name() const;  // "peer03", "[peer03]:2222"
};

enum class Familiarity {
  unknown,  // no line for this host
  same,
  differs,  // another key of the same type is known
};

// What a known_hosts file says about this host. Its keys are one machine's: one equal key is enough.
Familiarity familiarity(std::string_view text, const KnownHost& host);

// The text with a line for each key of the host if it is unknown, otherwise the text itself.
std::string with_host(std::string_view text, const KnownHost& host);

// The key that this server has proved to have.
Result<PublicKey> server_key(ssh_session session);

// The keys of this machine's own ssh server in `folder`; empty if there are none.
std::vector<PublicKey> own_host_keys(const std::string& folder = "/etc/ssh");

}  // namespace merlin::mon::ssh
