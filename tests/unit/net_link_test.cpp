// Links over real sockets: frames in both directions, priorities, bounds, and every way in which a link can end.
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "tests/unit/net_link_support.hpp"

using namespace merlin;
using namespace merlin::net;
using namespace merlin::net::test;

BOOST_AUTO_TEST_CASE(frames_pass_both_ways_over_ipv4_and_ipv6) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    TestLoop loop;
    LinkedPair pair(loop, tcp_pair(host));
    pair.client->send(Priority::control, frame(1, "hello"));  // before the link is open
    BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.frames.size() == 1; }));
    pair.server->send(Priority::control, frame(2, "welcome"));
    BOOST_REQUIRE(loop.run_until([&] { return pair.client_saw.frames.size() == 1; }));

    BOOST_TEST(pair.server_saw.frames[0].payload == "hello");
    BOOST_TEST(pair.client_saw.frames[0].payload == "welcome");
    BOOST_REQUIRE(pair.is_up());
    BOOST_TEST((pair.server_saw.peer->node_id == node(1)));
    BOOST_TEST(pair.server_saw.peer->fingerprint == identity(1).certificate.fingerprint);
    BOOST_TEST((pair.client_saw.peer->node_id == node(2)));
    BOOST_TEST(contains(pair.server_saw.peer->address, host));
    BOOST_TEST(!pair.server_saw.peer->credentials.has_value());
    BOOST_TEST(pair.client->is_open());
  }
}

BOOST_AUTO_TEST_CASE(frames_pass_both_ways_over_a_unix_socket) {
  TestLoop loop;
  auto [one, other] = unix_pair();
  Seen first, second;
  Connection a(loop.loop, std::move(one), first.handlers());
  Connection b(loop.loop, std::move(other), second.handlers());
  a.send(Priority::live, frame(1, "from the module"));
  b.send(Priority::live, frame(2, "from the daemon"));
  BOOST_REQUIRE(loop.run_until([&] { return !first.frames.empty() && !second.frames.empty(); }));
  BOOST_TEST(second.frames[0].payload == "from the module");
  BOOST_REQUIRE(first.peer.has_value());
  BOOST_REQUIRE(first.peer->credentials.has_value());
  BOOST_TEST(first.peer->credentials->pid == ::getpid());
  BOOST_TEST(first.peer->fingerprint == "");
}

BOOST_AUTO_TEST_CASE(large_amounts_arrive_whole_and_in_order) {
  TestLoop loop;
  ConnectionOptions options;
  options.max_queued_bytes = 64 * 1024 * 1024;
  LinkedPair pair(loop, options);
  pair.server->set_max_payload_bytes(wire::kMaxPayloadBytes);
  BOOST_REQUIRE(loop.run_until([&] { return pair.is_up(); }));
  std::vector<std::size_t> sizes = {wire::kMaxPayloadBytes, 1, 0, 16 * 1024 - 12, 16 * 1024 - 11};
  for (int i = 0; i < 2000; ++i) sizes.push_back(static_cast<std::size_t>(i) * 7);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    BOOST_REQUIRE(
        pair.client->send(Priority::live, frame(static_cast<std::uint8_t>(i % 256), std::string(sizes[i], static_cast<char>(i)))));
  }
  BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.frames.size() == sizes.size(); }));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    BOOST_REQUIRE_EQUAL(pair.server_saw.frames[i].type, i % 256);
    BOOST_REQUIRE(pair.server_saw.frames[i].payload == std::string(sizes[i], static_cast<char>(i)));
  }
  BOOST_TEST(pair.client->queued_bytes() == 0u);
  BOOST_TEST((pair.client_saw.drained == std::vector<Priority>{Priority::live}));
}

BOOST_AUTO_TEST_CASE(the_counters_count) {
  TestLoop loop;
  LinkedPair pair(loop);
  const SteadyTime start = pair.server->counters().last_received;
  for (int i = 0; i < 10; ++i) pair.client->send(Priority::live, frame(1, std::string(1000, 'x')));
  pair.server->send(Priority::live, frame(1));
  BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.frames.size() == 10 && pair.client_saw.frames.size() == 1; }));
  const ConnectionCounters& client = pair.client->counters();
  const ConnectionCounters& server = pair.server->counters();
  BOOST_TEST(client.frames_out == 10u);
  BOOST_TEST(server.frames_in == 10u);
  BOOST_TEST(server.frames_out == 1u);
  BOOST_TEST(client.bytes_out == server.bytes_in);
  BOOST_TEST(server.bytes_out == client.bytes_in);
  BOOST_TEST(client.bytes_out > 10'000u);
  BOOST_TEST((server.last_received >= start));
}

