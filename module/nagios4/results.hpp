// Check results of Nagios, converted to and from the wire format.
#pragma once

#include "module/agent/core.hpp"
#include "module/nagios4/headers.hpp"

namespace merlin::neb {

// The result that the core has just processed, as the plugin wrote it: reassembled from the object's fields, because the core has already
// split the text. The object key is left empty.
wire::CheckResult raw_result(const ::host& object, const check_result& result);
wire::CheckResult raw_result(const ::service& object, const check_result& result);

// The object's last result, for other modules. Its texts belong to the object.
check_result finished_result(::host& object, const char* node);
check_result finished_result(::service& object, const char* node);

}  // namespace merlin::neb
