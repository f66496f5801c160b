#include "mon/oconf/object_files.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "mon/cli/local_node.hpp"
#include "mon/cli/utf8.hpp"
#include "mon/oconf/object_text.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon::oconf {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kDeepestFolder = 32;

bool is_object_file(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.size() > 4 && name.ends_with(".cfg") && name.front() != '.';
}

// As the core does: every *.cfg, including subfolders, without hidden ones.
Result<> collect(const std::string& folder, int depth, ObjectPaths& found) {
  std::error_code fault;
  found.folders.insert(folder);
  if (depth > kDeepestFolder) return Error{"folders are too deep", folder, "check for a loop of links"};
  for (auto next = fs::directory_iterator(folder, fault); !fault && next != fs::directory_iterator(); next.increment(fault)) {
    const fs::path path = next->path();
    if (path.filename().string().front() == '.') continue;
    std::error_code odd;
    const bool is_folder = next->is_directory(odd);
    if (is_folder) {
      if (auto below = collect(path.string(), depth + 1, found); !below) return below;
    }
    if (!is_folder && is_object_file(path)) found.files.insert(path.string());
    if (found.files.size() > kMostFiles) return Error{fmt::format("more than {} files", kMostFiles), folder, ""};
  }
  if (fault) return Error{fmt::format("cannot be read: {}", fault.message()), folder, "see cfg_dir in the core's main file"};
  return Ok{};
}

bool is_digest(std::string_view text) { return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

Result<ObjectFile> read_one(const std::string& path) {
  if (!is_utf8(path)) return Error{"its name is not UTF-8", path, "rename it"};
  const auto text = read_object_text(path);
  if (!text) return text.error();
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return Error{std::strerror(errno), path, ""};
  return ObjectFile{path, sha256(*text), about.st_mode & 0777U, text->size()};
}

Result<std::vector<ObjectFile>> read_all(const std::set<std::string>& paths) {
  std::vector<ObjectFile> files;
  for (const std::string& path : paths) {
    auto file = read_one(path);
    if (!file) return file.error();
    files.push_back(std::move(*file));
  }
  return files;
}

const ObjectFile* find_in(const std::vector<ObjectFile>& files, const std::string& path) {
  const auto at = std::ranges::lower_bound(files, path, {}, &ObjectFile::path);
  return at != files.end() && at->path == path ? &*at : nullptr;
}

ordered_json document_of_files(const std::vector<ObjectFile>& files) {
  ordered_json document = ordered_json::array();
  for (const ObjectFile& file : files) {
    document.push_back({{"path", file.path}, {"sha256", file.digest}, {"mode", fmt::format("{:04o}", file.mode)}, {"size", file.size}});
  }
  return document;
}

const Error kUnreadable{"its list of object files cannot be read", "oconf files", "check that both nodes have the same version of Merlin"};

Result<std::vector<ObjectFile>> read_files(const ordered_json& document) {
  if (!document.is_array() || document.size() > kMostFiles) return kUnreadable;
  std::vector<ObjectFile> files;
  for (const auto& entry : document) {
    const std::int64_t size = entry.is_object() ? number_at(entry, "size") : -1;
    if (size < 0) return kUnreadable;
    const auto mode = static_cast<unsigned>(std::strtoul(text_at(entry, "mode").c_str(), nullptr, 8)) & 0777U;
    files.push_back({text_at(entry, "path"), text_at(entry, "sha256"), mode, static_cast<std::uint64_t>(size)});
    if (!files.back().path.starts_with('/') || !is_digest(files.back().digest)) return kUnreadable;
  }
  std::ranges::sort(files, {}, &ObjectFile::path);
  const bool is_each_once = std::ranges::adjacent_find(files, {}, &ObjectFile::path) == files.end();
  return is_each_once ? Result<std::vector<ObjectFile>>(std::move(files)) : kUnreadable;
}

Result<ObjectPaths> paths_in(const MainFile& main) {
  ObjectPaths paths{{main.files.begin(), main.files.end()}, {}};
  for (const std::string& folder : main.folders) {
    if (auto found = collect(folder, 0, paths); !found) return found.error();
  }
  return paths;
}

// No part of it is empty, hidden, "." or "..".
bool is_plain_path(std::string_view path) {
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part.front() == '.') return false;
    path.remove_prefix(part.size());
  }
  return true;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, ::EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
  return hex;
}

