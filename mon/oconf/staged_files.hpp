// The files of one push in its stage: new/N to put in place, old/N to revert it.
//
// All functions can be repeated after a crash: they detect what is already done.
#pragma once

#include <string>
#include <vector>

#include "mon/oconf/package.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

// One file of a push, by its number in the stage.
struct Step {
  std::string path;
  bool is_removal = false;
};

std::string staged_path(const std::string& folder, std::size_t number);

// Writes new/N of each file, then the plan. Returns the steps.
Result<std::vector<Step>> write_stage(const std::string& folder, const Package& package);
Result<std::vector<Step>> read_plan(const std::string& folder);

// Writes old/N of each step to disk: from then on everything can be reverted.
Result<> keep_old(const std::string& folder, const std::vector<Step>& steps);
// Replaces each file in one step; on disk when it returns. Error: some files may be in place.
Result<> put_in_place(const std::string& folder, const std::vector<Step>& steps);
Result<> take_back(const std::string& folder, const std::vector<Step>& steps);

Error disk_error(const std::string& path);

}  // namespace merlin::mon::oconf
