#include "mon/service/moving.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr Millis kMoveAnswerTimeout{10'000};  // per question

Answer ask_soon(const Call& call, const ordered_json& request) {
  Call quick = call;
  quick.timeout = std::min(call.timeout, kMoveAnswerTimeout);
  return ask_daemon(quick, request);
}

std::vector<std::string> names_of(const ordered_json& status) {
  std::vector<std::string> names;
  for (const ordered_json& node : nodes_of(status)) names.push_back(text_at(node, "name"));
  return names;
}

// One line that is redrawn on a terminal; prints nothing elsewhere.
class ProgressLine {
 public:
  ProgressLine(const Call& call, Console& console) : console_(console), is_shown_(console.terminal && !call.json()) {}
  void show(const std::string& text) {
    if (!is_shown_ || text == shown_) return;
    console_.out << "\r\x1b[K" << text << std::flush;
    shown_ = text;
  }
  void clear() {
    if (!shown_.empty()) console_.out << "\r\x1b[K" << std::flush;
  }

 private:
  Console& console_;
  const bool is_shown_;
  std::string shown_;
};

int end_with(const Call& call, Console& console, const std::string& name, const Result<std::string>& outcome) {
  if (call.json()) {
    nlohmann::ordered_json node{{"name", name}, {"error", nullptr}, {"outcome", nullptr}};
    if (outcome) node["outcome"] = *outcome;
    if (!outcome) node["error"] = outcome.error().text();
    console.print({{"nodes", ordered_json::array({std::move(node)})}});
  } else if (outcome) {
    console.out << fmt::format("{}: {}\n", name, *outcome);
  } else {
    console.error(outcome.error());
  }
  return outcome ? kAllWell : kFailed;
}

}  // namespace

int say_ordered(const Call& call, Console& console, const std::string& name, const std::string& order) {
  return end_with(call, console, name, order);
}

Outcome<std::string> give_order(const Call& call, ordered_json request) {
  const std::string wanted = call.words.empty() ? "" : call.words.front();
  const Answer status = ask_soon(call, {{"command", "status"}});
  if (!status) return status.failure();
  const ordered_json node = node_of(*status, wanted);
  if (node.is_null()) return usage(unknown_node(call, wanted, names_of(*status)));
  const std::string name = text_at(node, "name");
  if (!is_active(node)) return Error{fmt::format("it is {}", state_text_of(node)), name, "mon node status shows the reason"};
  if (!wanted.empty()) request["node"] = name;
  const Answer ordered = ask_soon(call, request);
  return ordered ? Outcome<std::string>(name) : ordered.failure();
}

Result<std::string> wait_for_move(const Call& call, Console& console, const std::string& name, const Judge& judge) {
  const auto deadline = Clock::now() + call.timeout;
  ProgressLine line(call, console);
  for (;;) {
    const Answer status = ask_soon(call, {{"command", "status"}});
    const Progress progress = status ? judge(*status) : Progress{false, "", status.failure().errors.front()};
    const bool is_late = Clock::now() >= deadline;
    if (progress.done || progress.failure || is_late) line.clear();
    if (progress.done) return progress.text;
    if (progress.failure) return *progress.failure;
    if (is_late)
      return Error{fmt::format("not finished in {} s: {}", call.timeout.count() / 1000, progress.text), name,
                   "it continues; mon node status shows the progress, --timeout waits longer"};
    line.show(fmt::format("{}: {}", name, progress.text));
    std::this_thread::sleep_for(kPollInterval);
  }
}

Outcome<int> follow(const Call& call, Console& console, const std::string& name, const Judge& judge) {
  return end_with(call, console, name, wait_for_move(call, console, name, judge));
}

}  // namespace merlin::mon
