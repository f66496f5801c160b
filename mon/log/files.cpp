#include "mon/log/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

namespace merlin::mon::log {
namespace {

namespace fs = std::filesystem;

struct Begun {
  std::int64_t time = 0;
  std::string path;
};

// A file that does not begin with a time is not the log of a core.
std::optional<Begun> look_at(const std::string& path) {
  Reader reader(path);
  const auto line = reader.next();
  return line ? std::optional(Begun{line->time, path}) : std::nullopt;
}

std::vector<Begun> archived(const CorePlaces& places) {
  std::vector<Begun> logs;
  if (places.log_archive.empty()) return logs;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(places.log_archive, fault)) {
    std::error_code gone;
    if (!entry.is_regular_file(gone) || entry.path().extension() != ".log" || fs::equivalent(entry.path(), places.log_file, gone)) continue;
    if (auto log = look_at(entry.path().string())) logs.push_back(std::move(*log));
  }
  std::ranges::sort(logs,
                    [](const Begun& one, const Begun& other) { return std::tie(one.time, one.path) < std::tie(other.time, other.path); });
  return logs;
}

}  // namespace

std::optional<Line> Reader::next() {
  while (file_) {
    file_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    auto length = static_cast<std::size_t>(file_.gcount());
    const bool too_long = file_.fail() && length == buffer_.size() - 1;
    if (too_long) {
      file_.clear();
      file_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    } else if (length > 0 && !file_.eof()) {
      --length;  // including the end of the line
    }
    if (auto line = read_line(std::string_view(buffer_).substr(0, length))) return line;
  }
  return std::nullopt;
}

std::vector<std::string> files_of(const CorePlaces& places, std::int64_t first) {
  std::vector<Begun> logs = archived(places);
  if (auto present = look_at(places.log_file)) logs.push_back(std::move(*present));
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const bool is_over = i + 1 < logs.size() && logs[i + 1].time < first;
    if (!is_over) paths.push_back(logs[i].path);
  }
  return paths;
}

Result<> can_be_read(const std::string& path) {
  std::error_code fault;
  if (fs::is_directory(path, fault)) return Error{"cannot read the log: it is a folder", path, ""};
  if (!Reader(path).is_open()) return Error{std::string("cannot read the log: ") + std::strerror(errno), path, ""};
  return Ok{};
}

Result<> read_all(const std::vector<std::string>& paths, const std::function<bool(Line&&)>& use) {
  for (const std::string& path : paths) {
    if (auto readable = can_be_read(path); !readable) return readable;
    Reader reader(path);
    while (auto line = reader.next()) {
      if (!use(std::move(*line))) return Ok{};
    }
  }
  return Ok{};
}

}  // namespace merlin::mon::log
