// Times that a core must not receive: the module refuses every command with such times before the core executes it.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "module/agent/command_table.hpp"
#include "module/agent/command_times.hpp"

using namespace merlin::neb;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;

bool refused(const std::string& name, const std::string& arguments, std::int64_t given_s = kNow) {
  return wrong_time(name, arguments, given_s).has_value();
}

// The arguments before its times.
std::string before(const ExternalCommand& command) { return command.before_times == 2 ? "host;service;" : "host;"; }

}  // namespace

BOOST_AUTO_TEST_CASE(every_command_with_downtime_or_moment_in_its_name_has_its_times_checked) {
  for (const ExternalCommand& command : external_commands()) {
    const bool schedules = command.name.starts_with("SCHEDULE_") || command.name.starts_with("DELAY_");
    BOOST_TEST((command.times != CommandTimes::none) == (schedules || command.name.ends_with("_CHECK_INTERVAL")),
               std::string(command.name));
  }
}

BOOST_AUTO_TEST_CASE(moments_are_between_1970_and_9999) {
  for (const ExternalCommand& command : external_commands()) {
    if (command.times != CommandTimes::moment) continue;
    const std::string name(command.name);
    BOOST_TEST(!refused(name, before(command) + "1700000000"), name);
    BOOST_TEST(!refused(name, before(command) + "253402300799"), name);
    BOOST_TEST(refused(name, before(command) + "253402300800"), name);
    BOOST_TEST(refused(name, before(command) + "-1"), name);
    BOOST_TEST(refused(name, before(command) + "99999999999999999999999"), name);
  }
}

BOOST_AUTO_TEST_CASE(downtimes_end_after_their_start_and_last_ten_years_at_most) {
  for (const ExternalCommand& command : external_commands()) {
    if (command.times != CommandTimes::downtime) continue;
    const std::string name(command.name);
    const std::string first = before(command);
    BOOST_TEST(!refused(name, first + "1700000000;1700000900;0;0;600;anna;x"), name);
    BOOST_TEST(!refused(name, first + "1700000000;1700000900;1;0;4611686018427387904;anna;x"), name);  // computed by the core
    BOOST_TEST(refused(name, first + "1700000000;1700000900;0;0;4611686018427387904;anna;x"), name);
    BOOST_TEST(refused(name, first + "1700000000;1700000900;0;0;-1;anna;x"), name);
    BOOST_TEST(refused(name, first + "1700000900;1700000000;1;0;600;anna;x"), name);
    BOOST_TEST(refused(name, first + "9999999999999999999;-1;1;0;0;anna;x"), name);
    BOOST_TEST(refused(name, first + "1700000000;253402300800;1;0;600;anna;x"), name);
  }
  BOOST_TEST(*wrong_time("schedule_svc_downtime", "h;s;1;2;0;0;4611686018427387904;a;x", kNow) ==
             "its duration of 4611686018427387904 s is longer than 10 years");
}

BOOST_AUTO_TEST_CASE(intervals_are_numbers_within_ten_years) {
  for (const std::string text : {"5", "0.5", "0", "60"}) BOOST_TEST(!refused("CHANGE_NORMAL_SVC_CHECK_INTERVAL", "h;s;" + text), text);
  for (const std::string text : {"-1", "1e300", "nan", "inf"}) BOOST_TEST(refused("CHANGE_NORMAL_SVC_CHECK_INTERVAL", "h;s;" + text), text);
}

BOOST_AUTO_TEST_CASE(the_time_at_which_any_command_was_given_is_a_time) {
  BOOST_TEST(refused("ADD_HOST_COMMENT", "host;1;anna;x", std::int64_t{1} << 62));
  BOOST_TEST(refused("PROCESS_SERVICE_CHECK_RESULT", "h;s;0;fine", -1));
  BOOST_TEST(!refused("ADD_HOST_COMMENT", "host;1;anna;x"));
  // The core itself refuses malformed commands.
  BOOST_TEST(!refused("SCHEDULE_SVC_DOWNTIME", ""));
  BOOST_TEST(!refused("NO_SUCH_COMMAND", "1;2;3"));
}
