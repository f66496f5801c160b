#include "mon/ssh/connection.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>

#include "mon/ssh/authentication.hpp"
#include "mon/ssh/host_key.hpp"
#include "mon/ssh/wait.hpp"

namespace merlin::mon::ssh {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kKeepaliveIdleS = 10;
constexpr int kKeepaliveIntervalS = 5;
constexpr int kKeepaliveCount = 3;
constexpr unsigned kSilenceMs = 25'000;  // until unacknowledged data ends the connection

// Settings in ssh's own files apply where merlin.conf has none: a jump host, ciphers, more identities.
Result<Session> make_session(const Target& target, Millis timeout) {
  Session session(::ssh_new());
  if (!session) return Error{"no memory for a session", target.name, ""};
  const unsigned port = target.port;
  const long limit_us = static_cast<long>(std::chrono::microseconds(timeout).count());
  ::ssh_options_set(session.get(), SSH_OPTIONS_HOST, target.host.c_str());
  const bool good = ::ssh_options_parse_config(session.get(), nullptr) == 0 &&
                    ::ssh_options_set(session.get(), SSH_OPTIONS_USER, target.user.c_str()) == 0 &&
                    ::ssh_options_set(session.get(), SSH_OPTIONS_PORT, &port) == 0 &&
                    ::ssh_options_set(session.get(), SSH_OPTIONS_TIMEOUT_USEC, &limit_us) == 0 &&
                    (!target.key || ::ssh_options_set(session.get(), SSH_OPTIONS_IDENTITY, target.key->c_str()) == 0);
  if (!good) return Error{fmt::format("ssh cannot be set up: {}", ::ssh_get_error(session.get())), target.name, ""};
  return session;
}

// libssh itself waits for the name of a host that does not answer, so the wait is divided into turns.
Result<> connect(ssh_session session, const Target& target, Millis timeout, const Interrupt& interrupt) {
  const auto deadline = Clock::now() + timeout;
  ::ssh_set_blocking(session, 0);
  int outcome = ::ssh_connect(session);
  while (outcome == SSH_AGAIN && wait_for_news(session, deadline, interrupt)) outcome = ::ssh_connect(session);
  ::ssh_set_blocking(session, 1);
  if (outcome == SSH_OK) return Ok{};
  if (interrupt.raised()) return Error{"interrupted", target.name, ""};
  const std::string fix = fmt::format("check its ssh server and its address: mon node show {}", target.name);
  if (outcome == SSH_AGAIN) return Error{fmt::format("no answer from {} within {} ms", target.text(), timeout.count()), target.name, fix};
  return Error{fmt::format("cannot connect to {}: {}", target.text(), ::ssh_get_error(session)), target.name, fix};
}

void notice_silence(int socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &kKeepaliveIdleS, sizeof kKeepaliveIdleS);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &kKeepaliveIntervalS, sizeof kKeepaliveIntervalS);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &kKeepaliveCount, sizeof kKeepaliveCount);
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kSilenceMs, sizeof kSilenceMs);
}

}  // namespace

Result<Session> log_in(Target target, const LoginRules& rules, Asker& asker, const Interrupt& interrupt) {
  if (rules.user) target.user = *rules.user;
  auto session = make_session(target, rules.timeout);
  if (!session) return session;
  if (auto connected = connect(session->get(), target, rules.timeout, interrupt); !connected) return connected.error();
  notice_silence(::ssh_get_fd(session->get()));
  const auto learnt = [&](const std::string& key) {
    rules.note(fmt::format("{}: its host key is trusted from now on: {}", target.name, key));
  };
  if (auto known = check_host_key(session->get(), target, rules.accept_new, asker, learnt); !known) return known.error();
  if (auto in = authenticate(session->get(), target, rules.password, asker); !in) return in.error();
  return session;
}

}  // namespace merlin::mon::ssh
