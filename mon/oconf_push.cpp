// mon oconf push
#include <fmt/format.h>

#include "mon/commands.hpp"
#include "mon/core_check.hpp"
#include "mon/fleet.hpp"
#include "mon/oconf_here.hpp"
#include "mon/pusher.hpp"

namespace merlin::mon {

int run_oconf_push(const Call& call, Console& console) {
  auto here = configuration_here(call, console, call.has("--resources") ? oconf::Resources::yes : oconf::Resources::no);
  if (!here) return failed;
  const Chosen chosen = choose_nodes(call, here->config, console);
  if (chosen.nodes.empty()) return chosen.status;
  auto rules = login_rules(call, console);
  if (!rules) return failed;
  const auto good = check_core(here->binary, here->manifest.main.path);
  if (!good) {
    console.error(good.error());
    return failed;
  }
  return Pusher(call, console, *here, *rules).run(chosen.nodes);
}

}  // namespace merlin::mon
