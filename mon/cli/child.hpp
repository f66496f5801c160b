// Another program, run to its end.
#pragma once

#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon {

// How a program that ended by itself ended, and its output: at most the last mebibyte.
struct ChildEnd {
  int status = 0;  // as returned by waitpid
  std::string output;
};

// Like run_child(), whatever the program's status was. Error: it could not be started, or did not end in time.
Result<ChildEnd> run_to_end(const std::vector<std::string>& argv, Millis timeout);

// Runs argv[0] (a path, or a name in PATH) without input, and waits at most `timeout`; then its process group is ended.
// Its output is kept in memory, so that a daemon that it leaves behind never keeps our own output open. Error: it could
// not be started, did not end in time, or ended with a status other than 0; `what` contains the last line of its
// output.
Result<> run_child(const std::vector<std::string>& argv, Millis timeout);

}  // namespace merlin::mon
