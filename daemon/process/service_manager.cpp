#include "daemon/process/service_manager.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "shared/net/fd.hpp"

namespace merlin::daemon::service_manager {
namespace {

// systemd may be gone or slow: nothing depends on it, so errors are ignored.
void say(std::string_view text) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const net::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  ::sendto(socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&address), size);
}

std::optional<long long> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  long long number = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, failed] = std::from_chars(text, end, number);
  if (failed != std::errc{} || rest != end) return std::nullopt;
  return number;
}

}  // namespace

void ready(std::string_view status) { say(fmt::format("READY=1\nSTATUS={}\nMAINPID={}\n", status, ::getpid())); }

void reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n", std::chrono::duration_cast<Micros>(now).count()));
}

void stopping() { say("STOPPING=1\n"); }

void alive() { say("WATCHDOG=1\n"); }

std::optional<Millis> watchdog_period() {
  const auto pid = number_in("WATCHDOG_PID");
  const auto period = number_in("WATCHDOG_USEC");
  if (!period || *period <= 0 || (pid && *pid != ::getpid())) return std::nullopt;
  return std::chrono::duration_cast<Millis>(Micros(*period) / 2);
}

}  // namespace merlin::daemon::service_manager
