// Incoming links: trusted peers get through; strangers are few, counted and cheap, whatever they do.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "shared/net/listener.hpp"
#include "tests/unit/net_link_support.hpp"

using namespace merlin;
using namespace merlin::net;
using namespace merlin::net::test;

namespace {

struct Door {
  explicit Door(TestLoop& loop, ListenerOptions options = {}, const std::string& host = "127.0.0.1") {
    ListenerHandlers handlers;
    handlers.on_peer = [this](std::unique_ptr<Connection> connection) {
      auto seen = std::make_unique<Seen>();
      connection->set_handlers(seen->handlers());
      saw.push_back(std::move(seen));
      peers.push_back(std::move(connection));
    };
    handlers.on_refused = [this](const std::string& from, const CloseReason& reason) { refused.emplace_back(from, reason); };
    auto made = Listener::listen(loop.loop, {host}, 0, context(2), trust_only(1), std::move(handlers), options);
    BOOST_REQUIRE(made.ok());
    listener = std::move(*made);
    address = listener->addresses().at(0);
  }

  std::vector<std::unique_ptr<Seen>> saw;
  std::vector<std::unique_ptr<Connection>> peers;
  std::vector<std::pair<std::string, CloseReason>> refused;
  std::unique_ptr<Listener> listener;
  SocketAddress address;
};

struct Visitor {
  Visitor(TestLoop& loop, const SocketAddress& address, std::uint8_t number = 1)
      : connection(loop.loop, connect_blocking(address), context(number), TlsRole::client, trust_only(2), saw.handlers()) {}
  Seen saw;
  Connection connection;
};

std::string listen_failure(TestLoop& loop, const std::vector<std::string>& addresses, std::uint16_t port) {
  ListenerHandlers handlers;
  handlers.on_peer = [](std::unique_ptr<Connection>) {};
  const auto made = Listener::listen(loop.loop, addresses, port, context(2), trust_only(1), std::move(handlers));
  return made.ok() ? std::string() : made.error().text();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_trusted_peer_is_handed_over_with_its_first_frame) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    TestLoop loop;
    Door door(loop, {}, host);
    Visitor visitor(loop, door.address);
    visitor.connection.send(Priority::control, frame(1, "hello"));
    BOOST_REQUIRE(loop.run_until([&] { return door.saw.size() == 1 && door.saw[0]->frames.size() == 1; }));
    BOOST_TEST(door.saw[0]->frames[0].payload == "hello");
    BOOST_TEST((door.peers[0]->peer().node_id == node(1)));
    BOOST_TEST(door.listener->pending() == 0u);
    door.peers[0]->send(Priority::control, frame(2));
    BOOST_TEST(loop.run_until([&] { return visitor.saw.frames.size() == 1; }));
  }
}

BOOST_AUTO_TEST_CASE(one_port_takes_ipv4_and_ipv6) {
  TestLoop loop;
  std::uint16_t port = 0;
  {
    const LoopbackPort free_one;
    port = free_one.address.port();
  }
  int peers = 0;
  ListenerHandlers handlers;
  handlers.on_peer = [&peers](std::unique_ptr<Connection>) { ++peers; };
  const auto made = Listener::listen(loop.loop, {}, port, context(2), trust_only(1), std::move(handlers));
  BOOST_REQUIRE(made.ok());
  BOOST_TEST((*made)->addresses().size() == 2u);
  Visitor four(loop, *SocketAddress::from_literal("127.0.0.1", port));
  Visitor six(loop, *SocketAddress::from_literal("::1", port));
  BOOST_TEST(loop.run_until([&] { return peers == 2; }));
}

BOOST_AUTO_TEST_CASE(an_untrusted_certificate_is_counted_and_named) {
  TestLoop loop;
  Door door(loop);
  Visitor stranger(loop, door.address, 3);
  BOOST_REQUIRE(loop.run_until([&] { return door.refused.size() == 1 && stranger.saw.closed; }));
  BOOST_TEST((door.refused[0].second.cause == CloseCause::untrusted));
  BOOST_TEST(door.refused[0].second.fingerprint == identity(3).certificate.fingerprint);
  BOOST_TEST((door.refused[0].second.node_id == node(3)));
  BOOST_TEST(contains(door.refused[0].first, "127.0.0.1:"));
  BOOST_TEST(door.listener->refused().untrusted == 1u);
  BOOST_TEST((stranger.saw.closed->cause == CloseCause::refused_us));
  BOOST_TEST(door.peers.empty());
}

