#include "mon/service/core_check.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <sstream>

#include "mon/cli/child.hpp"
#include "mon/ssh/job.hpp"
#include "mon/ssh/quoting.hpp"

namespace merlin::mon {

std::string first_complaint(std::string_view output) {
  std::istringstream lines{std::string(output)};
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Error:")) return line.substr(std::min(line.find_first_not_of(' ', 6), line.size()));
    // "Error in configuration file …", "Error processing …"; later lines only repeat that there was an error.
    if (line.starts_with("Error ")) return line;
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  }
  return last;
}

Result<> check_core(const std::string& binary, const std::string& main_file) {
  if (binary.empty())
    return Error{"the core that should check the configuration is not known", main_file, "set core { binary = … } in merlin.conf"};
  const ssh::Interrupt interrupt;
  std::string output;
  const ssh::Job job{ssh::command_line({binary, "-v", main_file}), -1, [&](ssh::Stream, std::string_view bytes) { output += bytes; }};
  const auto ended = ssh::run_here(job, interrupt);
  if (!ended) return ended.error();
  if (ended->status == 0) return Ok{};
  return Error{fmt::format("the core rejects the configuration: {}", first_complaint(output)), main_file, "nothing was changed"};
}

Result<> check_core(const std::vector<std::string>& command, const std::string& main_file, Millis timeout) {
  const auto end = run_to_end(command, timeout);
  if (!end) return end.error();
  if (WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0) return Ok{};
  const std::string complaint = first_complaint(end->output);
  return Error{complaint.empty() ? "the core rejects it and names no reason" : complaint, main_file, ""};
}

}  // namespace merlin::mon
