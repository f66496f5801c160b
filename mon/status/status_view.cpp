#include "mon/status/status_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mon/cli/console.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/cli/quantity.hpp"
#include "mon/cli/text_table.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kUnknown = "-";

std::string word_at(const ordered_json& node, const char* key) { return plain(text_at(node, key, std::string(kUnknown))); }

Cell count(const ordered_json& node, const char* key, Tint above_zero = Tint::none) {
  const auto number = real_at(node, key);
  if (!number) return {std::string(kUnknown), Tint::faint};
  return {fmt::format("{:.0f}", *number), *number > 0 ? above_zero : Tint::none};
}

Cell quantity(const ordered_json& node, const char* key, std::string (*text)(double)) {
  const auto number = real_at(node, key);
  return number ? Cell{text(*number)} : Cell{std::string(kUnknown), Tint::faint};
}

Cell name(const ordered_json& node) { return {(flag_at(node, "self") ? "* " : "  ") + word_at(node, "name")}; }

// "active", or the phase if it is not the usual one: "joining", "drained". "active via peer03" if its own link is down.
Cell state(const ordered_json& node) {
  const std::string state = word_at(node, "state");
  const std::string phase = unusual_phase_of(node);
  const std::string relay = relay_of(node);
  const std::string via = relay.empty() ? "" : " via " + plain(relay);
  if (!phase.empty()) return {plain(phase) + via, Tint::warning};
  if (!via.empty()) return {state + via, Tint::warning};
  if (is_active(node)) return {state, Tint::good};
  const NodeState known = state_of(node);
  return {state, known == NodeState::never_seen || known == NodeState::no_daemon ? Tint::warning : Tint::bad};
}

Cell health(const ordered_json& node, const char* key, Tint tint) {
  const std::string word = word_at(node, key);
  return {word, word == kUnknown ? Tint::faint : tint};
}

Cell core(const ordered_json& node) {
  const CoreState state = core_of(node);
  return health(node, "core", state == CoreState::running ? Tint::good : state == CoreState::busy ? Tint::warning : Tint::bad);
}

Cell daemon(const ordered_json& node) {
  const DaemonState state = daemon_of(node);
  return health(node, "daemon", state == DaemonState::running ? Tint::good : state == DaemonState::away ? Tint::warning : Tint::bad);
}

Cell alive(const ordered_json& node) {
  if (flag_at(node, "self") && is_active(node)) return {"now"};
  if (state_of(node) == NodeState::never_seen) return {"never", Tint::warning};
  return quantity(node, "since_heard_ms", age_text);
}

Cell configuration(const ordered_json& node) {
  const std::string word = word_at(node, "config");
  if (word == kUnknown) return {word, Tint::faint};
  return {word, config_of(node) == ConfigRelation::same ? Tint::none : Tint::warning};
}

Cell encrypted(const ordered_json& node) {
  const auto found = node.find("encrypted");
  if (found == node.end() || !found->is_boolean()) return {std::string(kUnknown), Tint::faint};
  return found->get<bool>() ? Cell{"yes"} : Cell{"no", Tint::bad};
}

struct Field {
  Column column;
  Cell (*cell)(const ordered_json& node);
};

// On a narrow terminal the fields with the smallest number are dropped first; 0 always stays.
const std::vector<Field>& fields() {
  using Node = const ordered_json&;
  static const std::vector<Field> kAll = {
      {{"  NODE"}, name},
      {{"TYPE", false, 5}, [](Node n) { return Cell{word_at(n, "type")}; }},
      {{"STATE"}, state},
      {{"CORE"}, core},
      {{"DAEMON", false, 4}, daemon},
      {{"HOSTS", true}, [](Node n) { return count(n, "hosts_owned"); }},
      {{"SERVICES", true}, [](Node n) { return count(n, "services_owned"); }},
      {{"SHARE", true}, [](Node n) { return quantity(n, "share", share_text); }},
      {{"CHECKS", true, 2}, [](Node n) { return count(n, "checks_run"); }},
      {{"OVERDUE", true}, [](Node n) { return count(n, "overdue", Tint::warning); }},
      {{"ALIVE", true}, alive},
      {{"LATENCY", true, 8}, [](Node n) { return quantity(n, "latency_ms", latency_text); }},
      {{"CLOCK", true, 7}, [](Node n) { return quantity(n, "clock_offset_ms", offset_text); }},
      {{"CONFIG", false, 10}, configuration},
      {{"BACKLOG", true, 9}, [](Node n) { return count(n, "backlog"); }},
      {{"TLS", false, 1}, encrypted},
      {{"VERSION", false, 6}, [](Node n) { return Cell{word_at(n, "version")}; }},
  };
  return kAll;
}

