// The manual pages as man(7) text.
#pragma once

#include <string>

namespace merlin::manual {

std::string mon_page();            // mon(1), of the table of commands
std::string merlind_page();        // merlind(8), of the table of its options
std::string configuration_page();  // merlin.conf(5), of the table of keys

}  // namespace merlin::manual
