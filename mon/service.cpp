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

// A step that failed does not keep the next from being tried: what was stopped must start again.
int take_steps(const std::vector<ServiceStep>& steps, const Patience& patience, Console& console) {
  int status = all_well;
  for (const ServiceStep& step : steps) {
    const auto ran = run_child(step.argv, patience.left());
    if (ran) {
      console.out << fmt::format("{} {}\n", step.what, step.done) << std::flush;
      continue;
    }
    status = failed;
    console.error(ran.error());
  }
  return status;
}

int wait_for_both(const Call& call, const config::Config& config, const Patience& patience, Console& console) {
  if (!wait_until(patience, [&] { return ask_quickly(call, "version").ok(); })) {
    console.error({"merlind does not answer", config.daemon.control_socket, fmt::format("see {}", config.log_file)});
    return failed;
  }
  if (!wait_until(patience, [&] { return core_runs(call); })) {
    console.error({"merlind runs, but no core talks to it", "core", "does its configuration load merlin.so (broker_module=)? see its log"});
    return failed;
  }
  console.out << "both are up\n";
  return all_well;
}

// Whatever would keep daemon or core from starting again is found before anything is stopped.
int check_first(const config::Config& config, const Machine& machine, const Patience& patience, Console& console) {
  const auto verify = verify_command(config.core, machine);
  if (verify.empty()) return all_well;
  const auto good = run_child(verify, patience.left());
  if (good) return all_well;
  console.error({good.error().what, good.error().where, "the core would not start again: mend its configuration; nothing was stopped"});
  return failed;
}

int run_service(const Call& call, Console& console, Action action) {
  if (::geteuid() != 0) {
    console.error({"only root may do this", std::string(call.command->name), fmt::format("sudo mon {}", call.command->name)});
    return failed;
  }
  const auto config = load_config(call, console);
  if (!config) return failed;
  const Machine machine = look_at_machine();
  const auto plan = plan_service(action, config->core, machine);
  if (!plan) {
    console.error(plan.error());
    return failed;
  }
  const Patience patience(call.timeout);
  if (action != Action::stop) mend_configuration(*config);
  if (action == Action::restart && check_first(*config, machine, patience, console) != all_well) return failed;
  const int status = take_steps(*plan, patience, console);
  if (action != Action::stop) return call.has("--no-wait") || status != all_well ? status : wait_for_both(call, *config, patience, console);
  if (wait_until(patience, [&] { return ask_quickly(call, "version").not_running(); })) return status;
  console.error({"merlind still runs", config->daemon.control_socket, "see its log"});
  return failed;
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
