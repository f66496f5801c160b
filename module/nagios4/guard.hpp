// The border between Nagios and the module: owns all of the module, and lets no exception pass.
#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "module/agent/recovery.hpp"
#include "module/nagios4/core.hpp"
#include "module/nagios4/variables.hpp"
#include "module/shell/shell.hpp"
#include "module/shell/tls_wrap.hpp"
#include "shared/config/config.hpp"

namespace merlin::neb {

// Called by the core's loop for a descriptor: runs the watcher inside the guard.
int on_ready(int fd, int events, void* watcher) noexcept;

// Creates a new module some time after one has ended because of an error, from the core's loop.
class Revival final : public Watcher {
 public:
  // While the core's loop runs. Without a free descriptor there is no timer: arm() then does nothing.
  void open();
  void close();
  bool is_open() const { return timer_ >= 0; }
  void arm(Millis wait);
  void on_ready(int fd) override;

 private:
  int timer_ = -1;
};

// Why nothing is vetoed, and how to fix it.
struct Disabled {
  std::string reason;
  std::string fix;
  std::optional<SteadyTime> again;  // time of the next attempt
};

// Created at each load and destroyed at each unload, so that a reload starts with nothing.
struct Loaded {
  Nagios4Core core{on_ready};
  VariableCommand variable_command;  // the one that the core is executing
  config::Config config;
  std::unique_ptr<TlsWraps> wraps;
  Costs costs;
  std::unique_ptr<Shell> shell;  // while the loop turns, unless disabled
  std::optional<Disabled> disabled;
  std::string first_error;  // during loading
  Recovery recovery;
  Revival revival;
  Spool kept;                 // for the next shell
  int depth = 0;              // of guarded calls: bringing in a row makes the core call back
  bool alert_logged = false;  // of the result that the core is processing
};
extern Loaded* loaded;

// From now on nothing is vetoed; logged by the core. The module is destroyed when no call to it is running, and created again after a
// while.
void disable(const char* what) noexcept;
void bury_if_disabled() noexcept;
void start_shell() noexcept;

std::uint64_t nanoseconds() noexcept;

// Runs `call` with the module if there is one; returns its answer, or 0.
template <class Call>
int guarded(Call&& call, CostMeter Costs::*meter = &Costs::callbacks) noexcept {
  if (loaded == nullptr || !loaded->shell || loaded->disabled) return 0;
  const std::uint64_t start = nanoseconds();
  int answer = 0;
  ++loaded->depth;
  try {
    answer = call(loaded->shell->agent());
  } catch (const std::exception& error) {
    disable(error.what());
  } catch (...) {
    disable("unknown");
  }
  (loaded->costs.*meter).add(nanoseconds() - start);
  if (--loaded->depth == 0) bury_if_disabled();
  return answer;
}

// Registers for all events that the module needs. `handle` is the core's handle for this module.
void register_callbacks(void* handle);
void register_operator_callbacks(void* handle);  // a part of these
struct Callback {
  int event = 0;
  int (*function)(int event, void* data) = nullptr;
};
void register_all(void* handle, std::initializer_list<Callback> callbacks);
// For qh_register_handler().
int on_query(int socket, char* query, unsigned int length) noexcept;

}  // namespace merlin::neb
