// mon start, stop and restart
#include "mon/service/service.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "mon/cli/child.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/cli/options.hpp"
#include "mon/oconf/here.hpp"
#include "mon/oconf/loaded.hpp"
#include "mon/service/core_check.hpp"
#include "mon/service/core_diagnosis.hpp"
#include "mon/service/service_plan.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr Millis kPollInterval{200};
constexpr Millis kAnswerTimeout{5'000};
constexpr Millis kCoreTimeout{60'000};  // until a restarted core is connected to merlind
constexpr Millis kStartTimeout{5'000};  // until the process of a started core exists
constexpr Millis kSettleTime{1'000};    // a core that cannot start ends within this time
constexpr Millis kLookInterval{3'000};  // between two checks of why it is not connected

// The time of one call, shared by all its steps.
class Patience {
 public:
  explicit Patience(Millis timeout) : end_(Clock::now() + timeout) {}
  Millis left() const { return std::max(Millis(1), std::chrono::ceil<Millis>(end_ - Clock::now())); }
  bool is_over() const { return Clock::now() >= end_; }

 private:
  Clock::time_point end_;
};

bool wait_until(const Patience& patience, const std::function<bool()>& is_so) {
  while (!is_so()) {
    if (patience.is_over()) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

Answer ask_quickly(const Call& call, const char* command) {
  Call quick = call;
  quick.timeout = kAnswerTimeout;
  return ask_daemon(quick, {{"command", command}});
}

// Reports each step as it happens or, with --json, all of them in one document at the end.
class Account {
 public:
  Account(const Call& call, Console& console) : json_(call.json()), console_(console) {}
  Account(const Account&) = delete;
  ~Account() {
    if (json_) console_.print({{"steps", std::move(steps_)}, {"error", std::move(error_)}});
  }

  void done(const ServiceStep& step, const Result<>& ran) {
    steps_.push_back({{"name", step.what}, {"done", nullptr}, {"error", nullptr}});
    if (ran) {
      steps_.back()["done"] = step.done;
      if (!json_) console_.out << fmt::format("{} {}\n", step.what, step.done) << std::flush;
    } else {
      steps_.back()["error"] = ran.error().text();
      if (!json_) console_.error(ran.error());
    }
  }
  void note(std::string_view line) {
    if (!json_) console_.out << line << '\n';
  }
  int fails(const Error& error) {
    error_ = error.text();
    if (!json_) console_.error(error);
    return kFailed;
  }

 private:
  const bool json_;
  Console& console_;
  ordered_json steps_ = ordered_json::array();
  ordered_json error_;
};

Error as_error(const CoreDiagnosis& diagnosis) { return {diagnosis.text, "core", diagnosis.fix}; }

// A start command may succeed for a core that ends at once. If its process cannot be recognised, the command's status counts.
Result<> confirm_core(const config::Config& config) {
  const auto runs = [&] { return core_process_runs(config.core).value_or(true); };
  const Patience patience(kStartTimeout);
  if (wait_until(patience, runs)) std::this_thread::sleep_for(kSettleTime);
  if (runs()) return Ok{};
  return as_error(diagnose(look_at_core(config.core)));
}

Result<> take_step(const ServiceStep& step, const config::Config& config, const Patience& patience) {
  const bool starts_core = step.what == "core" && step.done != "stopped";
  const auto ran = run_child(step.argv, patience.left());
  if (!starts_core) return ran;
  if (ran) return confirm_core(config);
  const CoreDiagnosis diagnosis = diagnose(look_at_core(config.core));
  // "It does not run" is no reason; the command's message may contain one.
  return diagnosis.cause == CoreCause::stopped || diagnosis.cause == CoreCause::not_connected ? ran : Result<>(as_error(diagnosis));
}

// A failed step does not prevent the next one: what was stopped must start again.
int take_steps(const std::vector<ServiceStep>& steps, const config::Config& config, const Patience& patience, Account& account) {
  int status = kAllWell;
  for (const ServiceStep& step : steps) {
    const Result<> taken = take_step(step, config, patience);
    account.done(step, taken);
    if (!taken) status = kFailed;
  }
  return status;
}

// Empty: it may still connect.
std::optional<CoreDiagnosis> why_not_connected(const config::Config& config) {
  CoreDiagnosis diagnosis = diagnose(look_at_core(config.core));
  const bool may_connect = diagnosis.cause == CoreCause::not_connected || diagnosis.ends_by_itself;
  return may_connect ? std::nullopt : std::optional(std::move(diagnosis));
}

// Waits until the core is connected to merlind, or cannot connect any more.
Result<> wait_for_core(const Call& call, const config::Config& config, const Patience& patience) {
  for (;;) {
    const Patience a_while(std::min(kLookInterval, patience.left()));
    if (wait_until(a_while, [&] { return core_runs(call); })) return Ok{};
    if (const auto diagnosis = why_not_connected(config)) return as_error(*diagnosis);
    if (patience.is_over()) return as_error(diagnose(look_at_core(config.core)));
  }
}

int wait_for_both(const Call& call, const config::Config& config, const Patience& patience, Account& account) {
  if (!wait_until(patience, [&] { return ask_quickly(call, "version").ok(); })) {
    return account.fails({"merlind does not answer", config.daemon.control_socket, fmt::format("see {}", config.log_file)});
  }
  if (const auto connected = wait_for_core(call, config, patience); !connected) return account.fails(connected.error());
  account.note("both are running");
  return kAllWell;
}

// Detects everything that would prevent daemon or core from starting again, before stopping anything.
Result<> check_first(const config::Config& config, const Machine& machine, const Patience& patience) {
  const auto verify = verify_command(config.core, machine);
  if (verify.empty()) return Ok{};
  const auto good = check_core(verify, core_files(config.core, machine).config, patience.left());
  if (good) return Ok{};
  return Error{"the core would not start again: " + good.error().what, good.error().where,
               "correct its configuration; nothing was stopped"};
}

Outcome<int> run_service(const Call& call, Console& console, Action action) {
  if (::geteuid() != 0)
    return Error{"only root may do this", std::string(call.command->name), fmt::format("sudo mon {}", call.command->name)};
  const auto config = load_config(call);
  if (!config) return config.failure();
  const Machine machine = look_at_machine();
  Account account(call, console);
  const auto plan = plan_service(action, config->core, machine);
  if (!plan) return account.fails(plan.error());
  const Patience patience(call.timeout);
  if (action != Action::stop) mend_configuration(*config);
  const auto good = action == Action::restart ? check_first(*config, machine, patience) : Result<>(Ok{});
  if (!good) return account.fails(good.error());
  if (call.has("--check")) {
    account.note("both would start again");
    return kAllWell;
  }
  std::optional<oconf::Loading> loading;
  if (action == Action::restart) loading.emplace(core_files(config->core, machine).config);
  const int status = take_steps(*plan, *config, patience, account);
  if (action != Action::stop) {
    const bool waits = status == kAllWell && !call.has("--no-wait");
    const int ended = waits ? wait_for_both(call, *config, patience, account) : status;
    if (waits && ended == kAllWell && loading) loading->done();
    return ended;
  }
  if (wait_until(patience, [&] { return ask_quickly(call, "version").not_running(); })) return status;
  return account.fails({"merlind is still running", config->daemon.control_socket, "see its log"});
}

}  // namespace

bool core_runs(const Call& call) {
  const Answer status = ask_quickly(call, "status");
  return status && has_running_core(node_of(*status, ""));
}

Result<> restart_core(const Call& call, const config::Config& config) {
  const auto plan = plan_service(Action::restart_core, config.core, look_at_machine());
  if (!plan) return plan.error();
  const Patience patience(kCoreTimeout);
  Result<> outcome = Ok{};
  const oconf::Loading loading(core_files(config.core, look_at_machine()).config);
  for (const ServiceStep& step : *plan) {
    auto taken = take_step(step, config, patience);
    if (!taken && outcome) outcome = std::move(taken);
  }
  if (outcome) outcome = wait_for_core(call, config, patience);
  if (outcome) loading.done();
  return outcome;
}

namespace {

Outcome<int> run_start(const Call& call, Console& console) { return run_service(call, console, Action::start); }
Outcome<int> run_stop(const Call& call, Console& console) { return run_service(call, console, Action::stop); }
Outcome<int> run_restart(const Call& call, Console& console) { return run_service(call, console, Action::restart); }

}  // namespace

namespace commands {

extern const Command kStart{
    .name = "start",
    .section = Section::services,
    .summary = "start merlind, then the core",
    .examples = {"mon start"},
    .options = {options::kNoWait, options::kJson},
    .timeout = kServiceTimeout,
    .run = run_start,
};

extern const Command kStop{
    .name = "stop",
    .section = Section::services,
    .summary = "stop the core, then merlind",
    .examples = {"mon stop"},
    .options = {options::kJson},
    .timeout = kServiceTimeout,
    .run = run_stop,
};

extern const Command kRestart{
    .name = "restart",
    .section = Section::services,
    .summary = "restart merlind and the core, announced to the other nodes",
    .details = "merlin.conf and the core's configuration are checked first. If one is invalid, nothing is stopped.",
    .examples = {"mon restart", "mon restart --check"},
    .options = {{"--check", "", "only check whether both would start again"}, options::kNoWait, options::kJson},
    .timeout = kServiceTimeout,
    .run = run_restart,
};

}  // namespace commands

}  // namespace merlin::mon
