// Copies of other nodes' logs: STATE_DIR/logs/NODE.log, which only grow. A copy says how far it is by its last lines, so that
// each line is sent once, whatever the clocks and the rotation of logs do.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "mon/core_places.hpp"
#include "mon/log/line.hpp"

namespace merlin::mon::log {

inline constexpr std::size_t largest_part = 8u << 20;  // bytes sent at once
inline constexpr std::size_t mark_lines = 8;

// How far a copy is.
struct Mark {
  std::int64_t time = 0;  // of its last line
  std::size_t count = 0;  // how many of its last lines the digest is of, at most mark_lines
  std::string digest;     // SHA-256; "none" for a copy that is empty

  std::string text() const;  // "TIME:COUNT:DIGEST"
};
std::optional<Mark> read_mark(std::string_view text);

// What the core's logs here hold behind the mark, at most one part, each line whole. Where the mark is not found: the lines
// of its time and after it.
Result<std::string> part_after(const CorePlaces& places, const Mark& mark);

std::string copy_path(const std::string& state_dir, const std::string& node);
// Of a copy that is not there: the mark of an empty one.
Result<Mark> mark_of(const std::string& path);
// Adds a part to its end; what are no lines of a log is left out. Makes the folder.
Result<> append(const std::string& path, std::string_view part);

}  // namespace merlin::mon::log
