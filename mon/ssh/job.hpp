// A command that runs on another node, or in the same way on this one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mon/ssh/handles.hpp"
#include "mon/ssh/interrupt.hpp"
#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon::ssh {

enum class Stream { out, err };

struct Job {
  std::string line;                                      // for a POSIX shell
  int input = -1;                                        // its input, read to the end; -1: none
  std::function<void(Stream, std::string_view)> output;  // called in the thread that runs the job
  // Of a command on another node whose output mon reads. Beyond a limit mon ends the command, as after an interrupt.
  struct Limits {
    std::size_t bytes;  // of its output and its errors together
    Millis silence;     // nothing was sent or received for so long
    Millis time;        // in all
  };
  std::optional<Limits> limits{};  // empty: none
};

// How it ended.
struct Ended {
  int status = 0;      // as in a shell: 128 plus the signal's number if a signal ended it
  std::string signal;  // "TERM"; empty: none
};

// Each blocks until the command has ended. After an interrupt, the command's whole process group
// receives TERM, then KILL, so that nothing is left behind there. A command that starts a background service which keeps
// its output open is complete when the command itself has ended.
// Error: it could not be started, the node was lost, a limit was exceeded, or (text "interrupted") mon ended it.
Result<Ended> run_there(ssh_session session, const std::string& name, const Job& job, const Interrupt& interrupt);
Result<Ended> run_here(const Job& job, const Interrupt& interrupt);

}  // namespace merlin::mon::ssh
