// The files of one push in its stage: new/N beside what they replace, old/N to take them back by.
//
// All functions can be repeated after a crash: they find out themselves what is done already.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "mon/oconf/package.hpp"

namespace merlin::mon::oconf {

// One file of a push, by its number in the stage.
struct Step {
  std::string path;
  bool is_removal = false;
};

std::string staged_path(const std::string& folder, std::size_t number);

// new/N of each file, then the plan. Returns the steps.
Result<std::vector<Step>> write_stage(const std::string& folder, const Package& package);
Result<std::vector<Step>> read_plan(const std::string& folder);

// old/N of each step, safe on the disk: from then on all can be taken back.
Result<> keep_old(const std::string& folder, const std::vector<Step>& steps);
// Each file in one step; safe on the disk when it returns. Error: some may be in place.
Result<> put_in_place(const std::string& folder, const std::vector<Step>& steps);
Result<> take_back(const std::string& folder, const std::vector<Step>& steps);

Error disk_error(const std::string& path);

}  // namespace merlin::mon::oconf
