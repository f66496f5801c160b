// mon node drain [NAME]
#include <fmt/format.h>

#include <algorithm>

#include "mon/commands.hpp"
#include "mon/moving.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

bool can_take(const ordered_json& node) { return text_at(node, "state") == "active" && text_at(node, "phase") == "ready"; }

// Hosts that an active node runs.
std::int64_t hosts_run(const ordered_json& status) {
  std::int64_t hosts = 0;
  for (const ordered_json& node : nodes_of(status)) {
    if (text_at(node, "state") == "active") hosts += number_at(node, "hosts_owned");
  }
  return hosts;
}

Progress judge(const ordered_json& status, const std::string& name) {
  const ordered_json node = node_of(status, name);
  if (node.is_null()) return {false, "", Error{"it is no longer configured", name, ""}};
  const std::int64_t left = number_at(node, "hosts_owned");
  const std::int64_t without = std::max<std::int64_t>(0, number_at(status, "hosts") - hosts_run(status));
  const bool is_drained = text_at(node, "phase") == "drained";
  if (is_drained && left == 0 && without == 0) return {true, "drained; every host has another owner", std::nullopt};

  const auto others = nodes_of(status);
  const bool someone =
      std::ranges::any_of(others, [&](const ordered_json& other) { return text_at(other, "name") != name && can_take(other); });
  if (is_drained && left > 0 && !someone) {
    return {false, "",
            Error{fmt::format("nobody else can take its {} hosts; it keeps checking them", left), name,
                  "start another node, or take the order back: mon node undrain " + name}};
  }
  if (left == 0 && without > 0) return {false, fmt::format("{} hosts wait for their new owner", without), std::nullopt};
  return {false, fmt::format("{} hosts left", left), std::nullopt};
}

}  // namespace

int run_node_drain(const Call& call, Console& console) {
  const Ordered ordered = give_order(call, console, "drain");
  if (ordered.status != all_well) return ordered.status;
  if (call.has("--no-wait")) return say_ordered(call, console, ordered.name, "told to hand its hosts over");
  return follow(call, console, ordered.name, [&](const ordered_json& status) { return judge(status, ordered.name); });
}

}  // namespace merlin::mon
