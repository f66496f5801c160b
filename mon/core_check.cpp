#include "mon/core_check.hpp"

#include <fmt/format.h>

#include <sstream>

#include "mon/ssh/job.hpp"
#include "mon/ssh/quoting.hpp"

namespace merlin::mon {
namespace {

std::string first_complaint(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Error:")) return line.substr(line.find_first_not_of(' ', 6));
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  }
  return last;
}

}  // namespace

Result<> check_core(const std::string& binary, const std::string& main_file) {
  if (binary.empty())
    return Error{"no core is known that could check the configuration", main_file, "set core { binary = … } in merlin.conf"};
  const ssh::Interrupt interrupt;
  std::string output;
  const ssh::Job job{ssh::command_line({binary, "-v", main_file}), -1, [&](ssh::Stream, std::string_view bytes) { output += bytes; }};
  const auto ended = ssh::run_here(job, interrupt);
  if (!ended) return ended.error();
  if (ended->status == 0) return Ok{};
  return Error{fmt::format("the core rejects the configuration: {}", first_complaint(output)), main_file, "nothing was changed"};
}

}  // namespace merlin::mon
