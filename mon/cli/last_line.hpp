// What to report of a program that has failed.
#pragma once

#include <string>
#include <string_view>

namespace merlin::mon {

// The last line of its output that is not empty, without the "mon: " of an error of mon.
std::string last_line(std::string_view output);

}  // namespace merlin::mon
