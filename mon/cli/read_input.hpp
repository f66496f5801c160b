// Standard input of a command that another node's mon runs.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "shared/base/result.hpp"

namespace merlin::mon {

// All of it. Error: it is longer than `most` bytes.
Result<std::string> read_input(std::size_t most);

// Its first line, without the line end. Error: it is longer than limits::kLines.
Result<std::string> read_input_line();

// All of it as a JSON document, at most limits::kDocument; a discarded value if it is none.
Result<nlohmann::ordered_json> read_input_document();

}  // namespace merlin::mon
