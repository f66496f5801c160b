// The core's object configuration as files: those that its main file names by cfg_file and cfg_dir.
#pragma once

#include <algorithm>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon::oconf {

inline constexpr std::size_t kMostFiles = 100'000;
inline constexpr std::size_t kLargestFile = 64u << 20;  // bytes

struct ObjectFile {
  std::string path;    // absolute
  std::string digest;  // SHA-256 of its content, 64 lower-case hex digits
  unsigned mode = 0;   // permission bits
  std::uint64_t size = 0;

  bool operator==(const ObjectFile&) const = default;
};

// The settings of the main file, with absolute paths.
struct MainFile {
  std::string path;
  std::vector<std::string> files;        // cfg_file
  std::vector<std::string> folders;      // cfg_dir, without a trailing slash
  std::vector<std::string> resources{};  // resource_file
};

struct Manifest {
  MainFile main;
  std::vector<ObjectFile> files;        // by path, each once
  std::vector<ObjectFile> resources{};  // likewise, if requested; not part of the digest
};

std::string sha256(std::string_view bytes);

// `name` as the main file at that path means it: relative names count from its folder.
std::string absolute_path(const std::string& main_path, std::string_view name);

// `text` of the main file at `path`; relative names are relative to its folder.
MainFile read_main(const std::string& path, std::string_view text);

// Whether the core of that main file would read the file: it is named by cfg_file or resource_file, or is a *.cfg below one of the folders,
// and no part of its path is hidden, "." or "..".
bool belongs(const MainFile& main, const std::string& path);

// Reads all files. Error: one is missing or cannot be read, or there are too many.
enum class Resources { no, yes };
Result<Manifest> read_manifest(const std::string& main_path, Resources resources = Resources::no);

// The object files, and the folders in which the core looks for them, without reading the files.
struct ObjectPaths {
  std::set<std::string> files;
  std::set<std::string> folders;
};
Result<ObjectPaths> object_paths(const std::string& main_path);

// One digest for all files: SHA-256 of a line "DIGEST PATH" per file, in order of path.
std::string digest_of(const Manifest& manifest);

// The time of the last change of a file.
WallTime changed_at(const Manifest& manifest);

nlohmann::ordered_json document_of(const Manifest& manifest);
Result<Manifest> read_document(const nlohmann::ordered_json& document);

// What turns `theirs` into `ours`: paths to write and to remove there, each in order.
struct Difference {
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;

  bool empty() const { return added.empty() && changed.empty() && removed.empty(); }
  bool is_written(const std::string& path) const {
    return std::ranges::binary_search(added, path) || std::ranges::binary_search(changed, path);
  }
};
// Resource files are written, never removed.
Difference difference(const Manifest& ours, const Manifest& theirs);

}  // namespace merlin::mon::oconf
