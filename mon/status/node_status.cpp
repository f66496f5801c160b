// mon node status [--watch]
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <optional>
#include <sstream>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/screen.hpp"
#include "mon/status/local_problems.hpp"
#include "mon/status/status_view.hpp"

namespace merlin::mon {
namespace {

constexpr Millis kRedrawInterval{1000};

// The daemon's document, or one made from merlin.conf.
Outcome<nlohmann::ordered_json> get_status(const Call& call) {
  const Answer answer = ask_daemon(call, {{"command", "status"}});
  if (answer) {
    nlohmann::ordered_json status = *answer;
    add_local_problems(call, status);
    return status;
  }
  if (!answer.not_running()) return answer.failure();
  const auto config = load_config(call);
  if (!config) return config.failure();
  return status_without_daemon(*config);
}

StatusLook look_of(const Call& call, const Console& console) { return {call.has("--wide") ? 0 : console.width, console.colour}; }

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

// One screen of the watched table, including errors, because standard error would disturb the screen.
std::string picture(const Call& call, Console& console, int& status) {
  std::ostringstream errors;
  const auto document = get_status(call);
  if (!document) Console{errors, errors}.report(document.failure());
  status = document && all_active(*document) ? kAllWell : kFailed;
  const std::string top = fmt::format("{}   q: quit\n\n", time_of_day());
  return top + (document ? draw_status(*document, look_of(call, console)) : errors.str());
}

Outcome<int> watch(const Call& call, Console& console) {
  if (!console.terminal || ::isatty(STDIN_FILENO) != 1) return usage({"--watch needs a terminal", "node status", "remove --watch"});
  Call quick = call;
  if (!call.has("--timeout")) quick.timeout = kRedrawInterval;
  Screen screen(console);
  int status = kAllWell;
  do {
    measure(console);
    screen.draw(picture(quick, console, status));
  } while (screen.wait(kRedrawInterval) != Screen::Wake::quit);
  return status;
}

Outcome<int> run_node_status(const Call& call, Console& console) {
  if (call.has("--watch") && call.json()) return usage({"--watch and --json exclude each other", "node status", "remove one of them"});
  if (call.has("--watch")) return watch(call, console);
  const auto document = get_status(call);
  if (!document) return document.failure();
  if (call.json())
    console.print(*document);
  else
    console.out << draw_status(*document, look_of(call, console));
  return all_active(*document) ? kAllWell : kFailed;
}

}  // namespace

namespace commands {

extern const Command kNodeStatus{
    .name = "node status",
    .section = Section::status,
    .summary = "show the state of every node, and how to fix each problem",
    .details =
        "An asterisk marks this node. Columns that do not fit are omitted; --wide shows all of them.\n"
        "Exit status 0: all nodes are active. 1: a node is not active, or merlind is not running here.",
    .examples = {"mon node status", "mon node status --watch", "mon node status --json"},
    .options = {{"--watch", "", "refresh every second, until q or Ctrl-C"}, {"--wide", "", "show all columns"}, options::kJson},
    .run = run_node_status,
};

}  // namespace commands

}  // namespace merlin::mon
