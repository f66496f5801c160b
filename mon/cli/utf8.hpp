// Whether JSON can contain a text.
#pragma once

#include <string_view>

namespace merlin::mon {

// Well-formed UTF-8, which includes ASCII.
bool is_utf8(std::string_view text);

}  // namespace merlin::mon
