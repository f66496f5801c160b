// A push on its target node: staged beside the core's main file, then put in place, or reverted.
//
//   FOLDER OF THE MAIN FILE/.merlin/lock      which push may work here, and for how long
//   FOLDER OF THE MAIN FILE/.merlin/ID/       plan.json, new/N, old/N, state, main.cfg, history.new, history.old
//
// The journal of an activation is `state`: it contains "activating", on disk, before the first file changes, and
// "active" after the last. If the process is killed in between, mend() restores all old files.
#pragma once

#include <string>

#include "mon/oconf/archive.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/package.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

inline constexpr std::chrono::seconds kLease{60};

class Stage {
 public:
  // `name` is this node's name, the author of an unrecorded present version.
  Stage(const std::string& main_path, std::string name);

  // Takes the lock, keeps the present content, and writes all files that differ and a main file to verify them; returns its path.
  // The core's own files are unchanged. Error: another push holds the lock, a path does not belong to the core, a disk error.
  Result<std::string> prepare(const Package& package, const Manifest& present);
  Result<> activate(const std::string& id);
  Result<> undo(const std::string& id);   // also if it was not activated
  Result<> renew(const std::string& id);  // the lock, for another lease
  Result<> drop(const std::string& id);   // the push has ended: removes lock and stage

  // Repairs what killed pushes have left: reverts an incomplete activation, and removes stages without a lock. Does not
  // wait: while another mon works in the folder it does nothing; the node's present content is complete then.
  void mend();

  // The present version of this node; records and stores it if necessary.
  Result<Lineage> record(const Manifest& present);
  // The same without recording it.
  Lineage lineage(const Manifest& present) const;
  // The versions that a push from here has replaced become part of the history.
  Result<> add_history(const History& history);
  const Archive& archive() const { return archive_; }

  // The verifier's message, with the final names of the staged files.
  std::string with_real_names(const std::string& id, std::string text) const;

 private:
  std::string folder_of(const std::string& id) const { return base_ + "/" + id; }
  Result<> make_base() const;
  Result<> take_lock(const Package& package);
  Result<> write_lock(const std::string& id, const std::string& author) const;
  Result<> check_holder(const std::string& id) const;
  Result<Lineage> recorded(const Manifest& present) const;
  Result<> put_back(const std::string& folder) const;
  void clear_lapsed() const;

  std::string main_path_;
  std::string base_;
  std::string name_;
  Archive archive_;
};

// `text` of a main file that reads these object files instead of its own, and these resource files instead of its own where
// one is given; `folder` is the main file's folder.
struct Replaced {
  std::string path;
  std::string staged;
};
std::string main_for(std::string_view text, const std::string& folder, const std::vector<std::string>& files,
                     const std::vector<Replaced>& resources = {});

}  // namespace merlin::mon::oconf
