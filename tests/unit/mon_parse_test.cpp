// Every command line is parsed with the table of commands, or refused with the nearest correct spelling.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <iterator>
#include <sstream>

#include "mon/cli/commands.hpp"
#include "mon/cli/completion.hpp"
#include "mon/cli/help.hpp"
#include "mon/cli/parse.hpp"

using namespace merlin;
using namespace merlin::mon;
namespace data = boost::unit_test::data;

namespace {

std::vector<std::string> split(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

Call parsed(const std::string& line) {
  auto result = parse_arguments(split(line), "/default.conf");
  BOOST_REQUIRE_MESSAGE(result.ok(), line << ": " << (result.ok() ? "" : result.error().text()));
  BOOST_REQUIRE(std::holds_alternative<Call>(*result));
  return std::get<Call>(*result);
}

struct Refusal {
  const char* line;
  const char* text;
};
std::ostream& operator<<(std::ostream& out, const Refusal& refusal) { return out << refusal.line; }

const Refusal kRefusals[] = {
    {"help nod add", "help: unknown command 'nod add'; did you mean 'mon node add'?"},
    {"--version --wide", "version: unknown option '--wide'; mon version --help lists them"},
    {"node", "node: no command given; mon node --help lists them"},
    {"nod add peer02", "unknown command 'nod add'; did you mean 'mon node add'?"},
    {"node ad peer02", "unknown command 'node ad'; did you mean 'mon node add'?"},
    {"status", "unknown command 'status'; did you mean 'mon node status'?"},
    {"strat", "unknown command 'strat'; did you mean 'mon start'?"},
    {"frobnicate now", "unknown command 'frobnicate'; mon --help lists them"},
    {"nod add --help", "unknown command 'nod add'; did you mean 'mon node add'?"},
    {"--colour", "unknown option '--colour'; mon --help lists them"},
    {"node add", "node add: NAME is missing; usage: mon node add NAME [type=peer|poller|master] [KEY=VALUE…]"},
    {"node rename peer02", "node rename: NEW is missing; usage: mon node rename OLD NEW"},
    {"node owner", "node owner: HOST is missing; usage: mon node owner HOST"},
    {"object forget", "object forget: HOST[;SERVICE] is missing; usage: mon object forget HOST[;SERVICE]"},
    {"node ctrl peer02", "node ctrl: COMMAND is missing after '--'; usage: mon node ctrl [NAME…]"},
    {"node ctrl peer02 --", "node ctrl: COMMAND is missing after '--'; usage: mon node ctrl [NAME…]"},
    {"restart now", "restart: too many arguments: 'now'; usage: mon restart"},
    {"node status --wach", "node status: unknown option '--wach'; did you mean --watch?"},
    {"node remove peer02 --json", "node remove: unknown option '--json'; mon node remove --help lists them"},
    {"--json completion", "completion: unknown option '--json'; mon completion --help lists them"},
    {"node add peer02 --type",
     "node add: '--type' has no value; write type=VALUE; usage: mon node add NAME [type=peer|poller|master] [KEY=VALUE…]"},
    {"node add peer02 =5", "node add: '=5' has no key before '='; usage: mon node add NAME [type=peer|poller|master] [KEY=VALUE…]"},
    {"node list --timeout", "node list: --timeout needs a value; mon node list --help shows how"},
    {"node list --timeout=soon", "node list: --timeout: 'soon' is not a time; 30, 30s, 500ms, 2m or 1h; at most 24h"},
    {"node list --json=5", "node list: --json takes no value; usage: mon node list"},
    {"node list --config=", "node list: --config needs a value; mon node list --help shows how"},
};

}  // namespace

BOOST_DATA_TEST_CASE(a_wrong_command_line_is_refused_in_one_clear_line, data::make(kRefusals), refusal) {
  const auto result = parse_arguments(split(refusal.line), "/default.conf");
  BOOST_REQUIRE(!result.ok());
  const std::string text = result.error().text();
  BOOST_TEST(text.substr(0, std::string_view(refusal.text).size()) == refusal.text);
  BOOST_TEST(text.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(settings_keep_their_order_and_both_spellings) {
  const Call call = parsed("node add peer02 --type=peer address=10.0.0.2 --weight=2 fingerprint=a=b");
  BOOST_TEST(call.command->name == "node add");
  BOOST_TEST(call.words == std::vector<std::string>{"peer02"});
  const std::vector<std::pair<std::string, std::string>> expected{
      {"type", "peer"}, {"address", "10.0.0.2"}, {"weight", "2"}, {"fingerprint", "a=b"}};
  BOOST_TEST((call.settings == expected));
}

BOOST_AUTO_TEST_CASE(a_node_may_be_called_like_a_command) {
  BOOST_TEST(parsed("node remove start node").words == (std::vector<std::string>{"start", "node"}));
}

BOOST_AUTO_TEST_CASE(what_stands_behind_the_dashes_is_another_programs) {
  const Call call = parsed("node ctrl peer02 --self -- mon node list --json -- --timeout");
  BOOST_TEST(call.words == std::vector<std::string>{"peer02"});
  BOOST_TEST(call.has("--self"));
  BOOST_TEST(!call.json());
  BOOST_TEST(call.command_words == (std::vector<std::string>{"mon", "node", "list", "--json", "--", "--timeout"}));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_front_of_the_dashes_is_named) {
  for (const auto& [line, what] : {std::pair{"node ctrl peer02 --sefl -- mon --help", "unknown option '--sefl'"},
                                   {"node ctrl --timeout never -- true", "'never' is not a time"},
                                   {"node ctrl --self=no -- true", "--self takes no value"}}) {
    const auto result = parse_arguments(split(line), "/default.conf");
    BOOST_REQUIRE(!result.ok());
    BOOST_TEST(result.error().what == what);
  }
}

BOOST_AUTO_TEST_CASE(common_options_stand_anywhere) {
  for (const char* line : {"--config /x --timeout 5 node list --json", "node --config=/x list --json --timeout 5s",
                           "node list --json --config /x --timeout=5000ms", "--json --config /x node --timeout 5 list"}) {
    const Call call = parsed(line);
    BOOST_TEST(call.config_path == "/x");
    BOOST_TEST(call.timeout.count() == 5000);
    BOOST_TEST(call.json());
  }
}

BOOST_AUTO_TEST_CASE(without_options_the_defaults_hold) {
  BOOST_TEST(parsed("node list").config_path == "/default.conf");
  BOOST_TEST(parsed("node list").timeout.count() == 30'000);
  BOOST_TEST(parsed("node drain").timeout.count() == 120'000);
  BOOST_TEST(!parsed("node list").json());
}

BOOST_AUTO_TEST_CASE(help_is_given_at_every_level_even_where_arguments_are_missing) {
  for (const auto& [line, topic] : {std::pair{"--help", ""},
                                    {"node --help", "node"},
                                    {"node add --help", "node add"},
                                    {"node add -h", "node add"},
                                    {"help", ""},
                                    {"help node", "node"},
                                    {"help node add", "node add"},
                                    {"help oconf stage", "oconf stage"}}) {
    const auto result = parse_arguments(split(line), "");
    BOOST_REQUIRE(result.ok());
    BOOST_REQUIRE(std::holds_alternative<HelpWanted>(*result));
    BOOST_TEST(std::get<HelpWanted>(*result).topic == topic);
  }
}

BOOST_AUTO_TEST_CASE(the_help_of_each_command_shows_an_example_that_parses) {
  for (const Command* command : all_commands()) {
    BOOST_TEST_CONTEXT(command->name) {
      BOOST_TEST(!command->summary.empty());
      BOOST_TEST((command->run != nullptr));
      const std::string line = "  mon " + std::string(command->name) + " ";
      BOOST_TEST((help_text("").find(line) != std::string::npos) == !command->is_plumbing);
      BOOST_TEST(help_text("", true).find(line) != std::string::npos);
      BOOST_REQUIRE(!command->examples.empty());
      const std::string example(command->examples.front());
      BOOST_TEST(help_text(command->name).find("\n  " + example + "\n") != std::string::npos);
      BOOST_REQUIRE(example.starts_with("mon "));
      BOOST_TEST(parsed(example.substr(4)).command == command);
    }
  }
}

BOOST_AUTO_TEST_CASE(commands_are_sorted_and_each_is_named_once) {
  BOOST_TEST(std::ranges::is_sorted(all_commands(), {}, &Command::name));
  BOOST_TEST((std::ranges::adjacent_find(all_commands(), {}, &Command::name) == all_commands().end()));
}

BOOST_AUTO_TEST_CASE(a_last_word_alone_means_the_first_command_that_people_look_for) {
  BOOST_TEST(nearest_command("status") == "node status");
  BOOST_TEST(nearest_command("push") == "sshkey push");
  BOOST_TEST(nearest_command("show") == "node show");
}

BOOST_AUTO_TEST_CASE(without_arguments_a_short_help_is_wanted_and_version_is_an_option_too) {
  const auto nothing = parse_arguments({}, "");
  BOOST_REQUIRE(nothing.ok());
  BOOST_TEST(std::get<HelpWanted>(*nothing).is_short);
  BOOST_TEST(std::ranges::count(short_help(), '\n') < 12);
  BOOST_TEST(parsed("--version").command->name == "version");
  BOOST_TEST(parsed("--version --json").json());
  BOOST_TEST(std::get<HelpWanted>(*parse_arguments({"help", "--all"}, "")).all);
}

BOOST_AUTO_TEST_CASE(plumbing_is_not_completed) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = *completion_script(shell);
    BOOST_TEST(script.find("stage") == std::string::npos, shell);
    BOOST_TEST(script.find("introduce") == std::string::npos, shell);
    BOOST_TEST(script.find("rollback") != std::string::npos, shell);
  }
}

BOOST_AUTO_TEST_CASE(times_have_units_and_bounds) {
  BOOST_TEST(read_timeout("30")->count() == 30'000);
  BOOST_TEST(read_timeout("2m")->count() == 120'000);
  BOOST_TEST(read_timeout("24h")->count() == 86'400'000);
  for (const char* wrong : {"", "0", "-5", "s", "5x", "25h", "99999999999999999999", "1.5", "5 s"})
    BOOST_TEST(!read_timeout(wrong).has_value());
}