std::string absolute_path(const std::string& main_path, std::string_view name) {
  std::string path = name.starts_with('/') ? std::string(name) : fmt::format("{}/{}", main_path.substr(0, main_path.rfind('/')), name);
  path = fs::path(path).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

MainFile read_main(const std::string& path, std::string_view text) {
  MainFile main{path, {}, {}, {}};
  for (const auto& [key, value] : main_settings(text)) {
    if (key == "cfg_file") main.files.push_back(absolute_path(path, value));
    if (key == "cfg_dir") main.folders.push_back(absolute_path(path, value));
    if (key == "resource_file") main.resources.push_back(absolute_path(path, value));
  }
  return main;
}

bool belongs(const MainFile& main, const std::string& path) {
  if (!is_plain_path(path)) return false;
  if (std::ranges::find(main.files, path) != main.files.end()) return true;
  if (std::ranges::find(main.resources, path) != main.resources.end()) return true;
  return is_object_file(path) &&
         std::ranges::any_of(main.folders, [&](const std::string& folder) { return path.starts_with(folder + "/"); });
}

Result<Manifest> read_manifest(const std::string& main_path, Resources resources) {
  const auto text = read_object_text(main_path);
  if (!text) return text.error();
  Manifest manifest{read_main(main_path, *text), {}, {}};
  const auto paths = paths_in(manifest.main);
  if (!paths) return paths.error();
  auto files = read_all(paths->files);
  if (!files) return files.error();
  manifest.files = std::move(*files);
  if (resources == Resources::no) return manifest;
  auto secrets = read_all({manifest.main.resources.begin(), manifest.main.resources.end()});
  if (!secrets) return secrets.error();
  manifest.resources = std::move(*secrets);
  return manifest;
}

Result<ObjectPaths> object_paths(const std::string& main_path) {
  const auto text = read_object_text(main_path);
  if (!text) return text.error();
  return paths_in(read_main(main_path, *text));
}

std::string digest_of(const Manifest& manifest) {
  std::string lines;
  for (const ObjectFile& file : manifest.files) lines += fmt::format("{} {}\n", file.digest, file.path);
  return sha256(lines);
}

WallTime changed_at(const Manifest& manifest) {
  std::int64_t newest_ms = 0;
  for (const ObjectFile& file : manifest.files) {
    struct stat about {};
    if (::stat(file.path.c_str(), &about) != 0) continue;
    newest_ms = std::max<std::int64_t>(newest_ms, about.st_mtim.tv_sec * 1000 + about.st_mtim.tv_nsec / 1'000'000);
  }
  return WallTime(Millis(newest_ms));
}

ordered_json document_of(const Manifest& manifest) {
  ordered_json document{{"main", manifest.main.path},
                        {"hash", digest_of(manifest)},
                        {"cfg_file", manifest.main.files},
                        {"cfg_dir", manifest.main.folders},
                        {"resource_file", manifest.main.resources},
                        {"files", document_of_files(manifest.files)}};
  if (!manifest.resources.empty()) document["resources"] = document_of_files(manifest.resources);
  return document;
}

Result<Manifest> read_document(const ordered_json& document) {
  if (!document.is_object()) return kUnreadable;
  Manifest manifest;
  manifest.main.path = text_at(document, "main");
  const std::pair<const char*, std::vector<std::string>*> lists[] = {
      {"cfg_file", &manifest.main.files}, {"cfg_dir", &manifest.main.folders}, {"resource_file", &manifest.main.resources}};
  for (const auto& [key, paths] : lists) {
    for (const auto& path : document.value(key, ordered_json::array())) {
      if (!path.is_string()) return kUnreadable;
      paths->push_back(path.get<std::string>());
    }
  }
  auto files = read_files(document.value("files", ordered_json()));
  auto resources = read_files(document.value("resources", ordered_json::array()));
  if (!files || !resources) return kUnreadable;
  manifest.files = std::move(*files);
  manifest.resources = std::move(*resources);
  return manifest;
}

Difference difference(const Manifest& ours, const Manifest& theirs) {
  Difference found;
  const auto write = [&](const std::vector<ObjectFile>& files, const std::vector<ObjectFile>& there) {
    for (const ObjectFile& file : files) {
      const ObjectFile* other = find_in(there, file.path);
      if (other == nullptr) found.added.push_back(file.path);
      if (other != nullptr && other->digest != file.digest) found.changed.push_back(file.path);
    }
  };
  write(ours.files, theirs.files);
  write(ours.resources, theirs.resources);
  std::ranges::sort(found.added);
  std::ranges::sort(found.changed);
  for (const ObjectFile& file : theirs.files) {
    if (find_in(ours.files, file.path) == nullptr) found.removed.push_back(file.path);
  }
  return found;
}

}  // namespace merlin::mon::oconf
