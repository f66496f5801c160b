// Waiting for an ssh server, in a session that does not block.
#pragma once

#include <chrono>

#include "mon/ssh/handles.hpp"
#include "mon/ssh/interrupt.hpp"

namespace merlin::mon::ssh {

// True once the session's socket is readable; false at the deadline or when interrupted.
bool wait_for_news(ssh_session session, std::chrono::steady_clock::time_point deadline, const Interrupt& interrupt);

}  // namespace merlin::mon::ssh
