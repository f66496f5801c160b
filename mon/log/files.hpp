// The core's logs on this machine with the rotated ones, and other logs by name; read line by line.
#pragma once

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "mon/log/line.hpp"
#include "mon/service/core_places.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::log {

inline constexpr std::size_t kLongestLine = 64u << 10;  // bytes; longer lines are truncated

// One log file, read from its start. Lines that do not begin with a time are skipped.
class Reader {
 public:
  explicit Reader(const std::string& path) : file_(path, std::ios::binary) {}

  bool is_open() const { return file_.is_open(); }
  // The next line; empty at the end.
  std::optional<Line> next();

 private:
  std::ifstream file_;
  std::string buffer_ = std::string(kLongestLine, '\0');
};

// Sorted by time: those of the archive folder, then the current log. The earlier one of two neighbours is skipped if all of it is before
// `first`.
std::vector<std::string> files_of(const CorePlaces& places, std::int64_t first);

// Error: it does not exist, must not be read, or is a folder.
Result<> can_be_read(const std::string& path);

// Calls use() for each line of each file, in order, until it returns false. Error: a file cannot be read.
Result<> read_all(const std::vector<std::string>& paths, const std::function<bool(Line&&)>& use);

}  // namespace merlin::mon::log
