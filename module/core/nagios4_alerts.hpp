// A result of another node, shown to everything that watches this core: its log, other modules, performance data.
#pragma once

#include "module/core/core.hpp"
#include "module/core/nagios4_headers.hpp"

namespace merlin::neb {

struct Shown {
  int state = 0;
  int type = 0;
  int attempt = 0;
};

// The object's fields are the owner's already; `before` is what they were. In the order in which the core itself does it.
// The alert line is the core's own with " [node NAME]" behind the output, which is the last field of the line: what reads
// the log by fields reads it as before.
void show_result(::host& object, const Shown& before, const Showing& showing);
void show_result(::service& object, const Shown& before, const Showing& showing);

void send_status(::host& object);
void send_status(::service& object);

}  // namespace merlin::neb