// Frames sent in one turn of the loop share records: a frame of 20 bytes must not cost a TLS record each.
BOOST_AUTO_TEST_CASE(what_is_sent_in_one_turn_leaves_together) {
  TestLoop loop;
  LinkedPair pair(loop);
  BOOST_REQUIRE(loop.run_until([&] { return pair.is_up(); }));
  const std::uint64_t before = pair.client->counters().bytes_out;
  for (int i = 0; i < 100; ++i) pair.client->send(Priority::live, frame(1, "12345678"));
  BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.frames.size() == 100; }));
  BOOST_TEST(pair.client->counters().bytes_out - before < 100u * 20 + 30);
}

namespace {

// A server whose socket is read only on request: TLS is driven by hand.
class BlockedReader {
 public:
  BlockedReader(TestLoop& loop, ConnectionOptions options)
      : sockets_(tcp_pair()),
        client_socket(sockets_.first.get()),
        session_(context(2), TlsRole::server, trust_only(1)),
        client(loop.loop, std::move(sockets_.first), context(1), TlsRole::client, trust_only(2), client_saw.handlers(), options) {
    set_non_blocking(sockets_.second.get());
    BOOST_REQUIRE(loop.run_until([this] {
      read();
      return session_.state() == TlsState::open && client.is_open();
    }));
  }

  bool saw_goodbye() const { return session_.state() == TlsState::closed; }
  void hang_up() { sockets_.second.reset(); }

