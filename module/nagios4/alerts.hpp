// Shows a result of another node to everything that observes this core: its log, other modules, performance data.
#pragma once

#include "module/agent/core.hpp"
#include "module/nagios4/headers.hpp"

namespace merlin::neb {

struct Shown {
  int state = 0;
  int type = 0;
  int attempt = 0;
};

// The object's fields already have the owner's values; `before` contains the previous ones. The order is that of the core. The alert line
// is the core's own with " [node NAME]" after the output, which is the last field of the line, so programs that read the log by fields work
// as before.
void show_result(::host& object, const Shown& before, const Showing& showing);
void show_result(::service& object, const Shown& before, const Showing& showing);

void send_status(::host& object);
void send_status(::service& object);

}  // namespace merlin::neb
