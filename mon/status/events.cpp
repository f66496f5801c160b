// mon events
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/ssh/interrupt.hpp"
#include "mon/status/event_follow.hpp"
#include "shared/base/time.hpp"
#include "shared/config/problems.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr Millis kLookEvery{500};
constexpr Millis kAnswerTimeout{10'000};  // of one question among many
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

// Describes the event, depending on its type.
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
  if (const std::string cause = text_at(event, "cause"); !cause.empty()) line += fmt::format(" ({})", cause);
  if (!text.empty()) line += ": " + text;
  return plain(line);
}

void print_events(const std::vector<ordered_json>& events, const Call& call, Console& console) {
  for (const ordered_json& event : events) {
    console.out << (call.json() ? event.dump(-1, ' ', false, ordered_json::error_handler_t::replace) : line_of(event)) << "\n";
  }
  console.out.flush();
}

Error wrong(std::string_view option, const std::string& value, std::string fix) {
  return {fmt::format("{} is not valid", config::quoted(value)), fmt::format("events: {}", option), std::move(fix)};
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

bool has_fault(const Answer& answer, ControlFault::Kind kind) { return !answer && answer.fault().kind == kind; }

// Waits; false: Ctrl-C or its like, or nobody reads our output any more.
bool pause(const ssh::Interrupt& interrupt, Millis time) {
  pollfd ends[] = {{interrupt.fd(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
  return ::poll(ends, 2, static_cast<int>(time.count())) <= 0;
}

// Until the user has seen enough. A restart of merlind only delays it.
class Follower {
 public:
  Follower(const Call& call, Console& console, ordered_json request) : call_(call), console_(console), request_(std::move(request)) {
    call_.timeout = std::min(call.timeout, kAnswerTimeout);
  }

  Outcome<int> run() {
    const Answer status = ask({{"command", "status"}});
    if (!status) return given_up(status);
    position_.start(*status);
    const Answer first = ask(request_);
    if (!first) return given_up(first);
    came(*first);
    request_["limit"] = kMostEvents;
    request_.erase("since_ms");
    Millis wait = kLookEvery;
    while (console_.out && pause(interrupt_, wait)) {
      request_["after"] = position_.after();
      const Answer answer = ask(request_);
      if (has_fault(answer, ControlFault::Kind::no_permission) || has_fault(answer, ControlFault::Kind::interrupted))
        return given_up(answer);
      wait = answer ? came(*answer) : failed_to(answer.fault());
    }
    return kAllWell;
  }

 private:
  Answer ask(const ordered_json& request) { return ask_daemon(call_, request, interrupt_.fd()); }

  // Ctrl-C is how a user ends it.
  static Outcome<int> given_up(const Answer& answer) {
    return has_fault(answer, ControlFault::Kind::interrupted) ? Outcome<int>(kAllWell) : answer.failure();
  }

  Millis came(const ordered_json& answer) {
    if (is_lost_) console_.note("merlind answers again");
    is_lost_ = false;
    retry_.reset();
    const auto fresh = position_.take(answer);
    if (fresh) print_events(*fresh, call_, console_);
    return fresh && !flag_at(answer, "more") ? kLookEvery : Millis{0};
  }

  Millis failed_to(const ControlFault& fault) {
    const std::string what = fault.errors.empty() ? "merlind does not answer" : fault.errors.front().what;
    if (!is_lost_) console_.note(fmt::format("{}; waiting until it answers again, new events follow then", what));
    is_lost_ = true;
    return retry_.next();
  }

  Call call_;
  Console& console_;
  ordered_json request_;
  const ssh::Interrupt interrupt_;
  EventPosition position_;
  RetryPause retry_;
  bool is_lost_ = false;
};

Outcome<int> run_events(const Call& call, Console& console) {
  const Result<ordered_json> request = request_of(call);
  if (!request) return usage(request.error());
  if (call.has("--follow")) return Follower(call, console, *request).run();
  const Answer answer = ask_daemon(call, *request);
  if (!answer) return answer.failure();
  print_events(EventPosition().take(*answer).value_or(std::vector<ordered_json>{}), call, console);
  if (flag_at(*answer, "more") && !call.json() && call.has("--limit") == false)
    console.note("there are older events: see --limit and --since");
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kEvents{
    .name = "events",
    .section = Section::status,
    .summary = "show what happened on all nodes: alerts, notifications, comments, downtimes",
    .details =
        "The newest 100 events, the oldest first; with --since, all events since then. Every node has the same history, within\n"
        "backlog_max_age and backlog_max_size. Events of a node that was cut off arrive late and are sorted by their time;\n"
        "--follow prints them when they arrive, and continues when merlind was restarted.",
    .examples = {"mon events", "mon events --host=web01 --type=notification --since=2d", "mon events --follow --json"},
    .options = {{"--follow", "", "continue with new events, until Ctrl-C"},
                {"--host", "NAME", "only events of this host and its services"},
                {"--service", "NAME", "only events of services with this description"},
                {"--type", "TYPE", "alert, notification, comment, downtime, acknowledgement, flapping or attribute"},
                {"--since", "TIME", "only events since then: 90s, 30m, 2h, 7d ago"},
                {"--limit", "NUMBER", "at most this many events, the newest"},
                options::kJsonLines},
    .run = run_events,
};

}  // namespace commands

}  // namespace merlin::mon
