// mon, the operator's command.
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "mon/check/plugin.hpp"
#include "mon/cli/console.hpp"
#include "mon/cli/help.hpp"
#include "mon/cli/parse.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {
namespace {

std::string default_config_path() {
  const char* named = std::getenv("MERLIN_CONF");
  return named != nullptr && *named != '\0' ? std::string(named) : std::string(config::kDefaultPath);
}

// A core reads what a plugin prints on standard output, and takes the exit status 2 for "critical".
int report(const Failure& failure, bool is_plugin, Console& console) {
  if (!is_plugin) return console.report(failure);
  return check::unknown(console, failure.errors.empty() ? "" : failure.errors.front().text());
}

int run(const std::vector<std::string>& arguments, Console& console) {
  const auto parsed = parse_arguments(arguments, default_config_path());
  if (!parsed) {
    const bool is_plugin = !arguments.empty() && arguments.front() == "check";
    return report(usage(parsed.error()), is_plugin, console);
  }
  if (const auto* help = std::get_if<HelpWanted>(&*parsed)) {
    console.out << (help->is_short ? short_help() : help_text(help->topic, help->all));
    return help->is_short ? kWrongUsage : kAllWell;
  }
  const Call& call = std::get<Call>(*parsed);
  const Outcome<int> ended = call.command->run(call, console);
  return ended ? *ended : report(ended.failure(), call.command->section == Section::plugins, console);
}

// The reader of a pipe can stop early: head does.
bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

// Output that could not be written (a full disk behind a redirection) must not look like success.
int finish(int status, Console& console) {
  console.out.flush();
  if (console.out.good() || reader_is_gone()) return status;
  console.error({"cannot write the output", "standard output", ""});
  return status == kAllWell ? kFailed : status;
}

}  // namespace
}  // namespace merlin::mon

int main(int count, char** values) {
  auto console = merlin::mon::standard_console();
  try {
    const int status = merlin::mon::run({values + 1, values + count}, console);
    return merlin::mon::finish(status, console);
  } catch (const std::exception& fault) {
    console.error({fault.what(), "", "this is a bug in mon; please report it"});
    return merlin::mon::kFailed;
  }
}
