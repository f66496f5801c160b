// The core's logs on this machine, the rotated ones too, and others by name; read line by line.
#pragma once

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "mon/core_places.hpp"
#include "mon/log/line.hpp"

namespace merlin::mon::log {

inline constexpr std::size_t longest_line = 64u << 10;  // bytes; the rest of a longer one is left out

// One log file, read from its begin. Lines that begin with no time are left out.
class Reader {
 public:
  explicit Reader(const std::string& path) : file_(path, std::ios::binary) {}

  bool is_open() const { return file_.is_open(); }
  // The next line; none at the end.
  std::optional<Line> next();

 private:
  std::ifstream file_;
  std::string buffer_ = std::string(longest_line, '\0');
};

// In order of time: those of the archive folder, then the present log. Of two neighbours the earlier one is left out where
// all of it is before `first`.
std::vector<std::string> files_of(const CorePlaces& places, std::int64_t first);

// Error: it is not there, may not be read, or is a folder.
Result<> can_be_read(const std::string& path);

// Calls use() for each line of each file, in order, until it returns false. Error: a file cannot be read.
Result<> read_all(const std::vector<std::string>& paths, const std::function<bool(Line&&)>& use);

}  // namespace merlin::mon::log
