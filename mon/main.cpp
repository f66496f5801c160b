// mon, the operator's command.
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "mon/check/plugin.hpp"
#include "mon/console.hpp"
#include "mon/help.hpp"
#include "mon/parse.hpp"

namespace merlin::mon {
namespace {

std::string default_config_path() {
  const char* named = std::getenv("MERLIN_CONF");
  return named != nullptr && *named != '\0' ? std::string(named) : std::string(config::default_path);
}

int run(const std::vector<std::string>& arguments, Console& console) {
  const auto parsed = parse_arguments(arguments, default_config_path());
  if (!parsed) {
    // A core reads what a plugin prints on standard output, and takes 2 for "critical".
    const bool is_plugin = !arguments.empty() && arguments.front() == "check";
    if (is_plugin) return check::unknown(console, parsed.error().text());
    console.error(parsed.error());
    return wrong_usage;
  }
  if (const auto* help = std::get_if<HelpWanted>(&*parsed)) {
    console.out << help_text(help->topic);
    return all_well;
  }
  const Call& call = std::get<Call>(*parsed);
  return call.command->run(call, console);
}

// Whoever reads our output through a pipe may have enough of it: head does.
bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

// What could not be written (a full disk behind a redirection) must not look like success.
int finish(int status, Console& console) {
  console.out.flush();
  if (console.out.good() || reader_is_gone()) return status;
  console.error({"cannot write the output", "standard output", ""});
  return status == all_well ? failed : status;
}

}  // namespace
}  // namespace merlin::mon

int main(int count, char** values) {
  auto console = merlin::mon::standard_console();
  try {
    const int status = merlin::mon::run({values + 1, values + count}, console);
    return merlin::mon::finish(status, console);
  } catch (const std::exception& fault) {
    console.error({fault.what(), "", "this is a fault of mon itself"});
    return merlin::mon::failed;
  }
}
