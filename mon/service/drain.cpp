// mon node drain [NAME] [--reason TEXT] [--until TIME]
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/cli/options.hpp"
#include "mon/service/drain_end.hpp"
#include "mon/service/moving.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

// Hosts that active nodes run.
std::int64_t hosts_run(const ordered_json& status) {
  std::int64_t hosts = 0;
  for (const ordered_json& node : nodes_of(status)) {
    if (is_active(node)) hosts += number_at(node, "hosts_owned");
  }
  return hosts;
}

// "drained; every host has another owner", with the end if the node has confirmed one.
std::string done_text(const ordered_json& node, const std::string& name, bool must_end) {
  const auto drain = node.find("drain");
  const std::int64_t until = drain == node.end() || !drain->is_object() ? -1 : number_at(*drain, "until", -1);
  if (until > 0) return fmt::format("drained until {}; every host has another owner", end_text(until, std::time(nullptr)));
  if (!must_end) return "drained; every host has another owner";
  return fmt::format("drained; every host has another owner; its merlind does not know --until: end it with mon node undrain {}", name);
}

Progress judge(const ordered_json& status, const std::string& name, bool must_end) {
  const ordered_json node = node_of(status, name);
  if (node.is_null()) return {false, "", Error{"it is no longer configured", name, ""}};
  const std::int64_t left = number_at(node, "hosts_owned");
  const std::int64_t without = std::max<std::int64_t>(0, number_at(status, "hosts") - hosts_run(status));
  const bool is_drained = phase_of(node) == NodePhase::drained;
  if (is_drained && left == 0 && without == 0) return {true, done_text(node, name, must_end), std::nullopt};

  const auto others = nodes_of(status);
  const bool someone =
      std::ranges::any_of(others, [&](const ordered_json& other) { return text_at(other, "name") != name && is_ready(other); });
  if (is_drained && left > 0 && !someone) {
    return {false, "",
            Error{fmt::format("no other node can run its {} hosts; it keeps checking them", left), name,
                  "start another node, or cancel the order: mon node undrain " + name}};
  }
  if (left == 0 && without > 0) return {false, fmt::format("{} hosts wait for their new owner", without), std::nullopt};
  return {false, fmt::format("{} hosts left", left), std::nullopt};
}

Outcome<int> run_node_drain(const Call& call, Console& console) {
  ordered_json request{{"command", "drain"}};
  if (const auto reason = call.options.find("--reason"); reason != call.options.end()) request["reason"] = reason->second;
  const std::int64_t now = std::time(nullptr);
  const auto given = call.options.find("--until");
  const bool must_end = given != call.options.end();
  if (must_end) {
    const auto until = read_end(given->second, now);
    if (!until) return usage(until.error());
    request["until"] = *until;
  }
  const auto name = give_order(call, request);
  if (!name) return name.failure();
  const std::string end = must_end ? fmt::format(" until {}", end_text(request["until"].get<std::int64_t>(), now)) : "";
  if (call.has("--no-wait")) return say_ordered(call, console, *name, "ordered to drain" + end);
  return follow(call, console, *name, drain_judge(*name, must_end));
}

}  // namespace

Judge drain_judge(std::string name, bool must_end) {
  return [name = std::move(name), must_end](const ordered_json& status) { return judge(status, name, must_end); };
}

namespace commands {

extern const Command kNodeDrain{
    .name = "node drain",
    .section = Section::services,
    .arguments = "[NAME] [--reason=TEXT] [--until=TIME]",
    .summary = "move all checks of a node to the other nodes",
    .details =
        "Without NAME: this node. Waits until every host has another owner. Reason and end are shown by mon node status on all\n"
        "nodes. At the end of the drain the node takes its checks back by itself. Another drain of the same node replaces both.",
    .examples = {"mon node drain", "mon node drain peer02 --timeout 5m", "mon node drain peer02 --reason='new kernel' --until=2h"},
    .options = {{"--reason", "TEXT", "why, for other operators: one line of at most 256 bytes"},
                {"--until", "TIME", "end the drain then: after 30m, 2h or 1d, at 14:30, or at 2026-12-01T14:30"},
                options::kNoWait,
                options::kJson},
    .max_words = 1,
    .timeout = kMoveTimeout,
    .run = run_node_drain,
};

}  // namespace commands

}  // namespace merlin::mon
