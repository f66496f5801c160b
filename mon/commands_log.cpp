// The rows of `mon log …` in the table of commands.
#include "mon/command_parts.hpp"
#include "mon/commands.hpp"
#include "mon/fleet.hpp"

namespace merlin::mon {
namespace {

using namespace std::chrono_literals;

constexpr Millis timeout = 30s;

std::vector<Option> with_login(std::vector<Option> options) {
  for (const Option& option : login_options()) options.push_back(option);
  return options;
}

std::vector<Option> of_nodes() {
  return with_login({{"--all", "", "all configured nodes"},
                     {"--type", "TYPE,…", "only these: peer, poller, master"},
                     {"--json", "", "one JSON document instead of text"}});
}

std::vector<Command> reading_commands() {
  return {
      {.name = "log show",
       .arguments = "[FILE…]",
       .summary = "the core's log, the rotated ones too, or these files",
       .details = "Lines that fit all that is given; of several words, separated by commas, any one. A time is 2026-11-21,\n"
                  "'2026-11-21 10:30', seconds since 1970, or how long ago: 90s, 2h, 7d. With --all-nodes the logs of all nodes, merged\n"
                  "by time: the newest 10,000 lines where no limit is given.",
       .examples = {"mon log show --host web01 --first 2h", "mon log show --type alert --state-type hard --limit 50",
                    "mon log show --all-nodes --type notification --first 7d"},
       .options = with_login({{"--host", "NAME,…", "only of these hosts and their services"},
                              {"--service", "NAME,…", "only of services of these descriptions"},
                              {"--type", "TYPE,…", "alert, notification, state, flapping, downtime, command, result, handler, other"},
                              {"--state", "STATE,…", "only of these states: critical, down, ok"},
                              {"--state-type", "TYPE", "only hard or soft states"},
                              {"--first", "TIME", "not older than this"},
                              {"--last", "TIME", "not newer than this"},
                              {"--limit", "NUMBER", "at most so many, the newest"},
                              {"--all-nodes", "", "of all configured nodes too, over ssh"},
                              {"--raw", "", "as they stand in the log"},
                              {"--json", "", "one JSON object a line"}}),
       .max_words = Command::many,
       .timeout = timeout,
       .run = run_log_show},
      {.name = "log sortmerge",
       .arguments = "FILE…",
       .summary = "several logs as one, in order of time",
       .examples = {"mon log sortmerge /var/lib/merlin/logs/*.log >all.log"},
       .min_words = 1,
       .max_words = Command::many,
       .timeout = timeout,
       .run = run_log_sortmerge},
  };
}

std::vector<Command> moving_commands() {
  return {
      {.name = "log fetch",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "copy what is new in other nodes' logs to here",
       .details = "The copies are logs/NAME.log in merlind's state_dir, and only grow. Each line comes once.",
       .examples = {"mon log fetch", "mon log fetch peer02 && mon log show /var/lib/merlin/logs/peer02.log"},
       .options = of_nodes(),
       .max_words = Command::many,
       .timeout = timeout,
       .run = run_log_fetch},
      {.name = "log push",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "copy what is new in our log to other nodes",
       .examples = {"mon log push --type=master"},
       .options = of_nodes(),
       .max_words = Command::many,
       .timeout = timeout,
       .run = run_log_push},
      {.name = "log mark",
       .arguments = "NAME",
       .summary = "how far our copy of that node's log is",
       .details = "What 'mon log push' runs on the other node: the time of its last line, and a digest of its last lines.",
       .examples = {"mon log mark peer02"},
       .min_words = 1,
       .max_words = 1,
       .timeout = timeout,
       .run = run_log_mark},
      {.name = "log give",
       .arguments = "MARK",
       .summary = "what our log holds behind a mark, at most 8 MiB",
       .details = "What 'mon log fetch' runs on the other node.",
       .examples = {"mon log give 0:0:none"},
       .min_words = 1,
       .max_words = 1,
       .timeout = timeout,
       .run = run_log_give},
      {.name = "log take",
       .arguments = "NAME MARK",
       .summary = "add lines from standard input to our copy of that node's log, if it is at that mark",
       .details = "What 'mon log push' runs on the other node.",
       .examples = {"mon log take peer02 0:0:none"},
       .min_words = 2,
       .max_words = 2,
       .timeout = timeout,
       .run = run_log_take},
  };
}

}  // namespace

std::vector<Command> log_commands() {
  std::vector<Command> commands = reading_commands();
  for (Command& command : moving_commands()) commands.push_back(std::move(command));
  return commands;
}

}  // namespace merlin::mon