  // Frame types in the order in which they arrive.
  void read() {
    char bytes[64 * 1024];
    for (;;) {
      const ssize_t got = ::recv(sockets_.second.get(), bytes, sizeof bytes, 0);
      if (got <= 0) break;
      session_.feed(std::string_view(bytes, static_cast<std::size_t>(got)));
      reader_.feed(session_.take_plaintext());
    }
    const std::string reply = session_.take_output();
    if (!reply.empty()) ::send(sockets_.second.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
    for (auto next = reader_.next(); next.ok() && *next; next = reader_.next()) types.push_back((*next)->type);
  }

 private:
  std::pair<Fd, Fd> sockets_;

 public:
  int client_socket;  // the client's own, to query the kernel

 private:
  TlsSession session_;
  wire::FrameReader reader_;

 public:
  std::vector<int> types;
  Seen client_saw;
  Connection client;
};

}  // namespace

// F19 L3
BOOST_AUTO_TEST_CASE(a_heartbeat_passes_what_waits_for_a_slow_reader) {
  TestLoop loop;
  BlockedReader blocked(loop, {});
  const std::string bulk = frame(3, std::string(8 * 1024, 'b'));
  constexpr int kBulkFrames = 2000;
  for (int i = 0; i < kBulkFrames; ++i) BOOST_REQUIRE(blocked.client.send(Priority::bulk, bulk));
  loop.run_for(Millis{300});  // fills the kernel's buffers
  const std::uint64_t gone = blocked.client.counters().frames_out;
  BOOST_REQUIRE(gone < kBulkFrames);
  BOOST_REQUIRE(blocked.client.queued_bytes(Priority::bulk) > 1'000'000u);
  blocked.client.send(Priority::live, frame(2));
  blocked.client.send(Priority::control, frame(1));
  blocked.client.send(Priority::heartbeat, frame(0));
  BOOST_REQUIRE(loop.run_until([&] {
    blocked.read();
    return blocked.types.size() == kBulkFrames + 3;
  }));
  const auto at = [&](int type) { return std::find(blocked.types.begin(), blocked.types.end(), type) - blocked.types.begin(); };
  BOOST_TEST(at(0) < at(1));
  BOOST_TEST(at(1) < at(2));
  // Only the part being sent is ahead of what had already been sent.
  BOOST_TEST(static_cast<std::uint64_t>(at(2)) <= gone + 4);
}

BOOST_AUTO_TEST_CASE(little_waits_in_the_kernel_of_the_sender) {
  TestLoop loop;
  BlockedReader blocked(loop, {});
  for (int i = 0; i < 2000; ++i) blocked.client.send(Priority::bulk, frame(3, std::string(8 * 1024, 'b')));
  loop.run_for(Millis{300});
  int unsent = 0;
  BOOST_REQUIRE(::ioctl(blocked.client_socket, SIOCOUTQNSD, &unsent) == 0);
  BOOST_TEST(unsent <= 3 * 16 * 1024);
  BOOST_TEST(blocked.client.queued_bytes() > 8'000'000u);
}

BOOST_AUTO_TEST_CASE(the_socket_neither_delays_small_frames_nor_trusts_a_silent_end) {
  TestLoop loop;
  ConnectionOptions options;
  options.user_timeout = Millis{4'321};
  const BlockedReader blocked(loop, options);
  const auto value_of = [&](int level, int name) {
    int value = 0;
    socklen_t length = sizeof value;
    BOOST_REQUIRE(::getsockopt(blocked.client_socket, level, name, &value, &length) == 0);
    return value;
  };
  BOOST_TEST(value_of(IPPROTO_TCP, TCP_NODELAY) == 1);
  BOOST_TEST(value_of(IPPROTO_TCP, TCP_USER_TIMEOUT) == 4'321);
  BOOST_TEST(value_of(SOL_SOCKET, SO_KEEPALIVE) == 1);
}

// F19 I9
BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_is_bounded_by_the_limit) {
  TestLoop loop;
  ConnectionOptions options;
  options.max_queued_bytes = 1'000'000;
  BlockedReader blocked(loop, options);
  int refused = 0;
  for (int turn = 0; turn < 2000 && !blocked.client_saw.closed; ++turn) {
    for (int i = 0; i < 10; ++i) refused += blocked.client.send(Priority::live, frame(2, std::string(8 * 1024, 'b'))) ? 0 : 1;
    BOOST_REQUIRE(blocked.client.queued_bytes() <= options.max_queued_bytes);
    loop.loop.run(ev::NOWAIT);
  }
  BOOST_REQUIRE(blocked.client_saw.closed.has_value());
  BOOST_TEST((blocked.client_saw.closed->cause == CloseCause::overflow));
  BOOST_TEST(contains(blocked.client_saw.closed->text, "the limit is 1000000"));
  BOOST_TEST(refused > 0);
  BOOST_TEST(!blocked.client.send(Priority::heartbeat, frame(0)));
}

// One slow link must not delay another in the same loop.
BOOST_AUTO_TEST_CASE(a_blocked_link_does_not_hold_up_another) {
  TestLoop loop;
  BlockedReader blocked(loop, {});
  LinkedPair pair(loop);
  for (int i = 0; i < 3000; ++i) blocked.client.send(Priority::bulk, frame(3, std::string(8 * 1024, 'b')));
  pair.client->send(Priority::heartbeat, frame(1));
  BOOST_TEST(loop.run_until([&] { return !pair.server_saw.frames.empty(); }, Millis{2'000}));
}

// A link that always has more to send must not keep the loop from its other work.
BOOST_AUTO_TEST_CASE(sending_from_on_drained_keeps_the_loop_turning) {
  TestLoop loop;
  auto [one, other] = unix_pair();
  int rounds = 0;
  std::optional<Connection> link;
  ConnectionHandlers handlers;
  handlers.on_drained = [&](Priority) {
    link->send(Priority::bulk, frame(1));
    ++rounds;
  };
  link.emplace(loop.loop, std::move(one), std::move(handlers));
  link->send(Priority::bulk, frame(1));
  for (int turn = 0; turn < 20; ++turn) {
    const int before = rounds;
    loop.loop.run(ev::NOWAIT);
    BOOST_REQUIRE(rounds - before <= 4);
  }
  BOOST_TEST(rounds >= 20);
}

BOOST_AUTO_TEST_CASE(an_untrusted_certificate_ends_the_link_with_its_fingerprint) {
  TestLoop loop;
  LinkedPair pair(loop, tcp_pair(), {}, trust_only(9));
  pair.client->send(Priority::control, frame(1, "hello"));
  BOOST_REQUIRE(loop.run_until([&] { return pair.client_saw.closed && pair.server_saw.closed; }));
  const std::string fingerprint = identity(1).certificate.fingerprint;
  BOOST_TEST((pair.server_saw.closed->cause == CloseCause::untrusted));
  BOOST_TEST(pair.server_saw.closed->fingerprint == fingerprint);
  BOOST_TEST((pair.server_saw.closed->node_id == node(1)));
  BOOST_TEST(contains(pair.server_saw.closed->text, fingerprint));
  BOOST_TEST((pair.client_saw.closed->cause == CloseCause::refused_us));
  BOOST_TEST(contains(pair.client_saw.closed->text, fingerprint));
  BOOST_TEST(!pair.server_saw.peer.has_value());
  BOOST_TEST(pair.server_saw.frames.empty());
}

// F50
BOOST_AUTO_TEST_CASE(garbage_in_place_of_tls_ends_the_link) {
  TestLoop loop;
  auto [raw, end] = tcp_pair();
  Seen saw;
  Connection server(loop.loop, std::move(end), context(2), TlsRole::server, trust_all(), saw.handlers());
  const std::string garbage = "GET / HTTP/1.0\r\n\r\n";
  BOOST_REQUIRE(::send(raw.get(), garbage.data(), garbage.size(), 0) == static_cast<ssize_t>(garbage.size()));
  BOOST_REQUIRE(loop.run_until([&] { return saw.closed.has_value(); }));
  BOOST_TEST((saw.closed->cause == CloseCause::protocol));
  BOOST_TEST(contains(saw.closed->text, "not TLS"));
}

// F50
BOOST_AUTO_TEST_CASE(garbage_inside_the_link_ends_it) {
  TestLoop loop;
  LinkedPair pair(loop);
  pair.client->send(Priority::live, "this is no frame at all");
  BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.closed.has_value() && pair.client_saw.closed.has_value(); }));
  BOOST_TEST((pair.server_saw.closed->cause == CloseCause::protocol));
  BOOST_TEST(contains(pair.server_saw.closed->text, "not the Merlin protocol"));
}

BOOST_AUTO_TEST_CASE(a_stranger_may_not_send_large_frames) {
  TestLoop loop;
  LinkedPair pair(loop);
  pair.client->send(Priority::live, frame(1, std::string(wire::kMaxHandshakePayloadBytes + 1, 'x')));
  BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.closed.has_value(); }));
  BOOST_TEST(contains(pair.server_saw.closed->text, "16384 are allowed"));
}

