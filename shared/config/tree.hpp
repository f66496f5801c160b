// All files of one configuration: the main file and its includes, each parsed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/config/problems.hpp"
#include "shared/config/sources.hpp"
#include "shared/config/syntax.hpp"

namespace merlin::config {

inline constexpr std::size_t kMaxIncludeDepth = 8;
inline constexpr std::size_t kMaxFiles = 100;
inline constexpr std::size_t kMaxTotalSize = 4 * kMaxFileSize;

struct File {
  std::string path;
  std::string text;
  Block root;  // offsets are into text

  std::string where(Position at) const { return path + ":" + position_text(at); }
};

struct Tree {
  std::vector<File> files;  // in the order of reading, the first one first
  Problems problems;        // syntax errors, unreadable files, circular includes
};

// `include FILE|GLOB` is allowed only outside blocks; relative names start from the including file's folder. A pattern without a match is
// not an error; a missing file is.
Tree read_tree(const std::string& path, Sources& sources);
Tree read_tree_from_text(std::string_view text, const std::string& path, Sources& sources);

}  // namespace merlin::config
