// From the tree of all files to the model: checks each key with the table, then rules about several keys.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/tree.hpp"

namespace merlin::config {

// Positions of the keys set outside node blocks: "FILE:LINE:COLUMN".
using Places = std::map<const KeySpec*, std::string>;

struct Validated {
  Config config;  // valid only if problems is empty
  Problems problems;
  std::vector<Error> warnings;
};

// Takes over the problems found by the tree.
Validated validate(Tree& tree, Sources& sources);

// Errors in a Config whose single values are valid. `main_file` is named if no better position is known.
std::vector<Error> check_together(const Config& config, const Places& places, const std::string& main_file);

}  // namespace merlin::config
