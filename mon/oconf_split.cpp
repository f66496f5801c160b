// mon oconf nodesplit
#include "mon/commands.hpp"

namespace merlin::mon {

int run_oconf_nodesplit(const Call& call, Console& console) {
  console.error({"pollers get no part of the object configuration yet", std::string(call.command->name),
                 "until then a poller keeps a configuration of its own, with the hosts of its hostgroups"});
  return failed;
}

}  // namespace merlin::mon
