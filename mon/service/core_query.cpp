#include "mon/service/core_query.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon {
namespace {

constexpr std::string_view kQuery{"#merlin\0", 8};
constexpr std::size_t kMaxAnswerBytes = std::size_t{64} * 1024;
constexpr timeval kPatience{2, 0};

// Up to the first NUL; empty without an answer.
std::string answer_of(const std::string& path) {
  sockaddr_un name{};
  if (path.empty() || path.size() >= sizeof name.sun_path) return "";
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.data(), path.size());
  const net::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return "";
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) return "";
  if (::send(socket.get(), kQuery.data(), kQuery.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(kQuery.size())) return "";
  std::string answer;
  std::array<char, 4096> bytes{};
  while (answer.size() < kMaxAnswerBytes && answer.find('\0') == std::string::npos) {
    const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) break;
    answer.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return answer.substr(0, answer.find('\0'));
}

}  // namespace

std::optional<DisabledModule> disabled_module(const std::string& query_socket) {
  const auto said = nlohmann::ordered_json::parse(answer_of(query_socket), nullptr, false);
  if (!said.is_object() || text_at(said, "mode") != "disabled") return std::nullopt;
  return DisabledModule{text_at(said, "reason"), text_at(said, "fix"), said.contains("again_s")};
}

}  // namespace merlin::mon
