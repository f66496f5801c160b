// Two ends of one link on the loopback, and what each of them received.
#pragma once

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/net/tcp_socket.hpp"
#include "tests/unit/net_support.hpp"

namespace merlin::net::test {

// Listens on any free port of the loopback.
struct LoopbackPort {
  explicit LoopbackPort(const std::string& host = "127.0.0.1") {
    Result<Fd> made = listen_tcp(*SocketAddress::from_literal(host, 0));
    BOOST_REQUIRE(made.ok());
    socket = std::move(*made);
    address = *local_address(socket.get());
  }
  Fd accept() const { return Fd(::accept(socket.get(), nullptr, nullptr)); }

  Fd socket;
  SocketAddress address;
};

inline Fd connect_blocking(const SocketAddress& address, const std::string& from = {}) {
  Fd made(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!from.empty()) {
    const SocketAddress source = *SocketAddress::from_literal(from, 0);
    BOOST_REQUIRE(::bind(made.get(), source.data(), source.size()) == 0);
  }
  BOOST_REQUIRE(::connect(made.get(), address.data(), address.size()) == 0);
  return made;
}

inline std::pair<Fd, Fd> tcp_pair(const std::string& host = "127.0.0.1") {
  const LoopbackPort port(host);
  Fd client = connect_blocking(port.address);
  for (int i = 0; i < 1000; ++i) {
    Fd server = port.accept();
    if (server) return {std::move(client), std::move(server)};
    ::usleep(1000);
  }
  BOOST_FAIL("nothing to accept");
  return {};
}

inline std::pair<Fd, Fd> unix_pair() {
  int ends[2];
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

struct Seen {
  ConnectionHandlers handlers() {
    ConnectionHandlers made;
    made.on_open = [this](const PeerInfo& who) { peer = who; };
    made.on_frame = [this](wire::Frame&& frame) { frames.push_back(std::move(frame)); };
    made.on_closed = [this](const CloseReason& why) {
      closed = why;
      ++times_closed;
    };
    made.on_drained = [this](Priority priority) { drained.push_back(priority); };
    return made;
  }
  std::optional<PeerInfo> peer;
  std::vector<wire::Frame> frames;
  std::optional<CloseReason> closed;
  int times_closed = 0;
  std::vector<Priority> drained;
};

// Client is node 1, server is node 2.
struct LinkedPair {
  LinkedPair(TestLoop& test_loop, std::pair<Fd, Fd> sockets, ConnectionOptions options = {}, TrustCheck server_trust = trust_only(1))
      : client(std::in_place, test_loop.loop, std::move(sockets.first), context(1), TlsRole::client, trust_only(2), client_saw.handlers(),
               options),
        server(std::in_place, test_loop.loop, std::move(sockets.second), context(2), TlsRole::server, std::move(server_trust),
               server_saw.handlers(), options) {}
  LinkedPair(TestLoop& test_loop, ConnectionOptions options = {}) : LinkedPair(test_loop, tcp_pair(), options) {}

  bool is_up() const { return client_saw.peer && server_saw.peer; }

  Seen client_saw;
  Seen server_saw;
  std::optional<Connection> client;
  std::optional<Connection> server;
};

inline std::string frame(std::uint8_t type, const std::string& payload = {}) { return wire::encode_frame(type, payload).value(); }

}  // namespace merlin::net::test
