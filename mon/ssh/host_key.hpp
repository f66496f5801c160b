// Whether the machine that answers is the one that is meant: known_hosts, as ssh itself keeps it.
#pragma once

#include <string>

#include "base/result.hpp"
#include "mon/ssh/asker.hpp"
#include "mon/ssh/handles.hpp"
#include "mon/ssh/target.hpp"

namespace merlin::mon::ssh {

enum class HostKey {
  known,
  unknown,  // no line for this host, or no file at all
  changed,  // another key is known for it
  unreadable,
};

enum class Verdict { trust, learn, ask, refuse };

// The rule: a known key is trusted; an unknown one is learnt with --accept-new, else asked about where there is
// a terminal; a changed one is refused, always.
Verdict judge(HostKey key, bool accept_new, bool has_terminal);

// Of a session that is connected. Learning writes the user's known_hosts.
Result<> check_host_key(ssh_session session, const Target& target, bool accept_new, Asker& asker);

}  // namespace merlin::mon::ssh
