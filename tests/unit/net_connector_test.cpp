// The connector keeps trying, with growing pauses, reports each new reason once, and hands over an open link.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "shared/net/connector.hpp"
#include "shared/net/listener.hpp"
#include "tests/unit/net_link_support.hpp"

using namespace merlin;
using namespace merlin::net;
using namespace merlin::net::test;

namespace {

struct Server {
  Server(TestLoop& loop, std::uint16_t port = 0, std::uint8_t number = 2, const std::string& host = "127.0.0.1") {
    ListenerHandlers handlers;
    handlers.on_peer = [this](std::unique_ptr<Connection> connection) { peers.push_back(std::move(connection)); };
    auto made = Listener::listen(loop.loop, {host}, port, context(number), trust_only(1), std::move(handlers));
    BOOST_REQUIRE(made.ok());
    listener = std::move(*made);
  }
  std::uint16_t port() const { return listener->addresses().at(0).port(); }

  std::vector<std::unique_ptr<Connection>> peers;
  std::unique_ptr<Listener> listener;
};

std::uint16_t free_port() { return LoopbackPort().address.port(); }

ConnectorOptions quick() {
  ConnectorOptions options;
  options.first_pause = Millis{20};
  options.longest_pause = Millis{80};
  return options;
}

struct Client {
  Client(TestLoop& loop, const HostPort& where, ConnectorOptions options = quick(), Resolver::Lookup lookup = look_up)
      : resolver(loop.loop, std::move(lookup)) {
    ConnectorHandlers handlers;
    handlers.on_peer = [this](std::unique_ptr<Connection> connection) {
      connection->set_handlers(saw.handlers());
      link = std::move(connection);
      ++links;
    };
    handlers.on_failure = [this](const CloseReason& reason) { failures.push_back(reason); };
    connector = std::make_unique<Connector>(loop.loop, resolver, where, context(1), trust_only(2), std::move(handlers), options);
    connector->start();
  }

  Resolver resolver;
  Seen saw;
  std::unique_ptr<Connection> link;
  int links = 0;
  std::vector<CloseReason> failures;
  std::unique_ptr<Connector> connector;
};

}  // namespace

