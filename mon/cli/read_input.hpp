// Standard input of a command that another node's mon runs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace merlin::mon {

// All of it, at most 16 MiB.
std::string read_input();

// It as a JSON document; a discarded value if it is none.
nlohmann::ordered_json read_input_document();

}  // namespace merlin::mon