// F56
BOOST_AUTO_TEST_CASE(who_says_nothing_is_ended_at_the_deadline) {
  TestLoop loop;
  ConnectionOptions options;
  options.handshake_deadline = Millis{100};
  auto [raw, end] = tcp_pair();
  Seen silent;
  Connection server(loop.loop, std::move(end), context(2), TlsRole::server, trust_all(), silent.handlers(), options);
  BOOST_REQUIRE(loop.run_until([&] { return silent.closed.has_value(); }));
  BOOST_TEST((silent.closed->cause == CloseCause::timeout));
  BOOST_TEST(silent.closed->text == "no TLS handshake within 0.1 s");

  LinkedPair pair(loop, options);
  pair.server->send(Priority::control, frame(1));
  BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.closed.has_value(); }));
  BOOST_TEST(pair.server_saw.closed->text == "no frame received within 0.1 s");
  BOOST_TEST(pair.client_saw.frames.size() == 1u);
}

// A loop that hung must read what arrived meanwhile before it judges.
BOOST_AUTO_TEST_CASE(a_late_loop_reads_before_it_judges) {
  TestLoop loop;
  ConnectionOptions options;
  options.handshake_deadline = Millis{150};
  auto [one, other] = unix_pair();
  Seen saw;
  Connection end(loop.loop, std::move(one), saw.handlers(), options);
  loop.run_for(Millis{20});
  const std::string hello = frame(1, "hello");
  BOOST_REQUIRE(::send(other.get(), hello.data(), hello.size(), 0) > 0);
  ::usleep(300'000);
  loop.run_for(Millis{20});
  BOOST_TEST(saw.frames.size() == 1u);
  BOOST_TEST(!saw.closed.has_value());
}

BOOST_AUTO_TEST_CASE(the_end_of_the_other_side_is_told_once) {
  TestLoop loop;
  LinkedPair pair(loop);
  pair.client->send(Priority::control, frame(1));
  BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.frames.size() == 1; }));
  pair.client.reset();
  BOOST_REQUIRE(loop.run_until([&] { return pair.server_saw.closed.has_value(); }));
  BOOST_TEST((pair.server_saw.closed->cause == CloseCause::by_peer));
  BOOST_TEST(pair.server_saw.closed->fingerprint == identity(1).certificate.fingerprint);
  loop.run_for(Millis{50});
  BOOST_TEST(pair.server_saw.times_closed == 1);
  BOOST_TEST(pair.client_saw.times_closed == 0);
  BOOST_TEST(!pair.server->is_open());
}

