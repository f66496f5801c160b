// The types of values: accepted and refused texts, and the messages of refusals.
#include <boost/test/unit_test.hpp>

#include "shared/config/nearest.hpp"
#include "shared/config/values.hpp"

using namespace merlin;
using namespace merlin::config;

namespace {

constexpr Choice kColours[] = {{"red", 1}, {"green", 2}, {"rouge", 1}};

Rule rule_of(ValueType type) { return {type, 0, std::numeric_limits<std::int64_t>::max(), kColours, {}}; }

std::optional<std::int64_t> number(ValueType type, std::string_view text) {
  const Result<Value> value = read_value(rule_of(type), text);
  return value ? std::optional(value->number) : std::nullopt;
}

bool taken(ValueType type, std::string_view text) { return read_value(rule_of(type), text).ok(); }

}  // namespace

BOOST_AUTO_TEST_CASE(times) {
  const std::pair<const char*, std::int64_t> good[] = {{"250ms", 250},    {"1s", 1000},        {"10", 10'000},      {"2 m", 120'000},
                                                       {"1h", 3'600'000}, {"7d", 604'800'000}, {"1w", 604'800'000}, {"0", 0}};
  for (const auto& [text, ms] : good) BOOST_TEST((number(ValueType::duration, text) == ms), text);
  for (const char* text : {"", "s", "1.5s", "-1s", "+1s", "1x", "1s2m", " 1s", "1e3", "9223372036854775807w", "99999999999999999999"}) {
    BOOST_TEST(!taken(ValueType::duration, text), text);
  }
}

BOOST_AUTO_TEST_CASE(sizes) {
  const std::pair<const char*, std::int64_t> good[] = {{"1KiB", 1024}, {"2K", 2048}, {"3M", 3 << 20}, {"1GiB", 1 << 30}, {"77", 77}};
  for (const auto& [text, bytes] : good) BOOST_TEST((number(ValueType::size, text) == bytes), text);
  for (const char* text : {"", "KiB", "1KB", "1.5G", "-1", "9223372036854775807K"}) BOOST_TEST(!taken(ValueType::size, text), text);
}

BOOST_AUTO_TEST_CASE(yes_and_no) {
  for (const char* text : {"yes", "on", "true", "1"}) BOOST_TEST((number(ValueType::yes_no, text) == 1), text);
  for (const char* text : {"no", "off", "false", "0"}) BOOST_TEST((number(ValueType::yes_no, text) == 0), text);
  for (const char* text : {"", "y", "2", "maybe"}) BOOST_TEST(!taken(ValueType::yes_no, text), text);
}

