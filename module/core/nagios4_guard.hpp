// What stands between Nagios and the module: all that the module has, and the border that nothing thrown crosses.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>

#include "config/config.hpp"
#include "module/core/nagios4_core.hpp"
#include "module/module.hpp"
#include "module/tls_wrap.hpp"

namespace merlin::neb {

// Called by the core's loop for a descriptor: the watcher inside the guard.
int on_ready(int fd, int events, void* watcher) noexcept;

// Made at each load and freed at each unload, so that a reload starts from nothing.
struct Loaded {
  Nagios4Core core{on_ready};
  config::Config config;
  std::unique_ptr<TlsWraps> wraps;
  Costs costs;
  std::unique_ptr<Module> module;  // while the loop turns, unless disabled
  bool disabled = false;
  int depth = 0;  // of guarded calls: bringing in a row makes the core call back
};
extern Loaded* loaded;

// From now on nothing is vetoed; said in the core's log. The module is destroyed when no call to it is under way.
void disable(const char* what) noexcept;
void bury_if_disabled() noexcept;

std::uint64_t nanoseconds() noexcept;

// Runs `call` with the module if there is one; its answer, or 0.
template <class Call>
int guarded(Call&& call, CostMeter Costs::*meter = &Costs::callbacks) noexcept {
  if (loaded == nullptr || !loaded->module || loaded->disabled) return 0;
  const std::uint64_t start = nanoseconds();
  int answer = 0;
  ++loaded->depth;
  try {
    answer = call(*loaded->module);
  } catch (const std::exception& error) {
    disable(error.what());
  } catch (...) {
    disable("unknown");
  }
  (loaded->costs.*meter).add(nanoseconds() - start);
  if (--loaded->depth == 0) bury_if_disabled();
  return answer;
}

// Registers for all that the module wants to hear of. `handle` is the core's for this module.
void register_callbacks(void* handle);
void register_operator_callbacks(void* handle);  // a part of these
// For qh_register_handler().
int on_query(int socket, char* query, unsigned int length) noexcept;

}  // namespace merlin::neb