// F17
BOOST_AUTO_TEST_CASE(a_cut_within_a_frame_is_told) {
  TestLoop loop;
  auto [one, other] = unix_pair();
  Seen saw;
  Connection end(loop.loop, std::move(one), saw.handlers());
  const std::string half = frame(1, "hello").substr(0, 14);
  BOOST_REQUIRE(::send(other.get(), half.data(), half.size(), 0) > 0);
  other.reset();
  BOOST_REQUIRE(loop.run_until([&] { return saw.closed.has_value(); }));
  BOOST_TEST(saw.closed->text == "the other end closed the link within a frame");
}

BOOST_AUTO_TEST_CASE(finish_delivers_what_is_queued_and_then_closes) {
  TestLoop loop;
  LinkedPair pair(loop);
  BOOST_REQUIRE(loop.run_until([&] { return pair.is_up(); }));
  for (int i = 0; i < 500; ++i) {
    pair.client->send(Priority::live, frame(2, std::string(1000, 'x')));
    pair.server->send(Priority::live, frame(2, std::string(1000, 'x')));  // unread bytes must not prevent the closing message
  }
  pair.client->send(Priority::heartbeat, frame(1, "goodbye"));
  pair.client->finish("planned stop");
  BOOST_TEST(!pair.client->is_open());
  BOOST_TEST(!pair.client->send(Priority::heartbeat, frame(1)));
  BOOST_REQUIRE(loop.run_until([&] { return pair.client_saw.closed && pair.server_saw.closed; }));
  BOOST_TEST(pair.server_saw.frames.size() == 501u);
  BOOST_TEST((pair.server_saw.closed->cause == CloseCause::by_peer));
  BOOST_TEST((pair.client_saw.closed->cause == CloseCause::local));
  BOOST_TEST(pair.client_saw.closed->text == "planned stop");
  BOOST_TEST(pair.client_saw.times_closed == 1);
}

