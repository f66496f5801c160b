// External commands of which the core tells nothing but their names: what becomes a register, and what the core that runs
// the object must carry out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "module/command_table.hpp"
#include "module/objects.hpp"
#include "module/operator_desk.hpp"
#include "module/ownership.hpp"

namespace merlin::neb {

class OperatorCommands {
 public:
  // All outlive this.
  OperatorCommands(Core& core, const Objects& objects, const Ownership& ownership, OperatorDesk& desk)
      : core_(core), objects_(objects), ownership_(ownership), desk_(desk) {}

  // What follows from a command that the core has carried out.
  struct Done {
    std::vector<wire::Command> forward;  // for the cores that run these objects
    std::vector<Index> changed;          // this core's own, whose check row it may have changed
  };
  Done done(std::string_view name, std::string_view arguments);
  // One that another core took. Not from inside a callback. false: the object does not run here.
  bool run(const wire::Command& command);

 private:
  struct Arguments;

  bool is_void(Index object, const wire::Command& command) const;
  void take_down(const ExternalCommand& command, const Arguments& arguments);
  wire::Command forwarded(Index object, std::string line) const;
  std::vector<wire::Command> for_services(Index host, std::string_view name, const Arguments& arguments) const;

  Core& core_;
  const Objects& objects_;
  const Ownership& ownership_;
  OperatorDesk& desk_;
};

}  // namespace merlin::neb
