// mon id
#include <nlohmann/json.hpp>

#include "mon/cli/options.hpp"
#include "mon/trust/certificate.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_id(const Call& call, Console& console) {
  const auto certificate = own_certificate(call.config_path);
  if (!certificate) return certificate.error();
  const std::string id = certificate->node_id.hex();
  if (call.json())
    console.print({{"node_id", id}});
  else
    console.out << id << '\n';
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kId{
    .name = "id",
    .section = Section::certificates,
    .summary = "show this node's id",
    .examples = {"mon id"},
    .options = {options::kJson},
    .run = run_id,
};

}  // namespace commands

}  // namespace merlin::mon
