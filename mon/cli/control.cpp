#include "mon/cli/control.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "shared/net/fd.hpp"

namespace merlin::mon {
namespace {

using Clock = std::chrono::steady_clock;

// How long a request may take.
struct Limit {
  Clock::time_point deadline;
  int end = -1;
};

ControlFault failure(std::string what, const std::string& path, std::string fix) {
  return {ControlFault::Kind::no_answer, {{std::move(what), path, std::move(fix)}}};
}

ControlFault too_slow(const std::string& path) {
  return failure("merlind did not answer in time", path, "set a longer --timeout, or see merlind's log");
}

// Why waiting has ended without what was waited for.
ControlFault over(const Limit& limit, const std::string& path) {
  pollfd end{limit.end, POLLIN, 0};
  if (::poll(&end, 1, 0) > 0) return {ControlFault::Kind::interrupted, {{"interrupted", path, ""}}};
  return too_slow(path);
}

ControlFault connect_fault(int error, const std::string& path) {
  if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR) {
    return {ControlFault::Kind::not_running, {{"merlind is not running here", path, "mon start"}}};
  }
  if (error == EACCES || error == EPERM) {
    return {ControlFault::Kind::no_permission, {{"no permission to connect to merlind", path, "run mon as root"}}};
  }
  return failure(fmt::format("cannot reach merlind: {}", std::strerror(error)), path, "see merlind's log");
}

// True if `events` (or an error) occur before the limit.
bool wait_for(int socket, short events, const Limit& limit) {
  for (;;) {
    const auto left = std::chrono::ceil<Millis>(limit.deadline - Clock::now()).count();
    if (left <= 0) return false;
    std::array<pollfd, 2> waiting{pollfd{socket, events, 0}, pollfd{limit.end, POLLIN, 0}};
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(left));
    if (ready > 0) return waiting[1].revents == 0;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// A unix socket connects at once, or its backlog is full (EAGAIN): then try again.
std::optional<ControlFault> connect_to(int socket, const std::string& path, const Limit& limit) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failure("too long for a unix socket", path, "shorten daemon { control_socket }");
  std::ranges::copy(path, address.sun_path);
  while (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return connect_fault(errno, path);
    if (Clock::now() >= limit.deadline) return too_slow(path);
    pollfd end{limit.end, POLLIN, 0};
    if (::poll(&end, 1, 10) > 0) return over(limit, path);
  }
  return std::nullopt;
}

std::optional<ControlFault> send_all(int socket, std::string_view bytes, const std::string& path, const Limit& limit) {
  while (!bytes.empty()) {
    if (!wait_for(socket, POLLOUT, limit)) return over(limit, path);
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    const bool ended = sent < 0 && errno != EAGAIN && errno != EINTR;
    if (ended && errno == EPIPE) return std::nullopt;  // it may have answered before it closed
    if (ended) return failure(fmt::format("cannot send to merlind: {}", std::strerror(errno)), path, "see merlind's log");
  }
  return std::nullopt;
}

// One line, or everything until the other end closes.
std::variant<std::string, ControlFault> receive_line(int socket, const std::string& path, const Limit& limit) {
  std::string line;
  std::array<char, 65536> chunk;
  while (line.size() <= kMaxAnswerBytes) {
    if (!wait_for(socket, POLLIN, limit)) return over(limit, path);
    const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return failure(fmt::format("merlind ended the connection: {}", std::strerror(errno)), path, "see merlind's log");
    if (got == 0) return line;
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
    const std::size_t end = bytes.find('\n');
    line.append(bytes.substr(0, end));
    if (end != std::string_view::npos) return line;
  }
  return failure("merlind's answer is too long", path, "check that mon and merlind have the same version");
}

std::string text_of(const nlohmann::ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ControlFault refusal(const nlohmann::ordered_json& document, const std::string& path) {
  ControlFault fault{ControlFault::Kind::refused, {}};
  for (const auto& error : document.value("errors", nlohmann::ordered_json::array())) {
    if (error.is_object()) fault.errors.push_back({text_of(error, "what"), text_of(error, "where"), text_of(error, "fix")});
  }
  if (fault.errors.empty()) fault.errors.push_back({"merlind refused without a reason", path, "see merlind's log"});
  return fault;
}

Answer read_answer(const std::string& line, const std::string& path) {
  auto document = nlohmann::ordered_json::parse(line, nullptr, false);
  if (!document.is_object()) {
    return failure(line.empty() ? "merlind closed the connection without an answer" : "the program that answers is not merlind", path,
                   "see merlind's log, and daemon { control_socket } in merlin.conf");
  }
  const auto ok = document.find("ok");
  if (ok != document.end() && *ok == false) return refusal(document, path);
  return document;
}

}  // namespace

Answer ask(const std::string& socket_path, const nlohmann::ordered_json& request, Millis timeout, int end) {
  const Limit limit{Clock::now() + timeout, end};
  const net::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return connect_fault(errno, socket_path);
  if (auto fault = connect_to(socket.get(), socket_path, limit)) return *fault;
  if (auto fault = send_all(socket.get(), request.dump() + "\n", socket_path, limit)) return *fault;
  auto received = receive_line(socket.get(), socket_path, limit);
  if (auto* fault = std::get_if<ControlFault>(&received)) return *fault;
  return read_answer(std::get<std::string>(received), socket_path);
}

}  // namespace merlin::mon
