#include "module/nagios4/guard.hpp"

#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "module/nagios4/headers.hpp"

namespace merlin::neb {

Loaded* loaded = nullptr;

void disable(const char* what) noexcept {
  if (loaded == nullptr || loaded->disabled) return;
  const SteadyTime now = loaded->core.now().steady;
  const auto wait = loaded->revival.is_open() ? loaded->recovery.failed(now) : std::nullopt;
  loaded->core.restore_reactions();
  loaded->core.give_back_obsess_commands();
  loaded->disabled.emplace();
  if (wait) loaded->disabled->again = now + *wait;
  try {
    loaded->disabled->reason = std::string("internal error: ") + what;
    loaded->disabled->fix = wait ? "it starts again by itself; please report this" : "restart the core: mon restart; please report this";
    loaded->core.log(LogLevel::error, loaded->disabled->reason + ". Merlin is disabled: this core runs all its checks by itself, " +
                                          (wait ? "for " + std::to_string(wait->count() / 1000) + " s" : "until it is restarted"));
  } catch (...) {
  }
}

// Informs the daemon while the link is up.
void bury_if_disabled() noexcept {
  if (!loaded->disabled || !loaded->shell) return;
  const auto again = loaded->disabled->again;
  const Millis wait = again ? *again - loaded->core.now().steady : Millis{0};
  try {
    loaded->kept = loaded->shell->fail(loaded->disabled->reason, again ? std::optional(wait) : std::nullopt);
  } catch (...) {
  }
  if (!loaded->recovery.keeps_unsent()) loaded->kept = {};
  loaded->shell.reset();
  if (again) loaded->revival.arm(wait);
}

void Revival::open() {
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer < 0) return;
  loaded->core.close_in_children(timer, true);
  if (loaded->core.watch(timer, *this)) {
    timer_ = timer;
    return;
  }
  loaded->core.close_in_children(timer, false);
  ::close(timer);
}

void Revival::close() {
  if (timer_ < 0) return;
  loaded->core.unwatch(timer_);
  loaded->core.close_in_children(timer_, false);
  ::close(timer_);
  timer_ = -1;
}

void Revival::arm(Millis wait) {
  itimerspec when{};
  when.it_value.tv_sec = std::max<time_t>(1, wait.count() / 1000);
  if (timer_ >= 0) ::timerfd_settime(timer_, 0, &when, nullptr);
}

void Revival::on_ready(int) {
  std::uint64_t times = 0;
  [[maybe_unused]] const ssize_t got = ::read(timer_, &times, sizeof times);
  if (loaded->shell) return;
  loaded->disabled.reset();
  start_shell();
  if (loaded->shell) loaded->core.log(LogLevel::info, "Merlin works again in this core");
}

std::uint64_t nanoseconds() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1000000000U + static_cast<std::uint64_t>(time.tv_nsec);
}

int on_ready(int fd, int, void* watcher) noexcept {
  if (loaded != nullptr && watcher == &loaded->revival) return loaded->revival.on_ready(fd), 0;
  return guarded(
      [&](Agent&) {
        static_cast<Watcher*>(watcher)->on_ready(fd);
        return 0;
      },
      &Costs::turns);
}

}  // namespace merlin::neb
