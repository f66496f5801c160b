#include "module/shell/pulse.hpp"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>

namespace merlin::neb {

Pulse::Pulse(Loop& loop, Watcher& ticker, Watcher& waker) : loop_(loop) {
  wake_ = start(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), waker);
  timer_ = start(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), ticker);
  itimerspec every{};
  every.it_value.tv_nsec = every.it_interval.tv_nsec = std::chrono::nanoseconds(kTick).count();
  if (timer_ >= 0) ::timerfd_settime(timer_, 0, &every, nullptr);
}

Pulse::~Pulse() {
  stop(timer_);
  stop(wake_);
}

int Pulse::start(int fd, Watcher& watcher) {
  if (fd < 0) return -1;
  loop_.close_in_children(fd, true);
  if (loop_.watch(fd, watcher)) return fd;
  loop_.close_in_children(fd, false);
  ::close(fd);
  return -1;
}

void Pulse::stop(int fd) {
  if (fd < 0) return;
  loop_.unwatch(fd);
  loop_.close_in_children(fd, false);
  ::close(fd);
}

void Pulse::wake() {
  if (awake_ || wake_ < 0) return;
  const std::uint64_t one = 1;
  awake_ = ::write(wake_, &one, sizeof one) == sizeof one;
}

void Pulse::acknowledge_tick() {
  std::uint64_t ticks = 0;
  [[maybe_unused]] const ssize_t got = ::read(timer_, &ticks, sizeof ticks);
}

void Pulse::acknowledge_wake() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_, &count, sizeof count);
  awake_ = false;
}

}  // namespace merlin::neb
