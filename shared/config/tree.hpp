// All files of one configuration: the first and what it includes, each parsed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/problems.hpp"
#include "config/sources.hpp"
#include "config/syntax.hpp"

namespace merlin::config {

inline constexpr std::size_t max_include_depth = 8;
inline constexpr std::size_t max_files = 100;
inline constexpr std::size_t max_total_size = 4 * max_file_size;

struct File {
  std::string path;
  std::string text;
  Block root;  // offsets are into text

  std::string where(Position at) const { return path + ":" + position_text(at); }
};

struct Tree {
  std::vector<File> files;  // in the order of reading, the first one first
  Problems problems;        // syntax errors, files that cannot be read, includes in a circle
};

// `include FILE|GLOB` stands at the top of a file only; relative names start from the including file's
// folder. A pattern that matches nothing is no error, a file that is not there is.
Tree read_tree(const std::string& path, Sources& sources);
Tree read_tree_from_text(std::string_view text, const std::string& path, Sources& sources);

}  // namespace merlin::config
