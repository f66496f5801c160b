// mon node restart [NAME…] [--self] [--all] [--type=…]
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mon/cli/commands.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/service/moving.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

enum class RestartOutcome { not_restarted, restarted, failed, left_drained };

const char* word_of(RestartOutcome outcome) {
  constexpr std::array words{"not restarted", "restarted", "failed", "left drained"};
  return words.at(static_cast<std::size_t>(outcome));
}

// One node's turn.
struct Turn {
  std::string name;
  const config::NodeConfig* node = nullptr;  // null: this node
  ssh::Session session{};
  std::optional<Error> fault{};
  RestartOutcome outcome = RestartOutcome::not_restarted;
};

// The last line that a command on this node printed.
std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  text = text.substr(text.rfind('\n') + 1);
  return text.starts_with("mon: ") ? text.substr(5) : text;
}

class RollingRestart {
 public:
  RollingRestart(const Call& call, Console& console, const ssh::LoginRules& rules)
      : call_(call), console_(console), visitor_(rules, interrupt_), steady_(rules, calm_) {}

  Outcome<int> run(std::vector<Turn>& turns) {
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

 private:
  // Whatever would stop it later is found before anything is restarted.
  Outcome<> prepare(std::vector<Turn>& turns) {
    const Answer status = ask_daemon(call_, {{"command", "status"}});
    if (!status) return status.failure();
    ssh::side_by_side(
        turns.size(), [&](std::size_t i) { log_in(turns[i], *status); }, [](std::size_t) {});
    Failure failure;
    for (const Turn& turn : turns) {
      if (turn.fault) failure.errors.push_back(*turn.fault);
    }
    if (failure.errors.empty()) return Ok{};
    failure.errors.push_back({"no node was restarted", "", ""});
    return failure;
  }

  void log_in(Turn& turn, const ordered_json& status) {
    const std::string state = text_at(node_of(status, turn.name), "state", "not active");
    if (state != "active") turn.fault = Error{fmt::format("it is {}", state), turn.name, "mon node status shows the reason"};
    if (turn.fault || turn.node == nullptr) return;
    auto session = visitor_.log_in(*turn.node);
    if (session)
      turn.session = std::move(*session);
    else
      turn.fault = session.error();
  }

  Result<> restart(Turn& turn) {
    const Answer status = ask_daemon(call_, {{"command", "status"}});
    if (!status) return status.failure().errors.front();
    const bool stays_drained = text_at(node_of(*status, turn.name), "phase") == "drained";
    if (!stays_drained) {
      if (auto drained = drain(turn); !drained) return drained;
    }
    auto restarted = restart_services(turn);
    if (restarted) restarted = heard_again(turn);
    if (!restarted) {
      turn.outcome = RestartOutcome::left_drained;
      return Error{fmt::format("{}; it is left drained", restarted.error().what), turn.name,
                   fmt::format("correct the cause, then mon restart there, and mon node undrain {}", turn.name)};
    }
    turn.outcome = RestartOutcome::restarted;
    if (stays_drained) return say(turn, "restarted; it stays drained, as before");
    return take_back(turn);
  }

  Result<> drain(Turn& turn) {
    const auto ordered = order(turn, "drain");
    const auto drained = ordered ? wait_for(turn, drain_judge(turn.name)) : Result<std::string>(ordered.failure().errors.front());
    if (drained) return say(turn, *drained);
    turn.outcome = RestartOutcome::failed;
    static_cast<void>(order(turn, "undrain"));
    return Error{drained.error().what, turn.name, "it was not restarted, and its drain was cancelled"};
  }

  // Until our merlind hears it again: before, no order reaches it.
  Result<> heard_again(const Turn& turn) {
    const auto active = wait_for_move(call_, console_, turn.name, [&](const ordered_json& status) {
      const ordered_json node = node_of(status, turn.name);
      const std::string state = text_at(node, "state", "not active");
      const bool is_linked = flag_at(node, "linked") || turn.node == nullptr;
      return Progress{state == "active" && is_linked, is_linked ? state : "not linked", std::nullopt};
    });
    return active ? Result<>(Ok{}) : active.error();
  }

  Result<> take_back(Turn& turn) {
    const auto ordered = order(turn, "undrain");
    const auto ready = ordered ? wait_for(turn, share_judge(turn.name)) : Result<std::string>(ordered.failure().errors.front());
    if (ready) return say(turn, "restarted; " + *ready);
    turn.outcome = RestartOutcome::failed;
    return Error{"restarted, but not ready: " + ready.error().what, turn.name, "mon node status shows its state"};
  }

  // Ctrl-C does not end it: no core may be left stopped.
  Result<> restart_services(Turn& turn) {
    const std::string limit = fmt::format("{}ms", call_.timeout.count());
    if (turn.node == nullptr) return restart_here();
    const auto said = steady_.run(turn.session, turn.name, {"mon", "restart", "--timeout", limit});
    return said ? Result<>(Ok{}) : said.error();
  }

  Result<> restart_here() {
    Call restart = call_;
    restart.command = find_command("restart");
    restart.words.clear();
    restart.options.clear();
    std::ostringstream out;
    std::ostringstream errors;
    Console silent{out, errors};
    const auto done = restart.command->run(restart, silent);
    if (done && *done == kAllWell) return Ok{};
    return done ? Error{last_line(errors.str()), "", ""} : done.failure().errors.front();
  }

  Outcome<std::string> order(const Turn& turn, const char* verb) {
    Call named = call_;
    named.words = {turn.name};
    return give_order(named, {{"command", verb}});
  }

  Result<std::string> wait_for(const Turn& turn, const Judge& judge) {
    return wait_for_move(call_, console_, turn.name, [&](const ordered_json& status) {
      return interrupt_.raised() ? Progress{false, "", Error{"interrupted", turn.name, ""}} : judge(status);
    });
  }

  Result<> say(const Turn& turn, const std::string& text) {
    if (!call_.json()) console_.out << fmt::format("{}: {}\n", turn.name, text) << std::flush;
    return Ok{};
  }

  void name_the_others(const std::vector<Turn>& turns) {
    std::vector<std::string> names;
    for (const Turn& turn : turns) {
      if (turn.outcome == RestartOutcome::not_restarted) names.push_back(turn.name);
    }
    if (!names.empty()) console_.note(fmt::format("not restarted: {}", fmt::join(names, ", ")));
  }

  static ordered_json document_of(const std::vector<Turn>& turns) {
    ordered_json nodes = ordered_json::array();
    for (const Turn& turn : turns) {
      nodes.push_back({{"name", turn.name}, {"error", nullptr}, {"outcome", word_of(turn.outcome)}});
      if (turn.fault) nodes.back()["error"] = turn.fault->text();
    }
    return {{"nodes", std::move(nodes)}};
  }

  const Call& call_;
  Console& console_;
  const ssh::Interrupt interrupt_;
  const ssh::Interrupt calm_{ssh::Interrupt::Listens::no};
  Visitor visitor_;
  Visitor steady_;
};

Outcome<int> run_node_restart(const Call& call, Console& console) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto chosen = choose_nodes(call, *config);
  if (!chosen) return chosen.failure();
  const auto rules = login_rules(call);
  if (!rules) return rules.error();
  std::vector<Turn> turns;
  for (const auto& node : *chosen) turns.push_back({.name = node.name, .node = &node});
  if (call.has("--self")) turns.push_back({.name = config->node_name});
  return RollingRestart(call, console, *rules).run(turns);
}

}  // namespace

namespace commands {

extern const Command kNodeRestart = options::for_nodes({
    .name = "node restart",
    .section = Section::services,
    .arguments = "[NAME…] [--self] [--all] [--type=TYPE,…]",
    .summary = "restart nodes one after another, without a missed check",
    .details =
        "Restarts merlind and the core of each node, in the order of merlin.conf; without NAME: of all configured nodes. Each node is\n"
        "drained first, restarted over ssh, and ready again before the next. If a node cannot be reached or is not active,\n"
        "nothing is restarted. At the first failure the command stops: a node that does not come up stays drained, and the\n"
        "following ones are not restarted. --timeout limits each step.",
    .examples = {"mon node restart --type=peer", "mon node restart --all --self", "mon node restart peer02"},
    .options = {{"--self", "", "also restart this node, as the last"}},
    .timeout = kMoveTimeout,
    .run = run_node_restart,
});

}  // namespace commands

}  // namespace merlin::mon