Row row_of(const ordered_json& node) {
  Row row;
  for (const Field& field : fields()) row.cells.push_back(field.cell(node));
  const std::string why = plain(text_at(node, "why"));
  const bool is_usual = is_active(node) && unusual_phase_of(node).empty();
  const bool says_more = why != text_at(node, "state");
  if (!is_usual && says_more) row.below = why;
  return row;
}

std::string heading(const ordered_json& status) {
  const auto number = [&](const char* key) { return number_at(status, key, -1); };
  if (number("hosts") < 0) return "";
  const std::string cluster = plain(text_at(status, "cluster"));
  return fmt::format("{}: {} hosts, {} services\n\n", cluster.empty() ? "cluster" : "cluster " + cluster, number("hosts"),
                     number("services"));
}

// How to fix a problem: a command for this node, a command for another node, or advice in words.
std::string fix_text(const std::string& fix) {
  if (fix.empty()) return "";
  const std::size_t there = fix.find(": mon ");
  if (fix.starts_with("on ") && there != std::string::npos) {
    return fmt::format("; fix on {}: {}", fix.substr(3, there - 3), fix.substr(there + 2));
  }
  return "; fix: " + fix;
}

std::string problem_lines(const ordered_json& status, bool colour) {
  std::string lines;
  for (const ordered_json& problem : objects_at(status, "problems")) {
    const std::string mark = tinted("!", Tint::bad, colour);
    lines += fmt::format("{} {}{}\n", mark, plain(text_at(problem, "text")), fix_text(plain(text_at(problem, "fix"))));
  }
  for (const ordered_json& key : objects_at(status, "not_in_effect")) {
    lines += fmt::format("- {}: {}\n", plain(text_at(key, "where")), plain(text_at(key, "what")));
  }
  return lines.empty() ? "" : "\n" + lines;
}

}  // namespace

std::string draw_status(const ordered_json& status, const StatusLook& look) {
  std::vector<Column> columns;
  for (const Field& field : fields()) columns.push_back(field.column);
  std::vector<Row> rows;
  for (const ordered_json& node : nodes_of(status)) rows.push_back(row_of(node));
  return heading(status) + draw_table(columns, rows, look.width, look.colour) + problem_lines(status, look.colour);
}

bool all_active(const ordered_json& status) {
  const auto nodes = nodes_of(status);
  return !nodes.empty() && std::ranges::all_of(nodes, [](const ordered_json& node) { return is_active(node); });
}

ordered_json status_without_daemon(const config::Config& config) {
  const auto unknown_node = [](const std::string& name, std::string_view type, bool self) {
    return ordered_json{{"name", name}, {"id", nullptr}, {"type", type}, {"self", self}, {"state", "unknown"}, {"why", nullptr}};
  };
  ordered_json nodes = ordered_json::array({unknown_node(config.node_name, "peer", true)});
  for (const auto& node : config.nodes) nodes.push_back(unknown_node(node.name, config::type_name(node.type), false));
  const ordered_json problem{{"text", "merlind is not running here"}, {"fix", "mon start"}};
  return {{"self", config.node_name}, {"cluster", config.cluster}, {"nodes", nodes}, {"problems", ordered_json::array({problem})}};
}

}  // namespace merlin::mon
