// mon check status, node and distribution: plugins that ask merlind
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mon/check/plugin.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/status/local_problems.hpp"

namespace merlin::mon {
namespace {

using check::Measure;
using check::Report;
using check::State;
using nlohmann::ordered_json;

// Configured nodes only: nodes that only others name have no type here.
bool is_ours(const ordered_json& node) { return !text_at(node, "type").empty(); }

std::string first_error(const ControlFault& fault) {
  return fault.errors.empty() ? "merlind does not answer" : fault.errors.front().text();
}

// Without permission to ask, the state is unknown.
Report no_daemon(const ControlFault& fault) {
  const bool may_ask = fault.kind != ControlFault::Kind::no_permission;
  return {may_ask ? State::critical : State::unknown, first_error(fault), {}};
}

// Why the core of this node is not connected, and the fix; empty: it is.
std::string core_text(const ordered_json& status) {
  for (const ordered_json& problem : status.value("problems", ordered_json::array())) {
    if (!problem.is_object()) continue;
    if (const std::string kind = text_at(problem, "kind"); kind != "core_not_connected" && kind != "core_disabled") continue;
    const std::string fix = text_at(problem, "fix");
    return fmt::format(", {}{}", text_at(problem, "text"), fix.empty() ? "" : "; fix: " + fix);
  }
  return "";
}

std::string why_text(const ordered_json& status, const ordered_json& node) {
  const std::string why = text_at(node, "why");
  return fmt::format("{} is {}{}{}", text_at(node, "name"), text_at(node, "state", "unknown"), why.empty() ? "" : fmt::format(" ({})", why),
                     flag_at(node, "self") ? core_text(status) : "");
}

std::string first_problem(const ordered_json& status) {
  for (const ordered_json& problem : status.value("problems", ordered_json::array())) {
    if (problem.is_object()) return text_at(problem, "text");
  }
  return "";
}

double problem_count(const ordered_json& status) {
  const auto problems = status.find("problems");
  return problems != status.end() && problems->is_array() ? static_cast<double>(problems->size()) : 0;
}

Report status_report(const ordered_json& status, const check::Thresholds& limits) {
  double nodes = 0;
  double inactive = 0;
  std::string missing;
  for (const ordered_json& node : nodes_of(status)) {
    if (!is_ours(node)) continue;
    nodes += 1;
    if (is_active(node)) continue;
    inactive += 1;
    missing += ", " + why_text(status, node);
  }
  Report report;
  const std::string problem = first_problem(status);
  report.state = check::worse(limits.judge(inactive), problem.empty() ? State::ok : State::warning);
  report.text = fmt::format("{} of {} nodes active{}", nodes - inactive, nodes, missing);
  if (missing.empty() && !problem.empty()) report.text += ", " + problem;
  report.measures = {{"nodes", nodes, "", false}, {"inactive", inactive, "", true}, {"problems", problem_count(status), "", false}};
  return report;
}

Report node_report(const ordered_json& status, const ordered_json& node, const check::Thresholds& limits) {
  const double overdue = static_cast<double>(number_at(node, "overdue"));
  Report report;
  report.state = limits.judge(overdue);
  if (!is_active(node)) {
    report.state = State::critical;
    report.text = why_text(status, node);
  } else {
    const std::string relay = relay_of(node);
    const bool is_well = is_ready(node) && relay.empty() && has_running_core(node);
    report.state = check::worse(report.state, is_well ? State::ok : State::warning);
    report.text = fmt::format("{} is active{} and {}, its core {}, {} hosts and {} services, {} checks overdue", text_at(node, "name"),
                              relay.empty() ? "" : " via " + relay, text_at(node, "phase", "unknown"), text_at(node, "core", "unknown"),
                              number_at(node, "hosts_owned"), number_at(node, "services_owned"), overdue);
    if (flag_at(node, "self")) report.text += core_text(status);
  }
  report.measures = {{"overdue", overdue, "", true},
                     {"hosts", static_cast<double>(number_at(node, "hosts_owned")), "", false},
                     {"services", static_cast<double>(number_at(node, "services_owned")), "", false},
                     {"backlog", static_cast<double>(number_at(node, "backlog")), "", false}};
  if (const auto latency = real_at(node, "latency_ms")) report.measures.push_back({"latency", *latency / 1000, "s", false});
  return report;
}

double weight_of(const ordered_json& node) { return is_ready(node) ? static_cast<double>(number_at(node, "weight", 1)) : 0; }

// The largest difference between a node's hosts and its share, in percent of all hosts; and whether each host has one owner.
Report distribution_report(const ordered_json& status, const check::Thresholds& limits) {
  const auto nodes = nodes_of(status);
  const double hosts = static_cast<double>(number_at(status, "hosts"));
  double weights = 0;
  double owned = 0;
  for (const ordered_json& node : nodes) {
    weights += weight_of(node);
    owned += static_cast<double>(number_at(node, "hosts_owned"));
  }
  Report report;
  double farthest = 0;
  for (const ordered_json& node : nodes) {
    const double has = static_cast<double>(number_at(node, "hosts_owned"));
    const double due = weights > 0 ? hosts * weight_of(node) / weights : 0;
    if (hosts > 0) farthest = std::max(farthest, std::abs(has - due) * 100 / hosts);
    report.measures.push_back({text_at(node, "name") + "_hosts", has, "", false});
  }
  report.measures.insert(report.measures.begin(), Measure{"deviation", farthest, "%", true});
  report.state = limits.judge(farthest);
  report.text = fmt::format("{} hosts, largest difference from a node's share: {:.1f}%", hosts, farthest);
  // An older merlind does not count them. More owned hosts than ours are those that only another node has configured.
  const double twice = real_at(status, "hosts_run_twice").value_or(std::max(0.0, owned - hosts));
  if (owned >= hosts && twice == 0) return report;
  report.state = State::critical;
  report.text = twice > 0 ? fmt::format("{} of {} hosts have two owners", twice, hosts)
                          : fmt::format("{} of {} hosts have no owner", hosts - owned, hosts);
  return report;
}

// Asks merlind for its status and lets `judge` report on it.
template <class Judge>
Outcome<int> check_status_of_cluster(const Call& call, Console& console, const char* warning, const char* critical, Judge judge) {
  const auto limits = check::thresholds(call, warning, critical);
  if (!limits) return limits.error();
  check::end_in_time(call);
  const Answer answer = ask_daemon(call, {{"command", "status"}});
  if (!answer) return check::finish(call, console, no_daemon(answer.fault()));
  ordered_json status = *answer;
  add_local_problems(call, status);
  const Result<Report> report = judge(status, *limits);
  if (!report) return report.error();
  return check::finish(call, console, *report, *limits);
}

Outcome<int> run_check_status(const Call& call, Console& console) {
  return check_status_of_cluster(call, console, "0", "0", status_report);
}

Outcome<int> run_check_node(const Call& call, Console& console) {
  const std::string& name = call.words.front();
  return check_status_of_cluster(call, console, "50", "200", [&](const ordered_json& status, const auto& limits) -> Result<Report> {
    const ordered_json node = node_of(status, name);
    if (!node.is_object()) return Error{fmt::format("there is no node {}", name), "", ""};
    return node_report(status, node, limits);
  });
}

Outcome<int> run_check_distribution(const Call& call, Console& console) {
  return check_status_of_cluster(call, console, "15", "30", distribution_report);
}

}  // namespace

namespace commands {

extern const Command kCheckStatus = check::plugin({
    .name = "check status",
    .summary = "a monitoring plugin: are all nodes active, and is there a problem?",
    .details = "--warning and --critical limit the number of nodes that are not active (default: 0 and 0). Critical if merlind does not\n"
               "answer. A problem in 'mon node status' is a warning.\n"
               "Like every 'mon check': one line with performance data; exit status 0 ok, 1 warning, 2 critical, 3 unknown.",
    .examples = {"mon check status", "mon check status --warning 0 --critical 1"},
    .run = run_check_status,
});

extern const Command kCheckNode = check::plugin({
    .name = "check node",
    .arguments = "NAME",
    .summary = "a monitoring plugin: does this node work?",
    .details = "Critical if it is not active; a warning if it is not ready, its core is not running, or its link to this node is down.\n"
               "--warning and --critical limit the number of its overdue checks (default: 50 and 200).",
    .examples = {"mon check node peer02"},
    .min_words = 1,
    .max_words = 1,
    .run = run_check_node,
});

extern const Command kCheckDistribution = check::plugin({
    .name = "check distribution",
    .summary = "a monitoring plugin: does each host have one owner, and each node its share?",
    .details = "--warning and --critical limit the largest difference between a node's hosts and its share, in percent of all hosts\n"
               "(default: 15 and 30). Critical if a host has no owner or two.",
    .examples = {"mon check distribution --warning 10 --critical 25"},
    .run = run_check_distribution,
});

}  // namespace commands

}  // namespace merlin::mon