BOOST_AUTO_TEST_CASE(ranges_are_kept_and_told) {
  const Rule port{ValueType::integer, 1, 65535, {}, {}};
  BOOST_TEST(read_value(port, "65535").ok());
  for (const char* text : {"0", "65536", "<port>", "1s", "0x10", ""}) {
    const Result<Value> value = read_value(port, text);
    BOOST_REQUIRE(!value);
    BOOST_TEST(value.error().what == "'" + std::string(text) + "' is not a whole number from 1 to 65535");
  }
  const Rule pulse{ValueType::duration, 100, 60'000, {}, {}};
  BOOST_TEST(read_value(pulse, "2m").error().what == "'2m' is not a time from 100ms to 1m");
}

BOOST_AUTO_TEST_CASE(a_word_may_stand_for_a_value) {
  const Rule copies{ValueType::integer, 1, 64, {}, "all"};
  BOOST_TEST(read_value(copies, "all")->is_word);
  BOOST_TEST(read_value(copies, "3")->number == 3);
  BOOST_TEST(read_value(copies, "al").error().what == "'al' is not a whole number from 1 to 64, or all");
}

BOOST_AUTO_TEST_CASE(choices_and_what_was_meant) {
  BOOST_TEST((number(ValueType::choice, "rouge") == 1));
  const Result<Value> value = read_value(rule_of(ValueType::choice), "gren");
  BOOST_REQUIRE(!value);
  BOOST_TEST(value.error().text() == "'gren' is not red or green; did you mean green?");
}

BOOST_AUTO_TEST_CASE(addresses) {
  for (const char* text :
       {"peer02", "peer_02", "a.example.org.", "10.0.0.1", "::1", "[fe80::1]", "fe80::1%eth0", "1and1.example", "SOLSRVMON002"}) {
    BOOST_TEST(taken(ValueType::address, text), text);
  }
  for (const char* text : {"", "<ip>", "10.0.0", "10.0.0.256", "1.2.3.4.5", "a b", "-a", "a-.b", "a..b", ".", ":::1", "[10.0.0.1]", "[::1",
                           "fe80::1%", "a/b"}) {
    BOOST_TEST(!taken(ValueType::address, text), text);
  }
  BOOST_TEST(!taken(ValueType::address, std::string(254, 'a')));
  BOOST_TEST(!taken(ValueType::address, std::string(64, 'a')));
  BOOST_TEST(read_value(rule_of(ValueType::address), "[::1]")->text == "::1");
  BOOST_TEST(read_value(rule_of(ValueType::address), "<ip>").error().what == "'<ip>' is not a host name, an IPv4 or an IPv6 address");
  BOOST_TEST(read_value(rule_of(ValueType::addresses), "0.0.0.0, ::")->list.size() == 2);
}

BOOST_AUTO_TEST_CASE(endpoints) {
  const auto endpoint = [](std::string_view text) { return read_value(rule_of(ValueType::endpoint), text); };
  BOOST_TEST(endpoint("unix:/run/m.sock")->endpoint.is_unix());
  BOOST_TEST(endpoint("unix:/run/m.sock")->endpoint.text() == "unix:/run/m.sock");
  BOOST_TEST(endpoint("[::1]:15551")->endpoint.host == "::1");
  BOOST_TEST(endpoint("[::1]:15551")->endpoint.text() == "[::1]:15551");
  BOOST_TEST(endpoint("host:1")->endpoint.port == 1);
  for (const char* text :
       {"", "unix:", "unix:m.sock", "/run/m.sock", "host", "host:", "host:0", "host:65536", "host:1x", ":1", "::1:15551", "[::1]"}) {
    BOOST_TEST(!taken(ValueType::endpoint, text), text);
  }
  BOOST_TEST(!taken(ValueType::endpoint, "unix:/" + std::string(107, 'a')));
}

BOOST_AUTO_TEST_CASE(names_paths_and_fingerprints) {
  for (const char* text : {"peer02", "Nagios_Collect1", "a.b-c", "_x"}) BOOST_TEST(taken(ValueType::name, text), text);
  for (const char* text : {"", "-a", ".a", "a b", "a/b", "\xC3\xA4"}) BOOST_TEST(!taken(ValueType::name, text), text);
  BOOST_TEST(!taken(ValueType::name, std::string(65, 'a')));
  BOOST_TEST((read_value(rule_of(ValueType::names), " linux servers ,web,, ")->list == std::vector<std::string>{"linux servers", "web"}));
  BOOST_TEST(!taken(ValueType::names, " , "));
  BOOST_TEST(taken(ValueType::path, "/a b"));
  BOOST_TEST(!taken(ValueType::path, "a"));
  BOOST_TEST(!taken(ValueType::path, "/" + std::string(5000, 'a')));
  BOOST_TEST(read_value(rule_of(ValueType::log_target), "stdout")->text == "stderr");
  const std::string digits(64, 'a');
  std::string colons = "SHA256:AA";
  for (int i = 0; i < 31; ++i) colons += ":AA";
  BOOST_TEST((read_value(rule_of(ValueType::fingerprints), colons + "," + digits)->list == std::vector<std::string>{digits, digits}));
  BOOST_TEST(!taken(ValueType::fingerprints, "aa"));
  BOOST_TEST(!taken(ValueType::fingerprints, std::string(64, 'g')));
}

BOOST_AUTO_TEST_CASE(times_and_sizes_as_people_read_them) {
  BOOST_TEST(duration_text(Millis(0)) == "0s");
  BOOST_TEST(duration_text(Millis(1500)) == "1500ms");
  BOOST_TEST(duration_text(Millis(90'000)) == "90s");
  BOOST_TEST(duration_text(Millis(604'800'000)) == "7d");
  BOOST_TEST(size_text(1 << 30) == "1GiB");
  BOOST_TEST(size_text(1000) == "1000");
}

BOOST_AUTO_TEST_CASE(the_nearest_word) {
  const std::vector<std::string_view> words{"address", "port", "hostgroup", "weight"};
  BOOST_TEST((nearest("adress", words) == "address"));
  BOOST_TEST((nearest("Port", words) == "port"));
  BOOST_TEST((nearest("wieght", words) == "weight"));
  BOOST_TEST((nearest("hostgroops", words) == "hostgroup"));
  BOOST_TEST(!nearest("database", words));
  BOOST_TEST(!nearest("", words));
  BOOST_TEST(!nearest(std::string(100'000, 'a'), words));
  BOOST_TEST(!nearest("x", {}));
}
