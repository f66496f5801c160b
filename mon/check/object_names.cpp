// mon object names: the names that completion offers for a host
#include <fstream>
#include <set>

#include "mon/check/status_file.hpp"
#include "mon/cli/options.hpp"
#include "mon/service/core_places.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_object_names(const Call& call, Console& console) {
  const auto places = core_places(call);
  if (!places) return places.error();
  std::ifstream file(places->status_file);
  if (!file) return Error{"cannot read the core's status file", places->status_file, "does the core run?"};
  std::set<std::string> hosts;
  check::read_status(file, [&](const check::CheckedObject& object) { hosts.insert(object.host); });
  for (const std::string& host : hosts) console.out << plain(host) << '\n';
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kObjectNames{
    .name = "object names",
    .section = Section::status,
    .summary = "the hosts of the core's status file, for completion",
    .examples = {"mon object names"},
    .is_plumbing = true,
    .run = run_object_names,
};

}  // namespace commands

}  // namespace merlin::mon
