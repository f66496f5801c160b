// mon node drain [NAME]
#include <fmt/format.h>

#include <algorithm>

#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/cli/options.hpp"
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

Progress judge(const ordered_json& status, const std::string& name) {
  const ordered_json node = node_of(status, name);
  if (node.is_null()) return {false, "", Error{"it is no longer configured", name, ""}};
  const std::int64_t left = number_at(node, "hosts_owned");
  const std::int64_t without = std::max<std::int64_t>(0, number_at(status, "hosts") - hosts_run(status));
  const bool is_drained = phase_of(node) == NodePhase::drained;
  if (is_drained && left == 0 && without == 0) return {true, "drained; every host has another owner", std::nullopt};

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
  const auto name = give_order(call, {{"command", "drain"}});
  if (!name) return name.failure();
  if (call.has("--no-wait")) return say_ordered(call, console, *name, "ordered to drain");
  return follow(call, console, *name, drain_judge(*name));
}

}  // namespace

Judge drain_judge(std::string name) {
  return [name = std::move(name)](const ordered_json& status) { return judge(status, name); };
}

namespace commands {

extern const Command kNodeDrain{
    .name = "node drain",
    .section = Section::services,
    .arguments = "[NAME]",
    .summary = "move all checks of a node to the other nodes",
    .details = "Without NAME: this node. Waits until every host has another owner.",
    .examples = {"mon node drain", "mon node drain peer02 --timeout 5m"},
    .options = {options::kNoWait, options::kJson},
    .max_words = 1,
    .timeout = kMoveTimeout,
    .run = run_node_drain,
};

}  // namespace commands

}  // namespace merlin::mon
