#include "module/core/nagios4_guard.hpp"

#include <time.h>

#include "module/core/nagios4_headers.hpp"

namespace merlin::neb {

Loaded* loaded = nullptr;

void disable(const char* what) noexcept {
  if (loaded == nullptr || loaded->disabled) return;
  loaded->disabled = true;
  loaded->core.restore_reactions();
  logit(NSLOG_RUNTIME_ERROR, FALSE, "merlin: internal error: %s. Merlin is disabled: this core now runs all its checks by itself", what);
}

void bury_if_disabled() noexcept {
  if (loaded->disabled) loaded->module.reset();
}

std::uint64_t nanoseconds() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1000000000U + static_cast<std::uint64_t>(time.tv_nsec);
}

int on_ready(int fd, int, void* watcher) noexcept {
  return guarded(
      [&](Module&) {
        static_cast<Watcher*>(watcher)->on_ready(fd);
        return 0;
      },
      &Costs::turns);
}

}  // namespace merlin::neb
