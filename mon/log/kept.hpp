// Copies of other nodes' logs: STATE_DIR/logs/NODE.log, which only grow. The last lines of a copy define its position, so that each line is
// sent once, whatever happens to clocks and rotated logs.
#pragma once

#include <string>
#include <vector>

#include "mon/log/line.hpp"
#include "mon/service/core_places.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::log {

inline constexpr std::size_t kLargestPart = 8u << 20;  // bytes per transfer
inline constexpr std::size_t kMarkLines = 8;

// The position of a copy.
struct Mark {
  std::int64_t time = 0;  // of its last line
  std::size_t count = 0;  // the number of last lines in the digest, at most kMarkLines
  std::string digest;     // SHA-256; "none" for an empty copy

  std::string text() const;  // "TIME:COUNT:DIGEST"
};
std::optional<Mark> read_mark(std::string_view text);

// The lines of the core's logs here after the position, at most one part, complete lines only. If the position is not found: the lines of
// its time and after it.
Result<std::string> part_after(const CorePlaces& places, const Mark& mark);

// For a missing copy: the position of an empty one.
Result<Mark> mark_of(const std::string& path);
// Adds a part at its end; text that is not a log line is skipped. Creates the folder.
Result<> append(const std::string& path, std::string_view part);

}  // namespace merlin::mon::log
