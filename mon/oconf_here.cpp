#include "mon/oconf_here.hpp"

#include "mon/service_plan.hpp"
#include "mon/site.hpp"

namespace merlin::mon {

std::optional<oconf::Manifest> manifest_here(const Call& call, Console& console) {
  const auto config = load_config(call, console);
  if (!config) return std::nullopt;
  const auto files = core_files(config->core, look_at_machine());
  if (files.config.empty()) {
    console.error(
        {"no core's main configuration file is known", std::string(call.command->name), "set core { config = … } in merlin.conf"});
    return std::nullopt;
  }
  auto manifest = oconf::read_manifest(files.config);
  if (manifest) return std::move(*manifest);
  console.error(manifest.error());
  return std::nullopt;
}

}  // namespace merlin::mon
