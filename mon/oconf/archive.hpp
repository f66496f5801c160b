// The versions that a node has had: their history, and the content of the newest.
//
//   FOLDER OF THE MAIN FILE/.merlin/history.json   the history, newest last
//   FOLDER OF THE MAIN FILE/.merlin/kept/          DIGEST.json names the files of a version, files/DIGEST is the content of one
//
// Each is replaced in one step; a file that several versions share is there once. Who writes holds the folder's lock.
#pragma once

#include <string>

#include "base/result.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/version.hpp"

namespace merlin::mon::oconf {

inline constexpr std::size_t most_kept = 10;

class Archive {
 public:
  // `base` is the folder .merlin, which is there when something is written.
  explicit Archive(std::string base) : base_(std::move(base)) {}

  History history() const;  // empty: nothing was recorded yet
  Result<> set_history(const History& history) const;

  // The content of this node's present configuration. Those of the oldest versions go.
  Result<> keep(const Manifest& present, const History& history) const;
  bool has(const std::string& digest) const;
  // Error: that version is not kept.
  Result<Manifest> kept(const std::string& digest) const;
  Result<std::string> content(const ObjectFile& file) const;

 private:
  std::string list_path(const std::string& digest) const { return base_ + "/kept/" + digest + ".json"; }
  std::string file_path(const std::string& digest) const { return base_ + "/kept/files/" + digest; }
  void clear(const History& history, const std::string& present) const;

  std::string base_;
};

}  // namespace merlin::mon::oconf
