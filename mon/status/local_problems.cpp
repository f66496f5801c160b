#include "mon/status/local_problems.hpp"

#include <nlohmann/json.hpp>

#include "mon/oconf/here.hpp"
#include "mon/service/core_diagnosis.hpp"

namespace merlin::mon {

void add_local_problems(const Call& call, nlohmann::ordered_json& status) {
  explain_core(call, status);
  add_missing_module_line(call, status);
  add_disabled_services(call, status);
  add_edited_configuration(call, status);
}

}  // namespace merlin::mon
