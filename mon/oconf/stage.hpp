// A push on the node that it goes to: staged beside the core's main file, then put in place, or taken back.
//
//   FOLDER OF THE MAIN FILE/.merlin/lock      which push may work here, and until when another may not
//   FOLDER OF THE MAIN FILE/.merlin/ID/       plan.json, new/N, old/N, state, main.cfg
//
// Files are replaced one by one, each in one step; what they were stays in old/ until the push is dropped. A push that
// was killed while it replaced files is taken back by the next one.
#pragma once

#include <string>

#include "base/result.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/package.hpp"

namespace merlin::mon::oconf {

inline constexpr std::chrono::seconds lease{60};

class Stage {
 public:
  explicit Stage(const std::string& main_path);

  // Takes the lock, writes all that differs, and a main file to verify it with; where that is. Nothing of the core's
  // own has changed. Error: another push holds the lock, a path is none of the core's, the disk.
  Result<std::string> prepare(const Package& package, const Manifest& present);
  Result<> activate(const std::string& id);
  Result<> undo(const std::string& id);  // also of what was not activated
  Result<> drop(const std::string& id);  // the push has ended: lock and stage go

  // What the verifier said, with the names of the staged files as they will be.
  std::string with_real_names(const std::string& id, std::string text) const;

 private:
  std::string folder_of(const std::string& id) const { return base_ + "/" + id; }
  Result<> take_lock(const Package& package);
  Result<> check_holder(const std::string& id) const;
  void clear_lapsed() const;

  std::string main_path_;
  std::string base_;
};

// `text` of a main file, reading these object files instead of its own; `folder` is the one of the main file.
std::string main_for(std::string_view text, const std::string& folder, const std::vector<std::string>& files);

}  // namespace merlin::mon::oconf
