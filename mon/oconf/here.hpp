// This node's object configuration, and replacing it by another one.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mon/cli/command.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/package.hpp"
#include "mon/oconf/stage.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

struct ConfigurationHere {
  config::Config config;
  std::string binary;  // of the core
  oconf::Manifest manifest;
  oconf::Stage stage;
};

// Reads it after it has repaired what killed pushes have left. Failure: the main file is unknown, or a file cannot be read.
Outcome<ConfigurationHere> configuration_here(const Call& call, oconf::Resources resources = oconf::Resources::no);

// Adds a problem to a "status" document if the core here has not loaded the present files.
void add_edited_configuration(const Call& call, nlohmann::ordered_json& status);

// Before a core starts: reverts a killed push that has replaced only a part of its files. Silent.
void mend_configuration(const config::Config& config);

// Error, without any change to the core's files: the core rejects the configuration that the package would make.
Result<> stage_package(ConfigurationHere& here, const oconf::Package& package);

enum class Restart { no, yes };
// Puts in place what was staged under that id, hands over the checks and restarts the core. Error: it is not
// in place, or the core did not start with it.
Result<> activate_stage(const Call& call, ConfigurationHere& here, const std::string& id, Restart restart);
Result<> undo_stage(const Call& call, ConfigurationHere& here, const std::string& id, Restart restart);

// All steps on this node: stages, activates, and reverts it if the core does not start.
Result<> install_package(const Call& call, ConfigurationHere& here, const oconf::Package& package, Restart restart);

}  // namespace merlin::mon