BOOST_AUTO_TEST_CASE(it_hands_over_an_open_link) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    TestLoop loop;
    Server server(loop, 0, 2, host);
    Client client(loop, {host, server.port()});
    BOOST_REQUIRE(loop.run_until([&] { return client.links == 1 && server.peers.size() == 1; }));
    server.peers[0]->send(Priority::control, frame(1, "hello"));
    BOOST_REQUIRE(loop.run_until([&] { return client.saw.frames.size() == 1; }));
    BOOST_TEST((client.link->peer().node_id == node(2)));
    BOOST_TEST(client.failures.empty());
    BOOST_TEST(client.connector->failures() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(it_keeps_trying_until_the_other_is_there_and_tells_each_reason_once) {
  TestLoop loop;
  const std::uint16_t port = free_port();
  Client client(loop, {"127.0.0.1", port});
  BOOST_REQUIRE(loop.run_until([&] { return client.connector->failures() >= 5; }));
  BOOST_REQUIRE_EQUAL(client.failures.size(), 1u);
  BOOST_TEST(client.failures[0].text == "127.0.0.1:" + std::to_string(port) + ": Connection refused");
  {
    Server stranger(loop, port, 3);
    BOOST_REQUIRE(loop.run_until([&] { return client.failures.size() == 2; }));
    BOOST_TEST((client.failures[1].cause == CloseCause::untrusted));
    BOOST_TEST(client.failures[1].fingerprint == identity(3).certificate.fingerprint);
    BOOST_TEST((client.failures[1].node_id == node(3)));
  }
  Server server(loop, port);
  BOOST_REQUIRE(loop.run_until([&] { return client.links == 1; }));
  BOOST_TEST(client.connector->last_failure().text == "");
}

BOOST_AUTO_TEST_CASE(pauses_grow_up_to_the_cap) {
  TestLoop loop;
  ConnectorOptions options;
  options.first_pause = Millis{40};
  options.longest_pause = Millis{160};
  Client client(loop, {"127.0.0.1", free_port()}, options);
  std::vector<double> times;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t attempt = 1; attempt <= 6; ++attempt) {
    BOOST_REQUIRE(loop.run_until([&] { return client.connector->failures() >= attempt; }));
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  BOOST_TEST(times[0] < 0.5);
  // From the third pause on each is at least half of the cap.
  BOOST_TEST(times[5] - times[3] >= 2 * 0.08 - 0.01);
  BOOST_TEST(times[5] < 40.0);
}

// L2
BOOST_AUTO_TEST_CASE(it_reconnects_when_the_link_is_gone) {
  TestLoop loop;
  Server server(loop);
  Client client(loop, {"127.0.0.1", server.port()});
  for (int round = 1; round <= 3; ++round) {
    BOOST_REQUIRE(loop.run_until([&] { return client.links == round && server.peers.size() == 1; }));
    server.peers.clear();
    BOOST_REQUIRE(loop.run_until([&] { return client.saw.closed.has_value(); }));
    client.saw.closed.reset();
    client.link.reset();
    client.connector->reconnect(round % 2 == 0);
  }
}

BOOST_AUTO_TEST_CASE(it_tries_every_address_of_a_name) {
  TestLoop loop;
  Server server(loop);
  const std::uint16_t port = server.port();
  const auto lookup = [port](const HostPort& where) -> Result<Addresses> {
    BOOST_TEST(where.host == "peer02");
    return Addresses{*SocketAddress::from_literal("127.0.0.1", 1), *SocketAddress::from_literal("::1", 1),
                     *SocketAddress::from_literal("127.0.0.1", port)};
  };
  Client client(loop, {"peer02", port}, quick(), lookup);
  BOOST_REQUIRE(loop.run_until([&] { return client.links == 1; }));
  BOOST_TEST(client.failures.empty());

  const auto nowhere = [](const HostPort&) -> Result<Addresses> {
    return Addresses{*SocketAddress::from_literal("127.0.0.1", 1), *SocketAddress::from_literal("::1", 1)};
  };
  Client lost(loop, {"peer03", port}, quick(), nowhere);
  BOOST_REQUIRE(loop.run_until([&] { return lost.failures.size() == 1; }));
  BOOST_TEST(lost.failures[0].text == "127.0.0.1:1: Connection refused; [::1]:1: Connection refused");
}

// F56
BOOST_AUTO_TEST_CASE(a_silent_server_costs_one_deadline) {
  TestLoop loop;
  const LoopbackPort silent;  // the kernel accepts, no process answers
  ConnectorOptions options = quick();
  options.connection.handshake_deadline = Millis{100};
  Client client(loop, {"127.0.0.1", silent.address.port()}, options);
  BOOST_REQUIRE(loop.run_until([&] { return client.failures.size() == 1; }));
  BOOST_TEST((client.failures[0].cause == CloseCause::timeout));
  BOOST_TEST(contains(client.failures[0].text, "no TLS handshake within 0.1 s"));
}

// F21
BOOST_AUTO_TEST_CASE(a_name_that_is_unknown_is_a_failure_like_another) {
  TestLoop loop;
  const auto lookup = [](const HostPort& where) -> Result<Addresses> {
    return Error{"the name cannot be resolved: no such name", where.host, {}};
  };
  Client client(loop, {"peer09", 15551}, quick(), lookup);
  BOOST_REQUIRE(loop.run_until([&] { return client.connector->failures() >= 3; }));
  BOOST_REQUIRE_EQUAL(client.failures.size(), 1u);
  BOOST_TEST(client.failures[0].text == "peer09: the name cannot be resolved: no such name");
}

BOOST_AUTO_TEST_CASE(stop_ends_the_trying_and_start_takes_it_up) {
  TestLoop loop;
  Client client(loop, {"127.0.0.1", free_port()});
  BOOST_REQUIRE(loop.run_until([&] { return client.connector->failures() >= 1; }));
  client.connector->stop();
  const std::uint64_t failures = client.connector->failures();
  loop.run_for(Millis{300});
  BOOST_TEST(client.connector->failures() == failures);
  Server server(loop);
  client.connector->set_target({"127.0.0.1", server.port()});
  client.connector->start();
  BOOST_TEST(loop.run_until([&] { return client.links == 1; }));
}

BOOST_AUTO_TEST_CASE(it_may_be_destroyed_in_its_handlers) {
  TestLoop loop;
  Server server(loop);
  Resolver resolver(loop.loop);
  for (bool reachable : {true, false}) {
    std::unique_ptr<Connector> connector;
    bool called = false;
    const std::string captured = "kept while the handler runs, longer than any small buffer";
    std::string after;
    ConnectorHandlers handlers;
    handlers.on_peer = [&, captured](std::unique_ptr<Connection>) {
      connector.reset();
      after = captured;
      called = true;
    };
    handlers.on_failure = [&, captured](const CloseReason&) {
      connector.reset();
      after = captured;
      called = true;
    };
    connector = std::make_unique<Connector>(loop.loop, resolver, HostPort{"127.0.0.1", reachable ? server.port() : free_port()}, context(1),
                                            trust_only(2), std::move(handlers), quick());
    connector->start();
    BOOST_REQUIRE(loop.run_until([&] { return called; }));
    BOOST_TEST(after == captured);
    loop.run_for(Millis{50});
  }
}

BOOST_AUTO_TEST_CASE(names_are_looked_up_beside_the_loop) {
  TestLoop loop;
  std::mutex mutex;
  std::condition_variable go;
  bool may_answer = false;
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  Resolver resolver(loop.loop, [&](const HostPort& where) -> Result<Addresses> {
    const int now = ++running;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    std::unique_lock lock(mutex);
    go.wait(lock, [&] { return may_answer; });
    --running;
    return Addresses{*SocketAddress::from_literal("127.0.0.1", where.port)};
  });
  int answers = 0;
  std::vector<Resolver::Query> queries;
  for (int i = 0; i < 20; ++i)
    queries.push_back(resolver.resolve({"slow", 1}, [&](Result<Addresses> found) { answers += found.ok() ? 1 : 0; }));
  int literal = 0;
  queries.push_back(resolver.resolve({"::1", 1}, [&](Result<Addresses> found) { literal += found.ok() ? 1 : 0; }));
  BOOST_TEST(literal == 0);  // never from within resolve()
  BOOST_TEST(loop.run_until([&] { return literal == 1; }, Millis{1'000}));
  BOOST_TEST(answers == 0);
  queries.erase(queries.begin());  // cancelled
  {
    const std::lock_guard lock(mutex);
    may_answer = true;
  }
  go.notify_all();
  BOOST_TEST(loop.run_until([&] { return answers == 19; }));
  BOOST_TEST(most.load() <= static_cast<int>(Resolver::kMaxWorkers));
  loop.run_for(Millis{20});
  BOOST_TEST(answers == 19);
}

BOOST_AUTO_TEST_CASE(a_resolver_that_goes_does_not_wait_for_a_slow_name) {
  TestLoop loop;
  struct Gate {
    std::mutex mutex;
    std::condition_variable go;
    bool open = false;
    std::atomic<bool> passed{false};
  };
  const auto gate = std::make_shared<Gate>();
  Resolver::Query query;
  {
    Resolver resolver(loop.loop, [gate](const HostPort&) -> Result<Addresses> {
      std::unique_lock lock(gate->mutex);
      gate->go.wait(lock, [&] { return gate->open; });
      gate->passed = true;
      return Error{"late", {}, {}};
    });
    query = resolver.resolve({"slow", 1}, [](Result<Addresses>) { BOOST_ERROR("an answer of a resolver that is gone"); });
    loop.run_for(Millis{20});
  }
  {
    const std::lock_guard lock(gate->mutex);
    gate->open = true;
  }
  gate->go.notify_all();
  BOOST_TEST(loop.run_until([&] { return gate->passed.load(); }));
  loop.run_for(Millis{20});
}

BOOST_AUTO_TEST_CASE(the_systems_names_are_found) {
  const auto found = look_up({"localhost", 15551});
  BOOST_REQUIRE(found.ok());
  BOOST_TEST(found->at(0).port() == 15551);
  const auto missing = look_up({"no-such-host.invalid", 15551});
  BOOST_REQUIRE(!missing.ok());
  BOOST_TEST(contains(missing.error().text(), "no-such-host.invalid: the name cannot be resolved"));
}
