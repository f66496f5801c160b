// Whether the answering machine is the right one: known_hosts, in ssh's own format.
#pragma once

#include <string>

#include "mon/ssh/asker.hpp"
#include "mon/ssh/handles.hpp"
#include "mon/ssh/target.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::ssh {

enum class HostKey {
  known,
  unknown,  // no line for this host, or no file at all
  changed,  // known_hosts contains another key for it
  unreadable,
};

enum class Verdict { trust, learn, ask, refuse };

// The rule: a known key is trusted; an unknown one is added with --accept-new, else mon asks the user if there is
// a terminal; a changed one is always refused.
Verdict judge(HostKey key, bool accept_new, bool has_terminal);

// For a connected session. Adding a key writes the user's known_hosts.
Result<> check_host_key(ssh_session session, const Target& target, bool accept_new, Asker& asker);

}  // namespace merlin::mon::ssh
