// A push on the node that it goes to: staged beside the core's main file, then put in place, or taken back.
//
//   FOLDER OF THE MAIN FILE/.merlin/lock      which push may work here, and until when another may not
//   FOLDER OF THE MAIN FILE/.merlin/ID/       plan.json, new/N, old/N, state, main.cfg, history.new, history.old
//
// The journal of an activation is `state`: "activating" stands there, safe on the disk, before the first file changes, and
// "active" after the last. Whatever killed it in between, mend() brings all old files back.
#pragma once

#include <string>

#include "base/result.hpp"
#include "mon/oconf/archive.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/package.hpp"

namespace merlin::mon::oconf {

inline constexpr std::chrono::seconds lease{60};

class Stage {
 public:
  // `name` is this node's, the author of what it has now where nobody recorded that.
  Stage(const std::string& main_path, std::string name);

  // Takes the lock, keeps the present version, writes all that differs, and a main file to verify it with; where that is.
  // Nothing of the core's own has changed. Error: another push holds the lock, a path is none of the core's, the disk.
  Result<std::string> prepare(const Package& package, const Manifest& present);
  Result<> activate(const std::string& id);
  Result<> undo(const std::string& id);   // also of what was not activated
  Result<> renew(const std::string& id);  // the lock, for one more lease
  Result<> drop(const std::string& id);   // the push has ended: lock and stage go

  // What killed pushes have left: half an activation is taken back; what nobody holds a lock for any more goes. Waits
  // for nobody: where another mon is at work it does nothing. The node's present content is whole then.
  void mend();

  // The present version of this node, recorded and kept if nobody has done so.
  Result<Lineage> record(const Manifest& present);
  // Likewise, but only looked at.
  Lineage lineage(const Manifest& present) const;
  Result<> set_history(const History& history);
  const Archive& archive() const { return archive_; }

  // What the verifier said, with the names of the staged files as they will be.
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

// `text` of a main file, reading these object files instead of its own, and these instead of its resource files where
// one is given; `folder` is the one of the main file.
struct Replaced {
  std::string path;
  std::string staged;
};
std::string main_for(std::string_view text, const std::string& folder, const std::vector<std::string>& files,
                     const std::vector<Replaced>& resources = {});

}  // namespace merlin::mon::oconf
