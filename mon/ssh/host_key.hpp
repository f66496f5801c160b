// Whether the answering machine is the right one: known_hosts, in ssh's own format.
#pragma once

#include <functional>
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

// The fingerprint in merlin.conf.
enum class Pin { none, equal, differs };

enum class Verdict { trust, learn, ask, refuse };

// The rule: a known key is trusted; a changed one is always refused. An unknown one is added if merlin.conf has its fingerprint, and
// refused if it has another one; without a fingerprint there it is added with --accept-new, else mon asks the user if there is a terminal.
Verdict judge(HostKey key, Pin pin, bool accept_new, bool has_terminal);

// For a connected session. Adding a key writes the user's known_hosts. `learnt` is called with the key, as ssh-keygen -l shows it, if
// --accept-new added it.
Result<> check_host_key(ssh_session session, const Target& target, bool accept_new, Asker& asker,
                        const std::function<void(const std::string& key)>& learnt);

}  // namespace merlin::mon::ssh
