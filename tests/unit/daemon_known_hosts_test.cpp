// The addresses of the configured nodes: literals and names, of the present blocks only.
#include <atomic>

#include "daemon/links/known_hosts.hpp"
#include "tests/unit/net_support.hpp"

using namespace merlin;
using namespace merlin::daemon;

namespace {

config::NodeConfig block(const std::string& address) {
  config::NodeConfig node;
  node.name = address;
  node.address = address;
  return node;
}

}  // namespace

BOOST_AUTO_TEST_CASE(literals_and_names_are_known_and_names_without_an_answer_keep_the_last) {
  net::test::TestLoop loop;
  std::atomic<bool> is_down = false;
  net::Resolver resolver(loop.loop, [&](const net::HostPort& where) -> Result<net::Addresses> {
    if (is_down) return Error{"no name server", where.host, ""};
    return net::Addresses{*net::SocketAddress::from_literal("192.0.2.2", where.port),
                          *net::SocketAddress::from_literal("2001:db8::2", where.port)};
  });
  std::set<std::string> known;
  KnownHosts hosts(loop.loop, resolver, [&](const std::set<std::string>& all) { known = all; });
  hosts.set_nodes({block("192.0.2.1"), block("peer02")});
  const std::set<std::string> all{"192.0.2.1", "192.0.2.2", "2001:db8::2"};
  BOOST_TEST(loop.run_until([&] { return known == all; }));
  is_down = true;
  hosts.set_nodes({block("192.0.2.1"), block("peer02"), block("192.0.2.3")});
  BOOST_TEST(loop.run_until([&] { return known.contains("192.0.2.3"); }));
  loop.run_for(Millis{50});
  BOOST_TEST(known.contains("192.0.2.2"));
  hosts.set_nodes({block("192.0.2.3")});
  BOOST_TEST(loop.run_until([&] { return known == std::set<std::string>{"192.0.2.3"}; }));
}
