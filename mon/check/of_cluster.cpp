// mon check status, node and distribution: of what merlind says
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mon/check/plugin.hpp"
#include "mon/commands.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using check::Measure;
using check::Report;
using check::State;
using nlohmann::ordered_json;

bool is_active(const ordered_json& node) { return text_at(node, "state") == "active"; }
bool is_ready(const ordered_json& node) { return is_active(node) && text_at(node, "phase") == "ready"; }

// Configured ones only: those that other nodes name have no type here.
bool is_ours(const ordered_json& node) { return !text_at(node, "type").empty(); }

std::string first_error(const ControlFault& fault) {
  return fault.errors.empty() ? "merlind gives no answer" : fault.errors.front().text();
}

// Whoever may not ask does not know.
Report no_daemon(const ControlFault& fault) {
  const bool may_ask = fault.kind != ControlFault::Kind::no_permission;
  return {may_ask ? State::critical : State::unknown, first_error(fault), {}};
}

std::string why_text(const ordered_json& node) {
  const std::string why = text_at(node, "why");
  return fmt::format("{} is {}{}", text_at(node, "name"), text_at(node, "state", "unknown"), why.empty() ? "" : fmt::format(" ({})", why));
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
    missing += ", " + why_text(node);
  }
  Report report;
  const std::string problem = first_problem(status);
  report.state = check::worse(limits.judge(inactive), problem.empty() ? State::ok : State::warning);
  report.text = fmt::format("{} of {} nodes active{}", nodes - inactive, nodes, missing);
  if (missing.empty() && !problem.empty()) report.text += ", " + problem;
  report.measures = {{"nodes", nodes, "", false}, {"inactive", inactive, "", true}, {"problems", problem_count(status), "", false}};
  return report;
}

Report node_report(const ordered_json& node, const check::Thresholds& limits) {
  const double overdue = static_cast<double>(number_at(node, "overdue"));
  const std::string core = text_at(node, "core", "unknown");
  Report report;
  report.state = limits.judge(overdue);
  if (!is_active(node)) {
    report.state = State::critical;
    report.text = why_text(node);
  } else {
    const bool is_well = is_ready(node) && (core == "running" || core == "busy");
    report.state = check::worse(report.state, is_well ? State::ok : State::warning);
    report.text =
        fmt::format("{} is active and {}, its core {}, {} hosts and {} services, {} checks overdue", text_at(node, "name"),
                    text_at(node, "phase", "unknown"), core, number_at(node, "hosts_owned"), number_at(node, "services_owned"), overdue);
  }
  report.measures = {{"overdue", overdue, "", true},
                     {"hosts", static_cast<double>(number_at(node, "hosts_owned")), "", false},
                     {"services", static_cast<double>(number_at(node, "services_owned")), "", false},
                     {"backlog", static_cast<double>(number_at(node, "backlog")), "", false}};
  if (const auto latency = real_at(node, "latency_ms")) report.measures.push_back({"latency", *latency / 1000, "s", false});
  return report;
}

double weight_of(const ordered_json& node) { return is_ready(node) ? static_cast<double>(number_at(node, "weight", 1)) : 0; }

// How far the node that is farthest from its share is from it, in percent of all hosts; and that each host has one owner.
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
  report.text = fmt::format("{} hosts, the shares differ by {:.1f}% at most from what is due", hosts, farthest);
  if (owned == hosts) return report;
  report.state = State::critical;
  report.text = owned < hosts ? fmt::format("{} of {} hosts are checked by nobody", hosts - owned, hosts)
                              : fmt::format("{} of {} hosts are checked by two nodes", owned - hosts, hosts);
  return report;
}

}  // namespace

int run_check_status(const Call& call, Console& console) {
  const auto limits = check::thresholds(call, console, "0", "0");
  if (!limits) return static_cast<int>(State::unknown);
  check::end_in_time(call);
  const Answer answer = ask_daemon(call, {{"command", "status"}});
  return answer ? check::finish(call, console, status_report(*answer, *limits), *limits)
                : check::finish(call, console, no_daemon(answer.fault()));
}

int run_check_node(const Call& call, Console& console) {
  const auto limits = check::thresholds(call, console, "50", "200");
  if (!limits) return static_cast<int>(State::unknown);
  check::end_in_time(call);
  const Answer answer = ask_daemon(call, {{"command", "status"}});
  if (!answer) return check::finish(call, console, no_daemon(answer.fault()));
  const ordered_json node = node_of(*answer, call.words.front());
  if (!node.is_object()) return check::unknown(console, fmt::format("merlind knows no node {}", call.words.front()));
  return check::finish(call, console, node_report(node, *limits), *limits);
}

int run_check_distribution(const Call& call, Console& console) {
  const auto limits = check::thresholds(call, console, "15", "30");
  if (!limits) return static_cast<int>(State::unknown);
  check::end_in_time(call);
  const Answer answer = ask_daemon(call, {{"command", "status"}});
  return answer ? check::finish(call, console, distribution_report(*answer, *limits), *limits)
                : check::finish(call, console, no_daemon(answer.fault()));
}

}  // namespace merlin::mon
