// External commands of which the core reports only the name: which of them become registers, and which the owner's core must
// execute.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "module/agent/command_table.hpp"
#include "module/agent/objects.hpp"
#include "module/agent/operator_sync.hpp"
#include "module/agent/ownership.hpp"

namespace merlin::neb {

class OperatorCommands {
 public:
  // All outlive this.
  OperatorCommands(Core& core, const Objects& objects, const Ownership& ownership, OperatorSync& desk)
      : core_(core), objects_(objects), ownership_(ownership), operators_(desk) {}

  // The consequences of a command that the core has executed.
  struct Done {
    std::vector<wire::Command> forward;  // for the owners' cores
    std::vector<Index> changed;          // owned objects whose check row it may have changed
  };
  Done done(std::string_view name, std::string_view arguments);
  // Executes a command that another core received. Not from inside a callback. False: this core does not own the object.
  bool run(const wire::Command& command);

 private:
  struct Arguments;

  std::string by_our_clock(const wire::Command& command) const;
  bool is_void(Index object, const wire::Command& command) const;
  void take_down(const ExternalCommand& command, const Arguments& arguments);
  wire::Command forwarded(Index object, std::string line) const;
  std::vector<wire::Command> for_services(Index host, std::string_view name, const Arguments& arguments) const;

  Core& core_;
  const Objects& objects_;
  const Ownership& ownership_;
  OperatorSync& operators_;
};

}  // namespace merlin::neb
