// mon start, stop and restart
#include "mon/service.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "mon/child.hpp"
#include "mon/commands.hpp"
#include "mon/oconf_here.hpp"
#include "mon/service_plan.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr Millis poll_interval{200};
constexpr Millis answer_timeout{5'000};
constexpr Millis core_timeout{60'000};  // until a core that was restarted talks to merlind

// One call's time, shared by all its steps.
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
    std::this_thread::sleep_for(poll_interval);
  }
  return true;
}

Answer ask_quickly(const Call& call, const char* command) {
  Call quick = call;
  quick.timeout = answer_timeout;
  return ask_daemon(quick, {{"command", command}});
}

// What was done, as it happens or, with --json, as one document at the end.
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
    return failed;
  }

 private:
  const bool json_;
  Console& console_;
  ordered_json steps_ = ordered_json::array();
  ordered_json error_;
};

// A step that failed does not keep the next from being tried: what was stopped must start again.
int take_steps(const std::vector<ServiceStep>& steps, const Patience& patience, Account& account) {
  int status = all_well;
  for (const ServiceStep& step : steps) {
    const auto ran = run_child(step.argv, patience.left());
    account.done(step, ran ? Result<>(Ok{}) : ran.error());
    if (!ran) status = failed;
  }
  return status;
}

int wait_for_both(const Call& call, const config::Config& config, const Patience& patience, Account& account) {
  if (!wait_until(patience, [&] { return ask_quickly(call, "version").ok(); })) {
    return account.fails({"merlind does not answer", config.daemon.control_socket, fmt::format("see {}", config.log_file)});
  }
  if (!wait_until(patience, [&] { return core_runs(call); })) {
    return account.fails(
        {"merlind runs, but no core talks to it", "core", "does its configuration load merlin.so (broker_module=)? see its log"});
  }
  account.note("both are up");
  return all_well;
}

// Whatever would keep daemon or core from starting again is found before anything is stopped.
Result<> check_first(const config::Config& config, const Machine& machine, const Patience& patience) {
  const auto verify = verify_command(config.core, machine);
  if (verify.empty()) return Ok{};
  const auto good = run_child(verify, patience.left());
  if (good) return Ok{};
  return Error{good.error().what, good.error().where, "the core would not start again: mend its configuration; nothing was stopped"};
}

int run_service(const Call& call, Console& console, Action action) {
  if (::geteuid() != 0) {
    console.error({"only root may do this", std::string(call.command->name), fmt::format("sudo mon {}", call.command->name)});
    return failed;
  }
  const auto config = load_config(call, console);
  if (!config) return failed;
  const Machine machine = look_at_machine();
  Account account(call, console);
  const auto plan = plan_service(action, config->core, machine);
  if (!plan) return account.fails(plan.error());
  const Patience patience(call.timeout);
  if (action != Action::stop) mend_configuration(*config);
  const auto good = action == Action::restart ? check_first(*config, machine, patience) : Result<>(Ok{});
  if (!good) return account.fails(good.error());
  const int status = take_steps(*plan, patience, account);
  if (action != Action::stop) return call.has("--no-wait") || status != all_well ? status : wait_for_both(call, *config, patience, account);
  if (wait_until(patience, [&] { return ask_quickly(call, "version").not_running(); })) return status;
  return account.fails({"merlind still runs", config->daemon.control_socket, "see its log"});
}

}  // namespace

bool core_runs(const Call& call) {
  const Answer status = ask_quickly(call, "status");
  if (!status) return false;
  const ordered_json self = node_of(*status, "");
  const std::string core = self.is_null() ? "" : text_at(self, "core");
  return core == "running" || core == "busy";
}

Result<> restart_core(const Call& call, const config::Config& config) {
  const auto plan = plan_service(Action::restart_core, config.core, look_at_machine());
  if (!plan) return plan.error();
  const Patience patience(core_timeout);
  Result<> outcome = Ok{};
  for (const ServiceStep& step : *plan) {
    auto ran = run_child(step.argv, patience.left());
    if (!ran && outcome) outcome = std::move(ran);
  }
  if (!outcome || wait_until(patience, [&] { return core_runs(call); })) return outcome;
  return Error{"the core does not come up", "core", "see its log"};
}

int run_start(const Call& call, Console& console) { return run_service(call, console, Action::start); }
int run_stop(const Call& call, Console& console) { return run_service(call, console, Action::stop); }
int run_restart(const Call& call, Console& console) { return run_service(call, console, Action::restart); }

}  // namespace merlin::mon
