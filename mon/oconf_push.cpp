// mon oconf push
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

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
  // What people read of a push is how far it is; what went wrong stays on standard error.
  std::ostringstream unread;
  Console quiet{unread, console.err};
  Pusher pusher(call, call.json() ? quiet : console, *here, *rules);
  const int status = pusher.run(chosen.nodes);
  if (call.json()) console.print(pusher.document());
  return status;
}

}  // namespace merlin::mon
