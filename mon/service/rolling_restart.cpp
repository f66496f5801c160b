#include "mon/service/rolling_restart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "mon/cli/commands.hpp"
#include "mon/cli/last_line.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

const char* word_of(RestartOutcome outcome) {
  constexpr std::array words{"not restarted", "restarted", "failed", "left drained"};
  return words.at(static_cast<std::size_t>(outcome));
}

ordered_json document_of(const std::vector<Turn>& turns) {
  ordered_json nodes = ordered_json::array();
  for (const Turn& turn : turns) {
    nodes.push_back({{"name", turn.name}, {"error", nullptr}, {"outcome", word_of(turn.outcome)}});
    if (turn.fault) nodes.back()["error"] = turn.fault->text();
  }
  return {{"nodes", std::move(nodes)}};
}

std::string undrain_command(const Turn& turn) { return fmt::format("mon node undrain {}", turn.name); }

}  // namespace

Outcome<int> RollingRestart::run(std::vector<Turn>& turns) {
  if (const auto ready = prepare(turns); !ready) {
    if (call_.json()) console_.print(document_of(turns));
    return ready.failure();
  }
  for (Turn& turn : turns) {
    if (interrupt_.raised()) break;
    const auto done = restart(turn);
    if (done) continue;
    turn.fault = done.error();
    console_.error(done.error());
    break;
  }
  if (call_.json())
    console_.print(document_of(turns));
  else
    name_the_others(turns);
  if (interrupt_.raised()) return ssh::kInterruptedStatus;
  return std::ranges::all_of(turns, [](const Turn& turn) { return turn.outcome == RestartOutcome::restarted; }) ? kAllWell : kFailed;
}

// Whatever would stop it later is found before anything is restarted.
Outcome<> RollingRestart::prepare(std::vector<Turn>& turns) {
  const Answer status = ask_daemon(call_, {{"command", "status"}});
  if (!status) return status.failure();
  ssh::side_by_side(
      turns.size(), [&](std::size_t i) { look_at(turns[i], *status); }, [](std::size_t) {});
  Failure failure;
  for (const Turn& turn : turns) {
    if (turn.fault) failure.errors.push_back(*turn.fault);
  }
  if (failure.errors.empty()) return Ok{};
  failure.errors.push_back({"no node was restarted", "", ""});
  return failure;
}

void RollingRestart::look_at(Turn& turn, const ordered_json& status) {
  const ordered_json node = node_of(status, turn.name);
  if (!is_active(node)) turn.fault = Error{fmt::format("it is {}", state_text_of(node)), turn.name, "mon node status shows the reason"};
  if (turn.fault) return;
  const auto ready = turn.node == nullptr ? mon_restart_here(true) : log_in(turn);
  if (!ready) turn.fault = Error{ready.error().what, turn.name, ready.error().fix};
}

Result<> RollingRestart::log_in(Turn& turn) {
  auto session = visitor_.log_in(*turn.node);
  if (!session) return session.error();
  turn.session = std::move(*session);
  const auto checked = visitor_.run(turn.session, turn.name, {"mon", "restart", "--check"});
  return checked ? Result<>(Ok{}) : checked.error();
}

Result<> RollingRestart::restart(Turn& turn) {
  const Answer status = ask_daemon(call_, {{"command", "status"}});
  if (!status) return status.failure().errors.front();
  const bool stays_drained = phase_of(node_of(*status, turn.name)) == NodePhase::drained;
  if (auto empty = stays_drained ? wait_until_empty(turn) : drain(turn); !empty) return empty;
  auto restarted = restart_services(turn);
  if (restarted) restarted = heard_again(turn);
  if (!restarted) {
    turn.outcome = RestartOutcome::left_drained;
    return Error{fmt::format("{}; it is left drained", restarted.error().what), turn.name,
                 fmt::format("correct the cause, then mon restart there{}", stays_drained ? "" : ", and " + undrain_command(turn))};
  }
  turn.outcome = RestartOutcome::restarted;
  if (!stays_drained) return take_back(turn);
  say(turn, "restarted; it stays drained, as before");
  return Ok{};
}

