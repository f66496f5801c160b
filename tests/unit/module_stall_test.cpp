// A core that hung for so long that others may have taken over asks before it acts.
// F05
#include <boost/test/unit_test.hpp>

#include "module/agent/stall_guard.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

struct Guard {
  static constexpr StallGuard::Settings kSettings{Millis{1000}, Millis{5000}, Millis{6000}};
  static SteadyTime at(int ms) { return SteadyTime{Millis{1'000'000 + ms}}; }
  StallGuard guard{kSettings, at(0)};
};

}  // namespace

// The last heartbeat may be an interval old when the stall begins: others count from it.
BOOST_FIXTURE_TEST_CASE(a_stall_counts_when_others_may_have_waited_for_the_core_timeout, Guard) {
  BOOST_TEST(!guard.turn(at(4000), 5));
  BOOST_TEST(!guard.doubtful(at(8000)));
  BOOST_TEST(guard.doubtful(at(8001)));
  const auto stood = guard.turn(at(8001), 5);
  BOOST_REQUIRE(stood.has_value());
  BOOST_TEST(stood->count() == 4001);
  BOOST_TEST(guard.doubtful(at(8001)));
}

BOOST_FIXTURE_TEST_CASE(only_the_answer_to_a_later_heartbeat_ends_it, Guard) {
  guard.turn(at(10'000), 5);
  BOOST_TEST(!guard.answered(4));
  BOOST_TEST(!guard.turn(at(10'050), 6));
  BOOST_TEST(guard.doubtful(at(10'050)));
  BOOST_TEST(guard.answered(5));
  BOOST_TEST(!guard.doubtful(at(10'050)));
  BOOST_TEST(!guard.answered(6));
}

BOOST_FIXTURE_TEST_CASE(a_second_stall_asks_anew, Guard) {
  guard.turn(at(10'000), 5);
  guard.turn(at(20'000), 6);
  BOOST_TEST(!guard.answered(5));
  BOOST_TEST(guard.answered(6));
}

BOOST_FIXTURE_TEST_CASE(a_save_within_its_limit_is_no_stall, Guard) {
  guard.saving(true, at(3000));
  guard.saving(false, at(9000));
  BOOST_TEST(!guard.doubtful(at(9000)));
  guard.saving(true, at(9000));
  guard.saving(false, at(15'001));
  BOOST_TEST(guard.doubtful(at(15'001)));
}

BOOST_FIXTURE_TEST_CASE(a_save_does_not_excuse_the_stall_before_it, Guard) {
  guard.saving(true, at(5000));
  guard.saving(false, at(5100));
  BOOST_TEST(guard.doubtful(at(5100)));
}

BOOST_AUTO_TEST_CASE(a_late_tick_is_no_stall_whatever_the_settings) {
  StallGuard guard({Millis{500}, Millis{500}, Millis{0}}, SteadyTime{});
  BOOST_TEST(!guard.doubtful(SteadyTime{Millis{250}}));
  BOOST_TEST(guard.doubtful(SteadyTime{Millis{251}}));
}