// Closing at once could make the kernel discard data in transit.
BOOST_AUTO_TEST_CASE(finish_waits_until_the_other_end_has_closed_too) {
  TestLoop loop;
  ConnectionOptions options;
  options.finish_deadline = Millis{20'000};
  BlockedReader reader(loop, options);
  reader.client.send(Priority::live, frame(2));
  reader.client.finish("planned stop");
  BOOST_REQUIRE(loop.run_until([&] {
    reader.read();
    return reader.saw_goodbye();
  }));
  loop.run_for(Millis{50});
  BOOST_TEST(!reader.client_saw.closed.has_value());
  BOOST_TEST(reader.types.size() == 1u);
  reader.hang_up();
  BOOST_REQUIRE(loop.run_until([&] { return reader.client_saw.closed.has_value(); }));
  BOOST_TEST(reader.client_saw.closed->text == "planned stop");
}

BOOST_AUTO_TEST_CASE(finish_does_not_wait_for_ever) {
  TestLoop loop;
  ConnectionOptions options;
  options.finish_deadline = Millis{100};
  BlockedReader blocked(loop, options);
  for (int i = 0; i < 2000; ++i) blocked.client.send(Priority::bulk, frame(3, std::string(8 * 1024, 'b')));
  blocked.client.finish("wrong cluster name", CloseCause::protocol);
  BOOST_REQUIRE(loop.run_until([&] { return blocked.client_saw.closed.has_value(); }, Millis{2'000}));
  BOOST_TEST(blocked.client_saw.closed->text == "wrong cluster name");
  BOOST_TEST((blocked.client_saw.closed->cause == CloseCause::protocol));
}

BOOST_AUTO_TEST_CASE(finish_before_the_link_is_open_ends_it_from_the_loop) {
  TestLoop loop;
  LinkedPair pair(loop);
  pair.client->finish("no longer wanted");
  BOOST_TEST(!pair.client_saw.closed.has_value());
  BOOST_REQUIRE(loop.run_until([&] { return pair.client_saw.closed.has_value(); }));
  BOOST_TEST(pair.client_saw.closed->text == "no longer wanted");
}

BOOST_AUTO_TEST_CASE(a_link_may_be_destroyed_in_each_of_its_handlers) {
  for (int which = 0; which < 4; ++which) {
    TestLoop loop;
    LinkedPair pair(loop);
    ConnectionHandlers handlers = pair.server_saw.handlers();
    const std::string captured = "kept while the handler runs, longer than any small buffer";
    std::string after;
    const auto destroy = [&pair, &after, captured] {
      pair.server.reset();
      after = captured;
    };
    if (which == 0) handlers.on_open = [destroy](const PeerInfo&) { destroy(); };
    if (which == 1) handlers.on_frame = [destroy](wire::Frame&&) { destroy(); };
    if (which == 2) handlers.on_drained = [destroy](Priority) { destroy(); };
    if (which == 3) handlers.on_closed = [destroy](const CloseReason&) { destroy(); };
    pair.server->set_handlers(std::move(handlers));
    for (int i = 0; i < 5; ++i) pair.client->send(Priority::live, frame(1));
    pair.server->send(Priority::live, frame(1));
    if (which == 3) pair.client->finish("done");
    BOOST_REQUIRE(loop.run_until([&] { return !after.empty(); }));
    BOOST_TEST(after == captured);
    BOOST_TEST(!pair.server.has_value());
    loop.run_for(Millis{30});
  }
}

BOOST_AUTO_TEST_CASE(handlers_may_be_replaced_in_a_handler) {
  TestLoop loop;
  LinkedPair pair(loop);
  int old_frames = 0;
  ConnectionHandlers first;
  Seen later;
  first.on_frame = [&](wire::Frame&&) {
    ++old_frames;
    pair.server->set_handlers(later.handlers());
  };
  pair.server->set_handlers(std::move(first));
  for (int i = 0; i < 3; ++i) pair.client->send(Priority::live, frame(1));
  BOOST_REQUIRE(loop.run_until([&] { return later.frames.size() == 2; }));
  BOOST_TEST(old_frames == 1);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_costs_its_link_only) {
  TestLoop loop;
  LinkedPair bad(loop);
  LinkedPair good(loop);
  ConnectionHandlers handlers = bad.server_saw.handlers();
  handlers.on_frame = [](wire::Frame&&) { throw std::runtime_error("store is full"); };
  bad.server->set_handlers(std::move(handlers));
  bad.client->send(Priority::live, frame(1));
  BOOST_REQUIRE(loop.run_until([&] { return bad.server_saw.closed.has_value(); }));
  BOOST_TEST((bad.server_saw.closed->cause == CloseCause::error));
  BOOST_TEST(bad.server_saw.closed->text == "internal error: store is full");
  good.client->send(Priority::live, frame(1));
  BOOST_TEST(loop.run_until([&] { return good.server_saw.frames.size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_moved_link_goes_on) {
  TestLoop loop;
  LinkedPair pair(loop);
  BOOST_REQUIRE(loop.run_until([&] { return pair.is_up(); }));
  Connection moved = std::move(*pair.client);
  pair.client.reset();
  moved.send(Priority::live, frame(1));
  BOOST_TEST(loop.run_until([&] { return pair.server_saw.frames.size() == 1; }));
  moved = std::move(*pair.server);  // closes its previous link
  BOOST_TEST(loop.run_until([&] { return pair.server_saw.closed.has_value(); }));
  BOOST_TEST(pair.client_saw.times_closed == 0);
}
