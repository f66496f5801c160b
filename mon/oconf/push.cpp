// mon oconf push
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "mon/cli/options.hpp"
#include "mon/oconf/here.hpp"
#include "mon/oconf/pusher.hpp"
#include "mon/service/core_check.hpp"
#include "mon/ssh/remote_nodes.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_oconf_push(const Call& call, Console& console) {
  auto here = configuration_here(call, call.has("--resources") ? oconf::Resources::yes : oconf::Resources::no);
  if (!here) return here.failure();
  const auto chosen = choose_nodes(call, here->config);
  if (!chosen) return chosen.failure();
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  const auto good = check_core(here->binary, here->manifest.main.path);
  if (!good) return good.error();
  // People read the progress of a push on standard output; errors still go to standard error.
  std::ostringstream unread;
  Console quiet{unread, console.err};
  const ssh::Interrupt interrupt;
  const ssh::Interrupt calm(ssh::Interrupt::Listens::no);
  Visitor visitor(*rules, interrupt);
  Visitor steady(*rules, calm);
  Pusher pusher(call, call.json() ? quiet : console, *here, visitor, steady);
  const Outcome<int> outcome = pusher.run(*chosen);
  if (call.json()) console.print(pusher.document());
  return outcome;
}

}  // namespace

namespace commands {

extern const Command kOconfPush = options::for_nodes({
    .name = "oconf push",
    .section = Section::object_configuration,
    .summary = "copy our object configuration to other nodes",
    .details =
        "The core here checks the configuration. The differences are sent to all nodes, and every core there checks them. Only if\n"
        "all accept them, they are put in place, one node at a time: it is drained and its core restarted. If a step fails, all\n"
        "nodes get their old files back. Nodes that cannot be reached are skipped: exit status 1. If our own core has not loaded\n"
        "the configuration yet, it is restarted first.\n"
        "Before the push replaces a configuration that is ahead of ours or has diverged, or changes or removes files that a node did\n"
        "not get from here, it names what would be lost, and asks on a terminal; elsewhere, and with --json, --force is needed.\n"
        "Pollers and masters are skipped.",
    .examples = {"mon oconf push", "mon oconf push peer02 --dry-run"},
    .options = {options::kDryRun,
                options::kNoRestart,
                options::kResources,
                {"--force", "", "also replace configurations and files that were changed there"},
                {"--if-newer", "", "only to nodes whose configuration is behind ours"}},
    .run = run_oconf_push,
});

}  // namespace commands

}  // namespace merlin::mon
