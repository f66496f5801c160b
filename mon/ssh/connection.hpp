// A session on another node: connected, its host key verified, logged in.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "mon/ssh/asker.hpp"
#include "mon/ssh/handles.hpp"
#include "mon/ssh/interrupt.hpp"
#include "mon/ssh/target.hpp"
#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon::ssh {

// How mon logs in, for all nodes of a call.
struct LoginRules {
  Millis timeout{};                                                               // for the connection and each answer during the login
  bool accept_new = false;                                                        // --accept-new
  std::optional<std::string> password;                                            // from --password-file
  std::optional<std::string> user;                                                // --user, which overrides ssh_user
  std::function<void(const std::string& line)> note = [](const std::string&) {};  // for messages that are no errors; any thread
};

// Blocks until logged in, for at most `timeout` (a user at the terminal may take longer), or until interrupted. Any
// thread. A vanished peer is detected within half a minute. Error: `where` is the node's name.
Result<Session> log_in(Target target, const LoginRules& rules, Asker& asker, const Interrupt& interrupt);

}  // namespace merlin::mon::ssh