Result<> RollingRestart::drain(Turn& turn) {
  const auto ordered = order(turn, "drain");
  const auto drained = ordered ? wait_for(turn, drain_judge(turn.name)) : Result<std::string>(ordered.failure().errors.front());
  if (drained) {
    say(turn, *drained);
    return Ok{};
  }
  // The order may have arrived although its answer did not.
  const auto cancelled = order(turn, "undrain");
  turn.outcome = cancelled ? RestartOutcome::failed : RestartOutcome::left_drained;
  if (cancelled) return Error{drained.error().what, turn.name, "it was not restarted, and its drain was cancelled"};
  return Error{fmt::format("{}; it was not restarted, and its drain could not be cancelled: {}", drained.error().what,
                           cancelled.failure().errors.front().what),
               turn.name, undrain_command(turn)};
}

// Somebody else has drained it, perhaps just now.
Result<> RollingRestart::wait_until_empty(Turn& turn) {
  const auto drained = wait_for(turn, drain_judge(turn.name));
  if (drained) return Ok{};
  turn.outcome = RestartOutcome::failed;
  return Error{drained.error().what, turn.name, "it was not restarted, and it stays drained, as before"};
}

// Until our merlind hears it again: before, no order reaches it.
Result<> RollingRestart::heard_again(const Turn& turn) {
  const auto active = wait_for_move(call_, console_, turn.name, [&](const ordered_json& status) {
    const ordered_json node = node_of(status, turn.name);
    const bool is_linked = flag_at(node, "linked") || turn.node == nullptr;
    return Progress{is_active(node) && is_linked, is_linked ? state_text_of(node) : "not linked", std::nullopt};
  });
  return active ? Result<>(Ok{}) : active.error();
}

Result<> RollingRestart::take_back(Turn& turn) {
  const auto ordered = order(turn, "undrain");
  if (!ordered) {
    turn.outcome = RestartOutcome::left_drained;
    return Error{fmt::format("restarted, but its drain could not be ended: {}", ordered.failure().errors.front().what), turn.name,
                 undrain_command(turn)};
  }
  const auto ready = wait_for(turn, share_judge(turn.name));
  if (ready) {
    say(turn, "restarted; " + *ready);
    return Ok{};
  }
  turn.outcome = RestartOutcome::failed;
  return Error{"restarted, but not ready: " + ready.error().what, turn.name, "mon node status shows its state"};
}

// Ctrl-C does not end it: no core may be left stopped.
Result<> RollingRestart::restart_services(Turn& turn) {
  const std::string limit = fmt::format("{}ms", call_.timeout.count());
  if (turn.node == nullptr) return mon_restart_here(false);
  const auto said = steady_.run(turn.session, turn.name, {"mon", "restart", "--timeout", limit});
  return said ? Result<>(Ok{}) : said.error();
}

Result<> RollingRestart::mon_restart_here(bool only_check) const {
  Call restart = call_;
  restart.command = find_command("restart");
  restart.words.clear();
  restart.options.clear();
  if (only_check) restart.options["--check"] = "";
  std::ostringstream out;
  std::ostringstream errors;
  Console silent{out, errors};
  const auto done = restart.command->run(restart, silent);
  if (done && *done == kAllWell) return Ok{};
  return done ? Error{last_line(errors.str()), "", ""} : done.failure().errors.front();
}

Outcome<std::string> RollingRestart::order(const Turn& turn, const char* verb) {
  Call named = call_;
  named.words = {turn.name};
  ordered_json request{{"command", verb}};
  if (request["command"] == "drain") request["reason"] = "restart";
  return give_order(named, std::move(request));
}

Result<std::string> RollingRestart::wait_for(const Turn& turn, const Judge& judge) {
  return wait_for_move(call_, console_, turn.name, [&](const ordered_json& status) {
    return interrupt_.raised() ? Progress{false, "", Error{"interrupted", turn.name, ""}} : judge(status);
  });
}

void RollingRestart::say(const Turn& turn, const std::string& text) {
  if (!call_.json()) console_.out << fmt::format("{}: {}\n", turn.name, text) << std::flush;
}

void RollingRestart::name_the_others(const std::vector<Turn>& turns) {
  std::vector<std::string> names;
  for (const Turn& turn : turns) {
    if (turn.outcome == RestartOutcome::not_restarted) names.push_back(turn.name);
  }
  if (!names.empty()) console_.note(fmt::format("not restarted: {}", fmt::join(names, ", ")));
}

}  // namespace merlin::mon
