// mon node restart [NAME…] [--self] [--all] [--type=…]
#include <unistd.h>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/service/rolling_restart.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_node_restart(const Call& call, Console& console) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto chosen = choose_nodes(call, *config);
  if (!chosen) return chosen.failure();
  if (call.has("--self") && ::geteuid() != 0) return Error{"only root may restart this node", "node restart: --self", "use sudo"};
  const auto rules = login_rules(call);
  if (!rules) return rules.error();
  std::vector<Turn> turns;
  for (const auto& node : *chosen) turns.push_back({.name = node.name, .node = &node});
  if (call.has("--self")) turns.push_back({.name = config->node_name});
  const ssh::Interrupt interrupt;
  const ssh::Interrupt calm(ssh::Interrupt::Listens::no);
  Visitor visitor(*rules, interrupt);
  Visitor steady(*rules, calm);
  return RollingRestart(call, console, visitor, steady).run(turns);
}

}  // namespace

namespace commands {

extern const Command kNodeRestart = options::for_nodes({
    .name = "node restart",
    .section = Section::services,
    .arguments = "[NAME…] [--self] [--all] [--type=TYPE,…]",
    .summary = "restart nodes one after another, without a missed check",
    .details =
        "Restarts merlind and the core of each node, in the order of merlin.conf; without NAME: of all configured nodes. Each node is\n"
        "drained first, restarted over ssh, and ready again before the next. If a node cannot be reached, is not active, or would\n"
        "not start again with its configuration, nothing is restarted. A node that is drained already stays drained. At the first failure "
        "the command stops: a node that does not come up stays drained, and the\n"
        "following ones are not restarted. --timeout limits each step.",
    .examples = {"mon node restart --type=peer", "mon node restart --all --self", "mon node restart peer02"},
    .options = {{"--self", "", "also restart this node, as the last"}},
    .timeout = kMoveTimeout,
    .run = run_node_restart,
});

}  // namespace commands

}  // namespace merlin::mon
