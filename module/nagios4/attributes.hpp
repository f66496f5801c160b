// Names for the bits in Nagios' adaptive events.
#pragma once

#include <string>
#include <vector>

#include "module/nagios4/headers.hpp"

namespace merlin::neb {

std::vector<std::string> changed_attributes(const nebstruct_adaptive_host_data& data);
std::vector<std::string> changed_attributes(const nebstruct_adaptive_service_data& data);
std::vector<std::string> changed_attributes(const nebstruct_adaptive_contact_data& data);
std::vector<std::string> changed_attributes(const nebstruct_adaptive_program_data& data);

}  // namespace merlin::neb
