// This node's object configuration, and putting another one in its place.
#pragma once

#include <optional>

#include "config/config.hpp"
#include "mon/command.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/package.hpp"
#include "mon/oconf/stage.hpp"

namespace merlin::mon {

struct ConfigurationHere {
  config::Config config;
  std::string binary;  // of the core
  oconf::Manifest manifest;
  oconf::Stage stage;
};

// What is there, once what killed pushes have left is mended. Empty after an error was printed: no main file is known, or
// a file cannot be read.
std::optional<ConfigurationHere> configuration_here(const Call& call, Console& console, oconf::Resources resources = oconf::Resources::no);

// Before a core starts: no push that was killed has left half of its files. Silent.
void mend_configuration(const config::Config& config);

// Error, and nothing of the core's changed: what the package would make is rejected by the core.
Result<> stage_package(ConfigurationHere& here, const oconf::Package& package);

enum class Restart { no, yes };
// What was staged under that id is put in place and, with its checks handed over, run by the core. Error: it is not
// in place, or the core did not come up with it.
Result<> activate_stage(const Call& call, ConfigurationHere& here, const std::string& id, Restart restart);
Result<> undo_stage(const Call& call, ConfigurationHere& here, const std::string& id, Restart restart);

// All of it on this node: staged, activated, and taken back if the core does not come up.
Result<> install_package(const Call& call, ConfigurationHere& here, const oconf::Package& package, Restart restart);

}  // namespace merlin::mon
