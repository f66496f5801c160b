// What a push sends to one node: the files that differ, and the names of removed files. Pure.
//
// Text form: one line of JSON, then the concatenated contents of the files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mon/oconf/object_files.hpp"
#include "mon/oconf/version.hpp"
#include "shared/base/result.hpp"

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
  History history{};  // of the configuration that it makes, which is the last version
  bool operator==(const Package&) const = default;
};

bool is_push_id(std::string_view text);
std::string new_push_id();

std::string pack(const Package& package);
// Error: it is truncated or too long, or a digest does not match its file.
Result<Package> unpack(std::string_view bytes);

// Adds the files that the difference writes to a package; `read` returns the content of a file. Error: a file has changed.
template <class Read>
Result<std::vector<PackedFile>> packed_files(const Manifest& wanted, const Difference& found, const Read& read) {
  std::vector<PackedFile> packed;
  for (const auto* files : {&wanted.files, &wanted.resources}) {
    for (const ObjectFile& file : *files) {
      if (!found.is_written(file.path)) continue;
      Result<std::string> text = read(file);
      if (!text) return text.error();
      if (sha256(*text) != file.digest) return Error{"changed meanwhile", file.path, "try again"};
      packed.push_back({file.path, file.mode, std::move(*text)});
    }
  }
  return packed;
}

}  // namespace merlin::mon::oconf
