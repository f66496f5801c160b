// The rows of `mon check …` in the table of commands.
#include "mon/command_parts.hpp"
#include "mon/commands.hpp"

namespace merlin::mon {
namespace {

using namespace std::chrono_literals;

constexpr Millis timeout = 10s;
constexpr Option json{"--json", "", "one JSON document instead of text"};
constexpr Option max_age{"--max-age", "TIME", "older is too old (default 5m)"};

// Every one has these; what they are about is said in its details.
Command plugin(Command command) {
  command.options.insert(command.options.begin(),
                         {{"--warning", "RANGE", "a warning outside of it: 10, 10:, ~:10, 10:20, or inside of it: @10:20"},
                          {"--critical", "RANGE", "critical outside of it"}});
  command.options.push_back(json);
  command.timeout = timeout;
  return command;
}

}  // namespace

std::vector<Command> check_commands() {
  return {
      plugin({.name = "check status",
              .summary = "a monitoring plugin: are all nodes active, and is there a problem?",
              .details =
                  "--warning and --critical count the nodes that are not active (default: 0 and 0). Critical too where merlind does not\n"
                  "answer. A problem that 'mon node status' shows is a warning.\n"
                  "As every 'mon check': one line with performance data; exit status 0 ok, 1 warning, 2 critical, 3 unknown.",
              .examples = {"mon check status", "mon check status --warning 0 --critical 1"},
              .run = run_check_status}),
      plugin({.name = "check node",
              .arguments = "NAME",
              .summary = "a monitoring plugin: is that node well?",
              .details =
                  "Critical where it is not active, a warning where it is not ready or its core does not run. --warning and --critical\n"
                  "count its overdue checks (default: 50 and 200).",
              .examples = {"mon check node peer02"},
              .min_words = 1,
              .max_words = 1,
              .run = run_check_node}),
      plugin({.name = "check distribution",
              .summary = "a monitoring plugin: has each host one owner, and each node its share?",
              .details =
                  "--warning and --critical are for the node farthest from the share that its weight gives it, in percent of all hosts\n"
                  "(default: 15 and 30). Critical too where a host has no owner, or two.",
              .examples = {"mon check distribution --warning 10 --critical 25"},
              .run = run_check_distribution}),
      plugin({.name = "check latency",
              .arguments = "[host|service]",
              .summary = "a monitoring plugin: how late are active checks started?",
              .details = "--warning and --critical are for the mean, in seconds (default: 30 and 60).",
              .examples = {"mon check latency service --warning 5 --critical 30"},
              .max_words = 1,
              .run = run_check_latency}),
      plugin({.name = "check exectime",
              .arguments = "[host|service]",
              .summary = "a monitoring plugin: how long do active checks take?",
              .details = "--warning and --critical are for the mean, in seconds (default: 10 and 30).",
              .examples = {"mon check exectime --warning 5 --critical 20"},
              .max_words = 1,
              .run = run_check_exectime}),
      plugin({.name = "check orphans",
              .summary = "a monitoring plugin: which active checks were not run when they were due?",
              .details = "--warning and --critical count them (default: 0 and 10).",
              .examples = {"mon check orphans --max-age 10m"},
              .options = {max_age},
              .run = run_check_orphans}),
      plugin({.name = "check spool",
              .arguments = "[FOLDER]",
              .summary = "a monitoring plugin: do check results pile up?",
              .details = "--warning and --critical count the files that are too old (default: 5 and 10) in FOLDER, else in the core's\n"
                         "check_result_path.",
              .examples = {"mon check spool", "mon check spool /var/spool/other --max-age 1h"},
              .options = {max_age},
              .max_words = 1,
              .run = run_check_spool}),
      plugin({.name = "check cores",
              .arguments = "[FOLDER…]",
              .summary = "a monitoring plugin: has a program of ours left a core dump?",
              .details =
                  "--warning and --critical count them (default: 0 and 0) in each FOLDER, else in /, /var/lib/merlin, the folder of the\n"
                  "core's status file, and systemd's folder of core dumps.",
              .examples = {"mon check cores"},
              .max_words = Command::many,
              .run = run_check_cores}),
  };
}

}  // namespace merlin::mon
