#include "mon/oconf/archive.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "mon/oconf/object_text.hpp"
#include "shared/config/replace_file.hpp"

namespace merlin::mon::oconf {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr mode_t kPrivateFolder = 0700;  // contacts and commands may contain secrets

Result<> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), kPrivateFolder) == 0 || errno == EEXIST) return Ok{};
  return Error{fmt::format("cannot be created: {}", std::strerror(errno)), path, "nothing was changed"};
}

// Digests of the versions to keep: the newest ones, each once.
std::set<std::string> worth_keeping(const History& history, const std::string& present) {
  std::set<std::string> digests{present};
  for (auto version = history.rbegin(); version != history.rend() && digests.size() < kMostKept; ++version) digests.insert(version->digest);
  return digests;
}

}  // namespace

History Archive::history() const { return read_history(read_object_json(base_ + "/history.json")); }

Result<> Archive::set_history(const History& history) const {
  return config::replace_file_atomically(base_ + "/history.json", document_of(history).dump() + "\n");
}

Result<> Archive::keep(const Manifest& present, const History& history) const {
  for (const std::string& folder : {base_ + "/kept", base_ + "/kept/files"}) {
    if (auto made = make_folder(folder); !made) return made;
  }
  for (const ObjectFile& file : present.files) {
    if (fs::exists(file_path(file.digest))) continue;
    const auto text = read_object_text(file.path);
    if (!text) return text.error();
    if (sha256(*text) != file.digest) return Error{"changed meanwhile", file.path, "try again"};
    if (auto written = config::replace_file_atomically(file_path(file.digest), *text); !written) return written;
  }
  const std::string digest = digest_of(present);
  if (!has(digest)) {
    if (auto written = config::replace_file_atomically(list_path(digest), document_of(present).dump()); !written) return written;
  }
  clear(history, digest);
  return Ok{};
}

bool Archive::has(const std::string& digest) const { return fs::exists(list_path(digest)); }

Result<Manifest> Archive::kept(const std::string& digest) const {
  if (!has(digest)) return Error{"its files are not kept here", short_digest(digest), "mon oconf history shows which are"};
  return read_document(read_object_json(list_path(digest)));
}

std::vector<Manifest> Archive::all_kept() const {
  std::vector<Manifest> versions;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(base_ + "/kept", fault)) {
    if (entry.path().extension() != ".json") continue;
    auto version = kept(entry.path().stem().string());
    if (version) versions.push_back(std::move(*version));
  }
  return versions;
}

Result<std::string> Archive::content(const ObjectFile& file) const {
  auto text = read_object_text(file_path(file.digest));
  if (text && sha256(*text) != file.digest) return Error{"the kept copy is damaged", file.path, "choose another version"};
  return text;
}

// Removes lists first: a file is removed only if no list names it.
void Archive::clear(const History& history, const std::string& present) const {
  const std::set<std::string> wanted = worth_keeping(history, present);
  std::set<std::string> named;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(base_ + "/kept", fault)) {
    if (entry.path().extension() != ".json") continue;
    const std::string digest = entry.path().stem().string();
    const auto list = wanted.contains(digest) ? kept(digest) : Result<Manifest>(Manifest{});
    if (!wanted.contains(digest)) ::unlink(entry.path().c_str());
    for (const ObjectFile& file : list ? list->files : std::vector<ObjectFile>{}) named.insert(file.digest);
  }
  for (const auto& entry : fs::directory_iterator(base_ + "/kept/files", fault)) {
    if (!named.contains(entry.path().filename().string())) ::unlink(entry.path().c_str());
  }
}

}  // namespace merlin::mon::oconf
