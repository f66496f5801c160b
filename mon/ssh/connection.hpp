// A way into another node: connected, its host key checked, logged in.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "mon/ssh/asker.hpp"
#include "mon/ssh/handles.hpp"
#include "mon/ssh/interrupt.hpp"
#include "mon/ssh/target.hpp"

namespace merlin::mon::ssh {

// How mon logs in, the same for all nodes of a call.
struct LoginRules {
  Millis timeout{};                     // for connection and each answer of the login
  bool accept_new = false;              // --accept-new
  std::optional<std::string> password;  // of --password-file
  std::optional<std::string> user;      // --user, over ssh_user
};

// Blocks until logged in, at most `timeout` (a person at the terminal may take longer), or until interrupted. Any
// thread. A peer that vanishes later is noticed within half a minute. Error: where is the node's name.
Result<Session> log_in(Target target, const LoginRules& rules, Asker& asker, const Interrupt& interrupt);

}  // namespace merlin::mon::ssh
