// What users see: the status table against golden files, the tree, and numbers with their units.
// MERLIN_UPDATE_GOLDEN=1 rewrites the golden files.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "mon/cli/console.hpp"
#include "mon/cli/progress_bar.hpp"
#include "mon/cli/quantity.hpp"
#include "mon/cli/screen.hpp"
#include "mon/status/node_tree.hpp"
#include "mon/status/status_view.hpp"
#include "shared/config/load.hpp"

using namespace merlin;
using namespace merlin::mon;
namespace data = boost::unit_test::data;

namespace {

const std::string kFolder = MERLIN_SOURCE_DIR "/tests/unit/mon_status/";

std::string read(const std::string& name) {
  std::ifstream file(kFolder + name);
  BOOST_REQUIRE_MESSAGE(file.good(), kFolder + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::ordered_json document(const std::string& name) { return nlohmann::ordered_json::parse(read(name + ".json")); }

void check_golden(const std::string& name, const std::string& text) {
  if (std::getenv("MERLIN_UPDATE_GOLDEN") != nullptr) std::ofstream(kFolder + name) << text;
  BOOST_TEST(text == read(name));
}

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line) && !line.starts_with('!') && !line.starts_with('-');)
    widest = std::max(widest, columns(line));
  return widest;
}

config::Config configuration(const std::string& text) {
  auto loaded = config::load_text(text, "merlin.conf");
  BOOST_REQUIRE(loaded.ok());
  return *loaded.config;
}

}  // namespace

// Commands to paste, commands for another node, and advice in words.
BOOST_AUTO_TEST_CASE(a_problem_says_where_its_command_is_to_be_typed) {
  const auto shown = [](const std::string& fix) {
    const nlohmann::ordered_json status{{"problems", {{{"text", "it is broken"}, {"fix", fix}}}}};
    return draw_status(status, {0, false});
  };
  const auto has = [&](const std::string& fix, const std::string& line) { return shown(fix).find(line) != std::string::npos; };
  BOOST_TEST(has("mon start", "! it is broken; fix: mon start\n"));
  BOOST_TEST(has("on peer02: mon start", "! it is broken; fix on peer02: mon start\n"));
  BOOST_TEST(has("set the clocks by NTP on both", "! it is broken; fix: set the clocks by NTP on both\n"));
  BOOST_TEST(has("", "! it is broken\n"));
}

BOOST_DATA_TEST_CASE(the_table_looks_like_its_golden_file, data::make({"healthy", "troubled", "sparse"}), name) {
  const auto status = document(name);
  check_golden(std::string(name) + ".txt", draw_status(status, {100, false}));
  check_golden(std::string(name) + ".wide.txt", draw_status(status, {0, false}));
  check_golden(std::string(name) + ".colour.txt", draw_status(status, {100, true}));
}

BOOST_AUTO_TEST_CASE(the_table_of_short_names_fits_into_100_columns) {
  BOOST_TEST(widest_line(draw_status(document("healthy"), {100, false})) <= 100u);
  BOOST_TEST(widest_line(draw_status(document("troubled"), {100, false})) <= 100u);
}

