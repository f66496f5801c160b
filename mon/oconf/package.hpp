// What a push sends to one node: the files that differ, and the names of those that go. Pure.
//
// Text form: one line of JSON, then the content of the files behind each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace merlin::mon::oconf {

struct PackedFile {
  std::string path;
  unsigned mode = 0;  // permission bits
  std::string content;
  bool operator==(const PackedFile&) const = default;
};

struct Package {
  std::string id;      // of the push: 16 lower-case hex digits
  std::string author;  // the node that pushes
  std::vector<PackedFile> files;
  std::vector<std::string> removed;
  bool operator==(const Package&) const = default;
};

bool is_push_id(std::string_view text);
std::string new_push_id();

std::string pack(const Package& package);
// Error: it is cut short, has more than it says, or a digest does not fit its file.
Result<Package> unpack(std::string_view bytes);

}  // namespace merlin::mon::oconf
