// The versions that a node has had: their history, and the contents of the newest ones.
//
//   FOLDER OF THE MAIN FILE/.merlin/history.json   the history, newest last
//   FOLDER OF THE MAIN FILE/.merlin/kept/          DIGEST.json names the files of a version, files/DIGEST is the content of one file
//
// Each file is replaced in one step; several versions share one copy of the same file. A writer must hold the folder's lock.
#pragma once

#include <string>

#include "mon/oconf/object_files.hpp"
#include "mon/oconf/version.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

inline constexpr std::size_t kMostKept = 10;

class Archive {
 public:
  // `base` is the folder .merlin, which must exist for writes.
  explicit Archive(std::string base) : base_(std::move(base)) {}

  History history() const;  // empty: nothing has been recorded yet
  Result<> set_history(const History& history) const;

  // Stores the content of this node's present configuration, and drops the oldest versions.
  Result<> keep(const Manifest& present, const History& history) const;
  bool has(const std::string& digest) const;
  // Error: that version is not stored.
  Result<Manifest> kept(const std::string& digest) const;
  std::vector<Manifest> all_kept() const;  // without those that cannot be read
  Result<std::string> content(const ObjectFile& file) const;

 private:
  std::string list_path(const std::string& digest) const { return base_ + "/kept/" + digest + ".json"; }
  std::string file_path(const std::string& digest) const { return base_ + "/kept/files/" + digest; }
  void clear(const History& history, const std::string& present) const;

  std::string base_;
};

}  // namespace merlin::mon::oconf
