// A command that runs on another node, or here as it would there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "mon/ssh/handles.hpp"
#include "mon/ssh/interrupt.hpp"

namespace merlin::mon::ssh {

enum class Stream { out, err };

struct Job {
  std::string line;                                      // for a POSIX shell
  int input = -1;                                        // what it reads, to its end; -1: nothing
  std::function<void(Stream, std::string_view)> output;  // called in the thread that runs the job
};

// How it ended.
struct Ended {
  int status = 0;      // as a shell counts: 128 and the signal's number where one ended it
  std::string signal;  // "TERM"; empty: none
};

// Each blocks until the command has ended, without a limit of time. Once interrupted, what runs is sent TERM,
// then KILL, with its whole process group: nothing is left behind there. A command that leaves a
// service behind which holds its output is done when it has ended itself.
// Error: it could not be started, the node was lost, or (text "interrupted") it was ended by us.
Result<Ended> run_there(ssh_session session, const std::string& name, const Job& job, const Interrupt& interrupt);
Result<Ended> run_here(const Job& job, const Interrupt& interrupt);

}  // namespace merlin::mon::ssh
