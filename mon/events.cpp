// mon events
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

#include "base/time.hpp"
#include "config/problems.hpp"
#include "config/values.hpp"
#include "mon/commands.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr Millis kLookEvery{500};
constexpr std::int64_t kUsualLimit = 100;
constexpr std::int64_t kMostEvents = 10'000;
constexpr std::string_view kTypes[] = {"alert", "notification", "comment", "downtime", "acknowledgement", "flapping", "attribute"};

std::string time_text(std::int64_t time_ms) {
  const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
                     local.tm_min, local.tm_sec);
}

std::string object_text(const ordered_json& event) {
  const std::string host = text_at(event, "host");
  const std::string service = text_at(event, "service");
  if (host.empty()) return "the program";
  return service.empty() ? host : host + ";" + service;
}

// What happened, in the words of the type.
std::string what_text(const ordered_json& event) {
  const std::string type = text_at(event, "type");
  if (type == "alert") {
    return fmt::format("alert {} {} {}", text_at(event, "state"), text_at(event, "state_type"), number_at(event, "attempt"));
  }
  if (type == "notification") {
    return fmt::format("notification {} {} to {}", text_at(event, "notification"), text_at(event, "state"), number_at(event, "contacts"));
  }
  return type + " " + text_at(event, "action");
}

std::string line_of(const ordered_json& event) {
  const std::string author = text_at(event, "author");
  const std::string text = text_at(event, "text");
  std::string line =
      fmt::format("{}  {}  {}  {}", time_text(number_at(event, "time_ms")), text_at(event, "node"), object_text(event), what_text(event));
  if (!author.empty()) line += fmt::format(" by {}", author);
  if (!text.empty()) line += ": " + text;
  return plain(line);
}

void print_events(const ordered_json& answer, const Call& call, Console& console) {
  for (const ordered_json& event : answer.value("events", ordered_json::array())) {
    if (!event.is_object()) continue;
    console.out << (call.json() ? event.dump(-1, ' ', false, ordered_json::error_handler_t::replace) : line_of(event)) << "\n";
  }
  console.out.flush();
}

Error wrong(std::string_view option, const std::string& value, std::string fix) {
  return {fmt::format("{} is not taken", config::quoted(value)), fmt::format("events: {}", option), std::move(fix)};
}

std::int64_t wall_ms() { return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count(); }

Result<ordered_json> request_of(const Call& call) {
  ordered_json request{{"command", "events"}, {"limit", kUsualLimit}};
  const auto type = call.options.find("--type");
  if (type != call.options.end() && std::ranges::find(kTypes, type->second) == std::end(kTypes))
    return wrong("--type", type->second, fmt::format("one of {}", fmt::join(kTypes, ", ")));
  for (const char* name : {"host", "service", "type"}) {
    const auto option = call.options.find(std::string("--") + name);
    if (option != call.options.end()) request[name] = option->second;
  }
  if (const auto since = call.options.find("--since"); since != call.options.end()) {
    const auto age = config::read_value({.type = config::ValueType::duration}, since->second);
    if (!age) return wrong("--since", since->second, "how long ago: 90s, 30m, 2h or 7d");
    request["since_ms"] = wall_ms() - age->millis().count();
    request["limit"] = kMostEvents;
  }
  if (const auto limit = call.options.find("--limit"); limit != call.options.end()) {
    std::int64_t count = 0;
    const std::string& text = limit->second;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (fault != std::errc{} || end != text.data() + text.size() || count < 1 || count > kMostEvents)
      return wrong("--limit", text, fmt::format("a number from 1 to {}", kMostEvents));
    request["limit"] = count;
  }
  return request;
}

// Until merlind is gone, or the user has seen enough.
int follow(const Call& call, Console& console, ordered_json request, std::int64_t after) {
  request["limit"] = kMostEvents;
  request.erase("since_ms");
  for (;;) {
    ::poll(nullptr, 0, static_cast<int>(kLookEvery.count()));
    request["after"] = after;
    const Answer answer = ask_daemon(call, request);
    if (!answer) {
      print_fault(answer.fault(), console);
      return failed;
    }
    // Before the first event of all "after" says nothing yet; and a store that was begun anew counts from the beginning.
    print_events(*answer, call, console);
    if (!console.out) return failed;
    after = number_at(*answer, "arrival", after);
  }
}

}  // namespace

int run_events(const Call& call, Console& console) {
  const Result<ordered_json> request = request_of(call);
  if (!request) {
    console.error(request.error());
    return wrong_usage;
  }
  const Answer answer = ask_daemon(call, *request);
  if (!answer) {
    print_fault(answer.fault(), console);
    return failed;
  }
  print_events(*answer, call, console);
  if (call.has("--follow")) return follow(call, console, *request, number_at(*answer, "arrival"));
  if (flag_at(*answer, "more") && !call.json() && call.has("--limit") == false)
    console.note("there are older ones: see --limit and --since");
  return all_well;
}

}  // namespace merlin::mon