BOOST_AUTO_TEST_CASE(each_kind_of_stranger_is_counted) {
  TestLoop loop;
  ListenerOptions options;
  options.connection.handshake_deadline = Millis{200};
  Door door(loop, options);
  const Fd garbage = connect_blocking(door.address);
  BOOST_REQUIRE(::send(garbage.get(), "hello there\r\n", 13, 0) == 13);
  const Fd silent = connect_blocking(door.address);
  { const Fd gone = connect_blocking(door.address); }
  BOOST_REQUIRE(loop.run_until([&] { return door.refused.size() == 3; }));
  const RefusedCounts counts = door.listener->refused();
  BOOST_TEST(counts.not_ours == 1u);
  BOOST_TEST(counts.timed_out == 1u);
  BOOST_TEST(counts.gave_up == 1u);
  BOOST_TEST(door.listener->pending() == 0u);
}

// F55 F56 I9
BOOST_AUTO_TEST_CASE(a_thousand_idle_connections_do_not_keep_a_peer_out) {
  TestLoop loop;
  Door door(loop);
  std::vector<Fd> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(connect_blocking(door.address));
    loop.loop.run(ev::NOWAIT);
  }
  BOOST_REQUIRE(loop.run_until([&] { return door.listener->refused().crowded >= 992; }));
  BOOST_TEST(door.listener->pending() == 8u);
  Visitor visitor(loop, door.address);
  visitor.connection.send(Priority::control, frame(1));
  BOOST_TEST(loop.run_until([&] { return door.saw.size() == 1 && door.saw[0]->frames.size() == 1; }, Millis{1'000}));

  // A peer that is already connected is not affected by later ones.
  for (int i = 0; i < 100; ++i) {
    idle.push_back(connect_blocking(door.address));
    loop.loop.run(ev::NOWAIT);
  }
  visitor.connection.send(Priority::heartbeat, frame(1));
  BOOST_TEST(loop.run_until([&] { return door.saw[0]->frames.size() == 2; }, Millis{1'000}));
  BOOST_TEST(!visitor.saw.closed.has_value());
}

BOOST_AUTO_TEST_CASE(places_are_bounded_over_all_sources_too) {
  TestLoop loop;
  ListenerOptions options;
  options.places.strangers = 5;
  Door door(loop, options);
  std::vector<Fd> idle;
  for (int i = 0; i < 12; ++i) idle.push_back(connect_blocking(door.address, "127.0.0." + std::to_string(10 + i)));
  BOOST_REQUIRE(loop.run_until([&] { return door.listener->refused().crowded == 7; }));
  BOOST_TEST(door.listener->pending() == 5u);
  BOOST_TEST((door.refused[0].second.cause == CloseCause::local));
}

BOOST_AUTO_TEST_CASE(a_known_host_keeps_its_place_among_many_strangers) {
  TestLoop loop;
  ListenerOptions options;
  options.places.strangers = 5;
  Door door(loop, options);
  door.listener->set_known({"127.0.0.9"});
  const Fd known = connect_blocking(door.address, "127.0.0.9");
  std::vector<Fd> strangers;
  for (int i = 0; i < 60; ++i) {
    strangers.push_back(connect_blocking(door.address, "127.0.1." + std::to_string(10 + i)));
    BOOST_REQUIRE(::send(strangers.back().get(), "\x16", 1, 0) == 1);
    loop.run_for(Millis{1});
  }
  BOOST_REQUIRE(loop.run_until([&] { return door.listener->refused().crowded == 55; }));
  BOOST_TEST(door.listener->pending() == 6u);
  char byte = 0;
  BOOST_TEST(::recv(known.get(), &byte, 1, MSG_DONTWAIT) == -1);
  BOOST_TEST(errno == EAGAIN);
}

BOOST_AUTO_TEST_CASE(a_host_that_was_trusted_keeps_its_place_from_then_on) {
  TestLoop loop;
  ListenerOptions options;
  options.places.strangers = 5;
  Door door(loop, options, "127.0.0.1");
  {
    Visitor visitor(loop, door.address);
    BOOST_REQUIRE(loop.run_until([&] { return door.peers.size() == 1; }));
  }
  const Fd again = connect_blocking(door.address, "127.0.0.1");
  std::vector<Fd> strangers;
  for (int i = 0; i < 60; ++i) strangers.push_back(connect_blocking(door.address, "127.0.1." + std::to_string(10 + i)));
  BOOST_REQUIRE(loop.run_until([&] { return door.listener->refused().crowded == 55; }));
  BOOST_TEST(door.listener->pending() == 6u);
}

BOOST_AUTO_TEST_CASE(who_has_begun_to_speak_outlasts_the_silent) {
  TestLoop loop;
  ListenerOptions options;
  options.places.per_source = 3;
  Door door(loop, options);
  TlsSession slow(context(1), TlsRole::client, trust_only(2));
  const Fd speaking = connect_blocking(door.address);
  const std::string hello = slow.take_output();
  BOOST_REQUIRE(::send(speaking.get(), hello.data(), 20, 0) == 20);
  loop.run_for(Millis{50});
  std::vector<Fd> idle;
  for (int i = 0; i < 20; ++i) {
    idle.push_back(connect_blocking(door.address));
    loop.run_for(Millis{2});
  }
  BOOST_REQUIRE(::send(speaking.get(), hello.data() + 20, hello.size() - 20, MSG_NOSIGNAL) > 0);
  set_non_blocking(speaking.get());
  BOOST_TEST(loop.run_until([&] {
    char bytes[8192];
    const ssize_t got = ::recv(speaking.get(), bytes, sizeof bytes, 0);
    if (got > 0) slow.feed(std::string_view(bytes, static_cast<std::size_t>(got)));
    const std::string out = slow.take_output();
    if (!out.empty()) ::send(speaking.get(), out.data(), out.size(), MSG_NOSIGNAL);
    return door.peers.size() == 1;
  }));
}

// F09 I9
BOOST_AUTO_TEST_CASE(without_descriptors_it_pauses_and_then_goes_on) {
  TestLoop loop;
  Door door(loop);
  Fd waiting = connect_blocking(door.address);
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  {
    const Fd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    none.rlim_cur = static_cast<rlim_t>(next.get());
  }
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  loop.run_for(Millis{200});
  BOOST_TEST(door.listener->refused().no_descriptor == 1u);  // once, not in every turn
  BOOST_TEST(door.listener->pending() == 0u);
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  BOOST_TEST(loop.run_until([&] { return door.listener->pending() == 1; }, Millis{2'000}));
}

BOOST_AUTO_TEST_CASE(where_it_cannot_listen_it_says_why) {
  TestLoop loop;
  const LoopbackPort taken;
  const std::string in_use = listen_failure(loop, {"127.0.0.1"}, taken.address.port());
  BOOST_TEST(contains(in_use, taken.address.text() + ": cannot listen: the address is in use; stop the program"));
  BOOST_TEST(contains(listen_failure(loop, {"192.0.2.1"}, 0), "192.0.2.1:0: cannot listen: this machine has no such address"));
  BOOST_TEST(contains(listen_failure(loop, {"peer01"}, 0), "\"peer01\" is not an IP address"));
}

// F57
BOOST_AUTO_TEST_CASE(a_new_certificate_counts_for_the_next_link) {
  TestLoop loop;
  Door door(loop);
  door.listener->set_tls(context(5));
  Visitor visitor(loop, door.address);  // expects node 2
  BOOST_REQUIRE(loop.run_until([&] { return visitor.saw.closed.has_value(); }));
  BOOST_TEST((visitor.saw.closed->cause == CloseCause::untrusted));
  BOOST_TEST((visitor.saw.closed->node_id == node(5)));
}

BOOST_AUTO_TEST_CASE(a_peer_may_be_dropped_at_the_door) {
  TestLoop loop;
  int dropped = 0;
  ListenerHandlers handlers;
  handlers.on_peer = [&dropped](std::unique_ptr<Connection> connection) {
    connection.reset();
    ++dropped;
  };
  const auto made = Listener::listen(loop.loop, {"127.0.0.1"}, 0, context(2), trust_only(1), std::move(handlers));
  BOOST_REQUIRE(made.ok());
  Visitor visitor(loop, (*made)->addresses().at(0));
  visitor.connection.send(Priority::control, frame(1));
  BOOST_REQUIRE(loop.run_until([&] { return visitor.saw.closed.has_value(); }));
  BOOST_TEST(dropped == 1);
}

BOOST_AUTO_TEST_CASE(unix_connections_come_with_their_credentials) {
  TestLoop loop;
  const TempFolder folder;
  UnixListenOptions options;
  options.path = folder.file("socket");
  std::vector<std::pair<Fd, PeerCredentials>> accepted;
  {
    const auto listener = UnixListener::listen(
        loop.loop, options, [&](Fd socket, const PeerCredentials& who) { accepted.emplace_back(std::move(socket), who); });
    BOOST_REQUIRE(listener.ok());
    const auto first = connect_unix(options.path);
    const auto second = connect_unix(options.path);
    BOOST_REQUIRE((first.ok() && second.ok()));
    BOOST_REQUIRE(loop.run_until([&] { return accepted.size() == 2; }));
    BOOST_TEST(accepted[0].second.pid == ::getpid());
    const auto rival = UnixListener::listen(loop.loop, options, [](Fd, const PeerCredentials&) {});
    BOOST_TEST(!rival.ok());
    BOOST_TEST(std::filesystem::exists(options.path));
  }
  BOOST_TEST(!std::filesystem::exists(options.path));
}
