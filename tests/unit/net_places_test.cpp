// Which link without a certificate goes for a new one: strangers displace each other at random, and never a known host.
#include <boost/test/unit_test.hpp>

#include "shared/net/places.hpp"

using namespace merlin::net;

namespace {

SocketAddress place_at(const std::string& host) { return *SocketAddress::from_literal(host, 15'551); }

struct Hall {
  explicit Hall(const Places::Limits& limits, std::uint32_t seed = 1) : places(limits, seed) {}

  // The number of the new link.
  Places::Number enter(const std::string& host, bool speaks = true) {
    const auto victim = places.displaced_by(place_at(host), [&](Places::Number number) { return silent.contains(number); });
    if (victim) {
      BOOST_REQUIRE(here.erase(*victim) == 1U);
      places.remove(*victim);
    }
    places.add(++last, place_at(host));
    here.insert(last);
    if (!speaks) silent.insert(last);
    return last;
  }

  Places places;
  std::set<Places::Number> here;
  std::set<Places::Number> silent;
  Places::Number last = 0;
};

std::string stranger(int number) { return "198.51." + std::to_string(number / 250) + "." + std::to_string(1 + number % 250); }

}  // namespace

BOOST_AUTO_TEST_CASE(strangers_never_displace_a_known_host) {
  Hall hall({});
  hall.places.set_known({"192.0.2.7", "2001:db8::7"});
  const auto first = hall.enter("192.0.2.7", false);
  const auto second = hall.enter("2001:db8::7", false);
  for (int i = 0; i < 10'000; ++i) hall.enter(stranger(i));
  BOOST_TEST(hall.here.contains(first));
  BOOST_TEST(hall.here.contains(second));
  BOOST_TEST(hall.here.size() == 66U);
  BOOST_TEST(hall.here.contains(hall.enter("192.0.2.7")));
}

BOOST_AUTO_TEST_CASE(a_host_is_known_once_it_was_trusted) {
  Hall hall({});
  hall.places.trust(hall.enter("192.0.2.7"));
  const auto again = hall.enter("192.0.2.7");
  for (int i = 0; i < 10'000; ++i) hall.enter(stranger(i));
  BOOST_TEST(hall.here.contains(again));
  // A bounded number of them: the oldest is forgotten.
  for (int i = 0; i < static_cast<int>(Places::kMostTrusted); ++i) {
    const auto number = hall.enter(stranger(i));
    hall.places.trust(number);
    hall.here.erase(number);
    hall.places.remove(number);
  }
  const auto forgotten = hall.enter("192.0.2.7");
  for (int i = 10'000; i < 20'000; ++i) hall.enter(stranger(i));
  BOOST_TEST(!hall.here.contains(forgotten));
}

// A handshake over a slow line outlasts some of the newcomers, whatever their rate.
BOOST_AUTO_TEST_CASE(strangers_displace_each_other_at_random) {
  int outlasted = 0;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Hall hall({}, seed);
    const auto slow = hall.enter("203.0.113.1");
    for (int i = 0; i < 63 + 64; ++i) hall.enter(stranger(i));
    outlasted += hall.here.contains(slow) ? 1 : 0;
  }
  // Each of 64 newcomers displaces it with a probability of 1 in 64: it stays in 37 of 100 cases.
  BOOST_TEST(outlasted > 40);
  BOOST_TEST(outlasted < 110);
}

BOOST_AUTO_TEST_CASE(the_silent_go_first) {
  Hall hall({.strangers = 8, .per_source = 8});
  const auto speaking = hall.enter(stranger(0));
  for (int i = 1; i < 100; ++i) hall.enter(stranger(i), false);
  BOOST_TEST(hall.here.contains(speaking));
  BOOST_TEST(hall.here.size() == 8U);
}

// One machine can have all addresses of a /64.
BOOST_AUTO_TEST_CASE(a_network_of_ipv6_is_one_source) {
  Hall hall({});
  const auto other = hall.enter("2001:db8:0:2::1");
  for (int i = 0; i < 1'000; ++i) hall.enter("2001:db8:0:1::" + std::to_string(i));
  BOOST_TEST(hall.here.contains(other));
  BOOST_TEST(hall.here.size() == 1U + 8U);
  // Nodes of ours are often in one network.
  std::set<std::string> nodes;
  for (int i = 0; i < 20; ++i) nodes.insert("2001:db8:0:3::" + std::to_string(i));
  hall.places.set_known(nodes);
  for (const std::string& node : nodes) hall.enter(node);
  BOOST_TEST(hall.here.size() == 1U + 8U + 20U);
}

BOOST_AUTO_TEST_CASE(known_hosts_are_bounded_too) {
  Hall hall({.strangers = 4, .known = 6, .per_source = 3});
  std::set<std::string> nodes;
  for (int i = 0; i < 10; ++i) nodes.insert(stranger(i));
  hall.places.set_known(nodes);
  for (int round = 0; round < 10; ++round) hall.enter(stranger(0));
  BOOST_TEST(hall.here.size() == 3U);
  for (int i = 0; i < 10; ++i) hall.enter(stranger(i));
  BOOST_TEST(hall.here.size() == 6U);
}

BOOST_AUTO_TEST_CASE(the_network_of_an_address) {
  BOOST_TEST(place_at("192.0.2.7").network() == "192.0.2.7");
  BOOST_TEST(place_at("::ffff:192.0.2.7").network() == "192.0.2.7");
  BOOST_TEST(place_at("2001:db8:1:2:3:4:5:6").network() == "2001:db8:1:2::/64");
  BOOST_TEST(place_at("::1").network() == "::/64");
}
