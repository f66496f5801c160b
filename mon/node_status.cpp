// mon node status [--watch]
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <optional>
#include <sstream>

#include "mon/commands.hpp"
#include "mon/screen.hpp"
#include "mon/site.hpp"
#include "mon/status_view.hpp"

namespace merlin::mon {
namespace {

constexpr Millis redraw_interval{1000};

// The daemon's document, or one made from merlin.conf. Empty when there is neither; then all was printed.
std::optional<nlohmann::ordered_json> get_status(const Call& call, Console& console) {
  const Answer answer = ask_daemon(call, {{"command", "status"}});
  if (answer) return *answer;
  if (!answer.not_running()) {
    print_fault(answer.fault(), console);
    return std::nullopt;
  }
  const auto config = load_config(call, console);
  if (!config) return std::nullopt;
  return status_without_daemon(*config);
}

StatusLook look_of(const Call& call, const Console& console) { return {call.has("--wide") ? 0 : console.width, console.colour}; }

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

// One picture of the watched table. Errors stand in it: the screen is not the place for standard error.
std::string picture(const Call& call, Console& console, int& status) {
  std::ostringstream errors;
  Console quiet{errors, errors};
  const auto document = get_status(call, quiet);
  status = document && all_active(*document) ? all_well : failed;
  const std::string top = fmt::format("{}   q ends\n\n", time_of_day());
  return top + (document ? draw_status(*document, look_of(call, console)) : errors.str());
}

int watch(const Call& call, Console& console) {
  if (!console.terminal || ::isatty(STDIN_FILENO) != 1) {
    console.error({"--watch needs a terminal", "node status", "leave --watch out"});
    return wrong_usage;
  }
  Call quick = call;
  if (!call.has("--timeout")) quick.timeout = redraw_interval;
  Screen screen(console);
  int status = all_well;
  do {
    measure(console);
    screen.draw(picture(quick, console, status));
  } while (screen.wait(redraw_interval) != Screen::Wake::quit);
  return status;
}

}  // namespace

int run_node_status(const Call& call, Console& console) {
  if (call.has("--watch") && call.json()) {
    console.error({"--watch and --json exclude each other", "node status", "leave one of them out"});
    return wrong_usage;
  }
  if (call.has("--watch")) return watch(call, console);
  const auto document = get_status(call, console);
  if (!document) return failed;
  if (call.json())
    console.print(*document);
  else
    console.out << draw_status(*document, look_of(call, console));
  return all_active(*document) ? all_well : failed;
}

}  // namespace merlin::mon
