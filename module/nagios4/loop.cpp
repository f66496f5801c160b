// The event loop of Nagios, and the descriptors that its forks inherit.
#include <pthread.h>
#include <unistd.h>

#include <algorithm>

#include "module/nagios4/core.hpp"
#include "module/nagios4/headers.hpp"

namespace merlin::neb {
namespace {

// Timer, wake-up, socket and its duplicate.
constexpr std::size_t kMaxDescriptors = 8;
int descriptors[kMaxDescriptors] = {-1, -1, -1, -1, -1, -1, -1, -1};

// The command file worker survives reloads without an exec: with a copy of the socket it would keep the link open after this core has
// ended. Only close() is safe here.
void close_in_child() {
  for (int& fd : descriptors) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
}

}  // namespace

void close_descriptors_in_children() { ::pthread_atfork(nullptr, nullptr, close_in_child); }

void Nagios4Core::close_in_children(int fd, bool close) {
  int* place = std::find(std::begin(descriptors), std::end(descriptors), close ? -1 : fd);
  if (place != std::end(descriptors)) *place = close ? fd : -1;
}

bool Nagios4Core::watch(int fd, Watcher& watcher) {
  return nagios_iobs != nullptr && iobroker_register(nagios_iobs, fd, &watcher, ready_) == 0;
}

bool Nagios4Core::watch_writable(int fd, Watcher& watcher) {
  return nagios_iobs != nullptr && iobroker_register_out(nagios_iobs, fd, &watcher, ready_) == 0;
}

void Nagios4Core::unwatch(int fd) {
  if (nagios_iobs != nullptr && iobroker_is_registered(nagios_iobs, fd)) iobroker_unregister(nagios_iobs, fd);
}

}  // namespace merlin::neb
