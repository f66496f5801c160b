#include "mon/ssh/wait.hpp"

#include <poll.h>

#include <array>

#include "shared/base/time.hpp"

namespace merlin::mon::ssh {

bool wait_for_news(ssh_session session, std::chrono::steady_clock::time_point deadline, const Interrupt& interrupt) {
  const int polled = ::ssh_get_poll_flags(session);
  const short events = static_cast<short>(POLLIN | ((polled & SSH_WRITE_PENDING) != 0 ? POLLOUT : 0));
  const auto left = std::chrono::ceil<Millis>(deadline - std::chrono::steady_clock::now()).count();
  if (left <= 0) return false;
  std::array<pollfd, 2> waiting{pollfd{::ssh_get_fd(session), events, 0}, pollfd{interrupt.fd(), POLLIN, 0}};
  const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(left));
  return ready > 0 && waiting[1].revents == 0;
}

}  // namespace merlin::mon::ssh
