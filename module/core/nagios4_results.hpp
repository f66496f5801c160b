// Check results of Nagios, to and from the wire's.
#pragma once

#include "module/core/core.hpp"
#include "module/core/nagios4_headers.hpp"

namespace merlin::neb {

// What the core has just processed, as the plugin wrote it: put together again from the object's fields, because the core
// has cut up the text itself by then. The object key is left empty.
wire::CheckResult raw_result(const ::host& object, const check_result& result);
wire::CheckResult raw_result(const ::service& object, const check_result& result);

// The object's last result, for other modules to look at. Its texts are the object's.
check_result finished_result(::host& object, const char* node);
check_result finished_result(::service& object, const char* node);

}  // namespace merlin::neb
