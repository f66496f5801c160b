// mon oconf nodesplit
#include "mon/cli/options.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_oconf_nodesplit(const Call& call, Console&) {
  return Error{"splitting the object configuration for pollers is not implemented yet", std::string(call.command->name),
               "until then, a poller keeps a configuration of its own, with the hosts of its hostgroups"};
}

}  // namespace

namespace commands {

extern const Command kOconfNodesplit{
    .name = "oconf nodesplit",
    .section = Section::object_configuration,
    .summary = "split the object configuration for pollers (not implemented yet)",
    .details = "Reports this and does nothing. 'mon oconf push' skips pollers.",
    .examples = {"mon oconf nodesplit"},
    .is_plumbing = true,
    .run = run_oconf_nodesplit,
};

}  // namespace commands

}  // namespace merlin::mon
