// From the tree of all files to the model: each key by the table, then what keys must be to each other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/key_table.hpp"
#include "config/tree.hpp"

namespace merlin::config {

// Where each key that is set outside of node blocks stands: "FILE:LINE:COLUMN".
using Places = std::map<const KeySpec*, std::string>;

struct Validated {
  Config config;  // counts only where problems is empty
  Problems problems;
  std::vector<Error> warnings;
};

// Takes over the problems that the tree has already.
Validated validate(Tree& tree, Sources& sources);

// What a Config with good values can still have wrong. `main_file` is named where nothing better is known.
std::vector<Error> check_together(const Config& config, const Places& places, const std::string& main_file);

}  // namespace merlin::config
