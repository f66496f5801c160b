// Whether text can travel as JSON.
#pragma once

#include <string_view>

namespace merlin::mon {

// Well-formed UTF-8, of which ASCII is a part.
bool is_utf8(std::string_view text);

}  // namespace merlin::mon
