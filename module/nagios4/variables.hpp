// Finds out whether the core executed a command that sets a custom variable. The core does not report it.
#pragma once

#include "module/nagios4/headers.hpp"

namespace merlin::neb {

// The core marks each variable that it sets as modified, so the mark is cleared before the command and read after it.
class VariableCommand {
 public:
  void begins(const nebstruct_external_command_data& data);
  // False: it was such a command and the core rejected it; the mark is restored.
  bool ends();

 private:
  bool watched_ = false;
  customvariablesmember* variable_ = nullptr;  // null: the core has no such object or variable
  int was_modified_ = FALSE;
};

}  // namespace merlin::neb
