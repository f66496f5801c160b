// mon id
#include <nlohmann/json.hpp>

#include "mon/certificate.hpp"
#include "mon/commands.hpp"

namespace merlin::mon {

int run_id(const Call& call, Console& console) {
  const auto certificate = own_certificate(call.config_path);
  if (!certificate) {
    console.error(certificate.error());
    return failed;
  }
  const std::string id = certificate->node_id.hex();
  if (call.json())
    console.print({{"node_id", id}});
  else
    console.out << id << '\n';
  return all_well;
}

}  // namespace merlin::mon
