// The end of a drain, as an operator writes it.
#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <ctime>

#include "mon/service/drain_end.hpp"

using namespace merlin;
using namespace merlin::mon;

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kNoon = 1'800'014'400;  // 2027-01-15 12:00 UTC

struct Berlin {  // UTC+1, in summer +2
  Berlin() { set("CET-1CEST,M3.5.0,M10.5.0/3"); }
  ~Berlin() { set("UTC"); }
  static void set(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
};

std::int64_t end_of(const std::string& text, std::int64_t now = kNoon) {
  const auto end = read_end(text, now);
  return end ? *end : -1;
}

std::string error_of(const std::string& text) {
  const auto end = read_end(text, kNoon);
  return end ? "" : end.error().what;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_end_is_a_time_from_now) {
  BOOST_TEST(end_of("30m") == kNoon + 30 * 60);
  BOOST_TEST(end_of("2h") == kNoon + 7'200);
  BOOST_TEST(end_of("1d") == kNoon + kDay);
  BOOST_TEST(end_of("90s") == kNoon + 90);
  BOOST_TEST(end_of("366d") == kNoon + 366 * kDay);
}

BOOST_AUTO_TEST_CASE(an_end_is_the_next_such_time_of_day) {
  const Berlin berlin;
  BOOST_TEST(end_of("14:30") == kNoon + 90 * 60, "13:00 is now");
  BOOST_TEST(end_of("13:00:01") == kNoon + 1);
  BOOST_TEST(end_of("13:00") == kNoon + kDay);
  BOOST_TEST(end_of("08:00") == kNoon + kDay - 5 * 3'600);
  const std::int64_t before_summer = 1'806'177'600;  // 2027-03-27 21:00
  BOOST_TEST(end_of("20:00", before_summer) == before_summer + kDay - 7'200, "that night has 23 hours");
}

BOOST_AUTO_TEST_CASE(an_end_is_a_date_with_a_time) {
  const Berlin berlin;
  BOOST_TEST(end_of("2027-01-16 14:30") == kNoon + kDay + 90 * 60);
  BOOST_TEST(end_of("2027-01-16T14:30:05") == kNoon + kDay + 90 * 60 + 5);
  BOOST_TEST(end_of("2027-01-16T14:30Z") == kNoon + kDay + 150 * 60);
  BOOST_TEST(end_of("2027-01-16T14:30:00+05:30") == kNoon + kDay - 180 * 60);
  BOOST_TEST(end_of("2027-07-01T12:00") == 1'814'436'000, "in summer time");
}

BOOST_AUTO_TEST_CASE(an_end_that_cannot_be_meant_is_an_error) {
  for (const char* text : {"", "soon", "30", "14.30", "25:00", "14:60", "2027-02-31T10:00", "2027-13-01T10:00", "2027-01-16", "-5m", "5y",
                           "14:30 tomorrow", "2027-01-16T14:30+", "99999999999999999999d"})
    BOOST_TEST(error_of(text).ends_with(" is not a time"), text << ": " << error_of(text));
  for (const char* text : {"2020-01-01T12:00", "2027-01-15T11:59Z", "0s"}) BOOST_TEST(error_of(text).ends_with(" is in the past"), text);
  for (const char* text : {"367d", "999999d", "2029-01-01T12:00"})
    BOOST_TEST(error_of(text).ends_with(" is more than a year away"), text << ": " << error_of(text));
}

BOOST_AUTO_TEST_CASE(an_end_is_shown_with_its_date_unless_it_is_today) {
  const Berlin berlin;
  BOOST_TEST(end_text(kNoon + 90 * 60, kNoon) == "14:30");
  BOOST_TEST(end_text(kNoon + 12 * 3'600, kNoon) == "2027-01-16 01:00");
  BOOST_TEST(end_text(kNoon + 365 * kDay, kNoon) == "2028-01-15 13:00");
}
