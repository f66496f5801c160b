#include "mon/moving.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr Millis answer_timeout{10'000};  // of one question among many

Ordered refused(const Answer& answer, Console& console) {
  print_fault(answer.fault(), console);
  return {"", failed};
}

Answer ask_soon(const Call& call, const ordered_json& request) {
  Call quick = call;
  quick.timeout = std::min(call.timeout, answer_timeout);
  return ask_daemon(quick, request);
}

std::vector<std::string> names_of(const ordered_json& status) {
  std::vector<std::string> names;
  for (const ordered_json& node : nodes_of(status)) names.push_back(text_at(node, "name"));
  return names;
}

// One line that is written over on a terminal, and nothing elsewhere.
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
  return outcome ? all_well : failed;
}

}  // namespace

int say_ordered(const Call& call, Console& console, const std::string& name, const std::string& order) {
  return end_with(call, console, name, order);
}

Ordered give_order(const Call& call, Console& console, const std::string& verb) {
  const std::string wanted = call.words.empty() ? "" : call.words.front();
  const Answer status = ask_soon(call, {{"command", "status"}});
  if (!status) return refused(status, console);
  const ordered_json node = node_of(*status, wanted);
  if (node.is_null()) {
    console.error(unknown_node(call, wanted, names_of(*status)));
    return {"", wrong_usage};
  }
  const std::string name = text_at(node, "name");
  if (text_at(node, "state") != "active") {
    console.error({fmt::format("it is {}", text_at(node, "state", "not active")), name, "mon node status shows why"});
    return {"", failed};
  }
  ordered_json request{{"command", verb}};
  if (!wanted.empty()) request["node"] = name;
  const Answer ordered = ask_soon(call, request);
  return ordered ? Ordered{name} : refused(ordered, console);
}

int follow(const Call& call, Console& console, const std::string& name, const Judge& judge) {
  const auto deadline = Clock::now() + call.timeout;
  ProgressLine line(call, console);
  for (;;) {
    const Answer status = ask_soon(call, {{"command", "status"}});
    if (!status) {
      line.clear();
      print_fault(status.fault(), console);
      return failed;
    }
    const Progress progress = judge(*status);
    if (progress.done || progress.failure || Clock::now() >= deadline) line.clear();
    if (progress.done) return end_with(call, console, name, progress.text);
    if (progress.failure || Clock::now() >= deadline) {
      const Error late{fmt::format("not finished in {} s: {}", call.timeout.count() / 1000, progress.text), name,
                       "it goes on; mon node status shows how far, --timeout waits longer"};
      return end_with(call, console, name, progress.failure.value_or(late));
    }
    line.show(fmt::format("{}: {}", name, progress.text));
    std::this_thread::sleep_for(poll_interval);
  }
}

}  // namespace merlin::mon