BOOST_AUTO_TEST_CASE(the_state_and_the_load_stay_however_narrow_it_gets) {
  const std::string text = draw_status(document("healthy"), {20, false});
  for (const char* title : {"NODE", "STATE", "CORE", "HOSTS", "SERVICES", "SHARE", "OVERDUE", "ALIVE"})
    BOOST_TEST(text.find(title) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(all_is_well_only_when_every_node_is_active) {
  BOOST_TEST(all_active(document("healthy")));
  BOOST_TEST(!all_active(document("troubled")));
  BOOST_TEST(!all_active(nlohmann::ordered_json::object()));
}

BOOST_AUTO_TEST_CASE(without_merlind_the_table_says_what_merlin_conf_knows) {
  const auto status = status_without_daemon(configuration("node_name = peer01\npeer peer02 { }\n"));
  check_golden("no_daemon.txt", draw_status(status, {100, false}));
  BOOST_TEST(!all_active(status));
}

// Without merlind nobody knows the states, which is a warning. A state that mon does not know may be bad.
BOOST_AUTO_TEST_CASE(a_state_that_nobody_knows_has_another_colour_than_a_bad_one) {
  const auto without = draw_status(status_without_daemon(configuration("node_name = peer01\npeer peer02 { }\n")), {0, true});
  BOOST_TEST(without.find("\x1b[33munknown") != std::string::npos, without);
  BOOST_TEST(without.find("\x1b[1;31munknown") == std::string::npos, without);
  auto status = document("healthy");
  status["nodes"][1]["state"] = "bewildered";
  const auto strange = draw_status(status, {0, true});
  BOOST_TEST(strange.find("\x1b[1;31mbewildered") != std::string::npos, strange);
  status["nodes"][1].erase("state");
  BOOST_TEST(!all_active(status));
}

BOOST_AUTO_TEST_CASE(a_reason_that_only_repeats_the_state_is_left_out) {
  auto status = document("healthy");
  status["nodes"][1]["phase"] = "drained";
  status["nodes"][1]["why"] = "active";
  BOOST_TEST(draw_status(status, {0, false}).find("\n    active\n") == std::string::npos);
  status["nodes"][1]["why"] = "drained by order";
  BOOST_TEST(draw_status(status, {0, false}).find("\n    drained by order\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_heard_through_another_one_is_shown_with_it) {
  auto status = document("healthy");
  auto& node = status["nodes"][1];
  node["via"] = "peer03";
  node["linked"] = true;
  BOOST_TEST(draw_status(status, {0, false}).find(" via ") == std::string::npos, "a heartbeat that came sooner that way");
  node["linked"] = false;
  BOOST_TEST(draw_status(status, {0, false}).find("  active via peer03  ") != std::string::npos);
  node["phase"] = "drained";
  BOOST_TEST(draw_status(status, {0, false}).find("  drained via peer03  ") != std::string::npos);
  node["state"] = "unreachable";
  BOOST_TEST(draw_status(status, {0, false}).find(" via ") == std::string::npos);
  status["nodes"][0]["via"] = "peer03";
  BOOST_TEST(draw_status(status, {0, false}).find(" via ") == std::string::npos, "this node needs no link to itself");
}

BOOST_AUTO_TEST_CASE(what_other_nodes_say_cannot_steer_the_terminal) {
  auto status = document("healthy");
  status["nodes"][1]["version"] = "1\x1b[2J\n\xC2\x9B";
  status["problems"].push_back({{"text", "a\rb\x07"}, {"fix", nullptr}});
  const std::string text = draw_status(status, {0, false});
  for (const char* wrong : {"\x1b", "\r", "\x07", "\xC2\x9B"}) BOOST_TEST(text.find(wrong) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_tree_shows_masters_peers_and_poller_groups) {
  const auto config = configuration(
      "node_name = peer01\nmaster noc {\n address = 10.0.0.9\n}\npeer peer02 { }\n"
      "poller p1 {\n hostgroup = dmz, branch\n}\npoller p2 {\n hostgroup = lab\n}\npoller p3 {\n hostgroup = branch,dmz\n}\n");
  check_golden("tree.utf8.txt", draw_tree(config, true));
  check_golden("tree.ascii.txt", draw_tree(config, false));
}

BOOST_AUTO_TEST_CASE(numbers_carry_units) {
  BOOST_TEST(age_text(1999) == "now");
  BOOST_TEST(age_text(12'900) == "12s");
  BOOST_TEST(age_text(5 * 60'000) == "5m");
  BOOST_TEST(age_text(3 * 3600'000.0) == "3h");
  BOOST_TEST(age_text(72 * 3600'000.0) == "3d");
  BOOST_TEST(latency_text(0.42) == "0.4ms");
  BOOST_TEST(latency_text(9.96) == "10ms");
  BOOST_TEST(latency_text(1500) == "1.5s");
  BOOST_TEST(offset_text(0.2) == "0ms");
  BOOST_TEST(offset_text(-3) == "-3ms");
  BOOST_TEST(offset_text(3'600'000) == "+3600s");
  BOOST_TEST(share_text(1.0 / 3) == "33%");
  BOOST_TEST(share_text(0.0001) == "<1%");
  BOOST_TEST(share_text(0) == "0%");
}

BOOST_AUTO_TEST_CASE(a_line_is_cut_by_what_is_seen) {
  BOOST_TEST(cut_to_width("abcdef", 3) == "abc");
  BOOST_TEST(cut_to_width("\x1b[32mabc\x1b[0mdef", 3) == "\x1b[32mabc\x1b[0m");
  BOOST_TEST(cut_to_width("├──x", 2) == "├─");
}

BOOST_AUTO_TEST_CASE(a_bar_shows_how_far_it_is_and_fits_its_line) {
  BOOST_TEST(bar_text(0, 4, "peer02", 80) == "[........................] 0/4  peer02");
  BOOST_TEST(bar_text(2, 4, "peer02: sending", 80) == "[############............] 2/4  peer02: sending");
  BOOST_TEST(bar_text(9, 4, "x", 80) == "[########################] 9/4  x");
  BOOST_TEST(bar_text(0, 0, "a\nb", 80) == "[........................] 0/0  a b");
  BOOST_TEST(bar_text(1, 2, "a long name", 20).size() == 19U);
}

// Redrawn on a terminal; nothing is drawn elsewhere.
BOOST_AUTO_TEST_CASE(a_bar_is_for_terminals_only) {
  for (const bool terminal : {false, true}) {
    std::ostringstream out;
    std::ostringstream err;
    Console console{out, err};
    console.terminal = terminal;
    {
      ProgressBar bar(console);
      bar.expect(2);
      bar.step("one");
      bar.line("a line");
    }
    const std::string drawn = out.str();
    BOOST_TEST(drawn.find("a line\n") != std::string::npos);
    BOOST_TEST((drawn == "a line\n") == !terminal);
    BOOST_TEST(drawn.ends_with(terminal ? "\r\x1b[K" : "\n"));
  }
}
