#include "mon/oconf/loaded.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mon/cli/local_node.hpp"
#include "mon/oconf/object_text.hpp"
#include "shared/config/replace_file.hpp"

namespace merlin::mon::oconf {
namespace {

using nlohmann::ordered_json;
using Nanoseconds = std::int64_t;  // since 1970

Nanoseconds nanoseconds(const timespec& time) { return time.tv_sec * Nanoseconds(1'000'000'000) + time.tv_nsec; }

// When the core last wrote its object cache; empty: none is named, or it does not exist.
std::optional<Nanoseconds> cache_time(const std::string& main_path) {
  const auto text = read_object_text(main_path);
  if (!text) return std::nullopt;
  for (const auto& [key, value] : main_settings(*text)) {
    struct stat about {};
    if (key == "object_cache_file" && ::stat(absolute_path(main_path, value).c_str(), &about) == 0) return nanoseconds(about.st_mtim);
  }
  return std::nullopt;
}

// The time of the last change that the file system noticed: a file that is moved into place keeps the time of its content.
Nanoseconds newest_change(const std::set<std::string>& paths) {
  Nanoseconds newest = 0;
  for (const std::string& path : paths) {
    struct stat about {};
    if (::stat(path.c_str(), &about) == 0) newest = std::max({newest, nanoseconds(about.st_mtim), nanoseconds(about.st_ctim)});
  }
  return newest;
}

std::string folder_of(const std::string& main_path) { return main_path.substr(0, main_path.rfind('/')) + "/.merlin"; }
std::string record_path(const std::string& main_path) { return folder_of(main_path) + "/loaded"; }

// The digest that was recorded for the object cache of this time; empty: none.
std::string recorded_digest(const std::string& main_path, Nanoseconds cache) {
  const auto text = read_object_text(record_path(main_path));
  const auto document = text ? ordered_json::parse(*text, nullptr, false) : ordered_json();
  return document.is_object() && number_at(document, "cache_ns") == cache ? text_at(document, "digest") : "";
}

// The object files and the main file, which names them.
std::set<std::string> paths_of(const Manifest& present) {
  std::set<std::string> paths{present.main.path};
  for (const ObjectFile& file : present.files) paths.insert(file.path);
  return paths;
}

// Empty: they cannot be read.
std::string present_digest(const std::string& main_path) {
  const auto present = read_manifest(main_path);
  return present ? digest_of(*present) : "";
}

bool is_loaded(const Manifest& present, Nanoseconds cache) {
  const std::string recorded = recorded_digest(present.main.path, cache);
  return recorded.empty() ? newest_change(paths_of(present)) < cache : recorded == digest_of(present);
}

}  // namespace

bool is_loaded(const Manifest& present) {
  const auto cache = cache_time(present.main.path);
  return cache && is_loaded(present, *cache);
}

std::optional<WallTime> edited_at(const std::string& main_path) {
  const auto cache = cache_time(main_path);
  auto paths = cache ? object_paths(main_path) : Result<ObjectPaths>(Error{});
  if (!paths) return std::nullopt;
  paths->files.insert(main_path);
  // A file that was removed changes its folder only; so does an editor's backup, which the digest tells apart.
  if (!recorded_digest(main_path, *cache).empty()) paths->files.merge(paths->folders);
  const Nanoseconds newest = newest_change(paths->files);
  if (newest < *cache) return std::nullopt;
  const auto present = read_manifest(main_path);
  if (!present || is_loaded(*present, *cache)) return std::nullopt;
  return WallTime(Millis(newest / 1'000'000));
}

Loading::Loading(const std::string& main_path) : main_path_(main_path), digest_(present_digest(main_path)) {}

void Loading::done() const {
  const auto cache = cache_time(main_path_);
  // Files that were changed since may have been loaded by a reload, or not.
  if (!cache || digest_.empty() || digest_ != present_digest(main_path_)) return;
  ::mkdir(folder_of(main_path_).c_str(), 0755);
  // Without the record the times of the files decide.
  static_cast<void>(
      config::replace_file_atomically(record_path(main_path_), ordered_json{{"digest", digest_}, {"cache_ns", *cache}}.dump() + "\n"));
}

}  // namespace merlin::mon::oconf
