#include "mon/log/kept.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <sstream>

#include "mon/cli/safe_path.hpp"
#include "mon/log/files.hpp"
#include "mon/oconf/object_files.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon::log {
namespace {

constexpr mode_t kFolderMode = 0750;
constexpr mode_t kFileMode = 0640;

// The last lines of a log, and the position that they define.
class Tail {
 public:
  void add(const Line& line) {
    time_ = line.time;
    lines_.push_back(raw_text(line));
    if (lines_.size() > kMarkLines) lines_.pop_front();
  }
  Mark mark() const { return lines_.empty() ? Mark{0, 0, "none"} : Mark{time_, lines_.size(), digest(lines_.size())}; }
  bool matches(const Mark& mark) const {
    return mark.count > 0 && time_ == mark.time && lines_.size() >= mark.count && digest(mark.count) == mark.digest;
  }

 private:
  std::string digest(std::size_t count) const {
    std::string text;
    for (auto line = lines_.end() - static_cast<std::ptrdiff_t>(count); line != lines_.end(); ++line) text += *line + "\n";
    return oconf::sha256(text);
  }

  std::int64_t time_ = 0;
  std::deque<std::string> lines_;
};

void add_line(std::string& part, const Line& line) {
  if (part.size() < kLargestPart) part += raw_text(line) + "\n";
}

struct Search {
  bool found = false;
  std::string behind_mark;
  std::string since_time;
};

Result<Search> search_in(const std::vector<std::string>& paths, const Mark& mark) {
  Search search;
  search.found = mark.count == 0;
  Tail tail;
  const auto read = read_all(paths, [&](Line&& line) {
    add_line(search.behind_mark, line);
    if (line.time >= mark.time) add_line(search.since_time, line);
    tail.add(line);
    if (!tail.matches(mark)) return true;
    search.found = true;
    search.behind_mark.clear();
    return true;
  });
  if (!read) return read.error();
  return search;
}

Error cannot(const char* what, const std::string& path) { return {fmt::format("cannot {}: {}", what, std::strerror(errno)), path, ""}; }

Result<> write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return cannot("write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return Ok{};
}

}  // namespace

std::string Mark::text() const { return fmt::format("{}:{}:{}", time, count, digest); }

std::optional<Mark> read_mark(std::string_view text) {
  std::istringstream words{std::string(text)};
  Mark mark;
  char colon = 0;
  char other = 0;
  if (!(words >> mark.time >> colon >> mark.count >> other >> mark.digest) || colon != ':' || other != ':') return std::nullopt;
  return mark.time < 0 || mark.count > kMarkLines || !words.eof() ? std::nullopt : std::optional(mark);
}

Result<std::string> part_after(const CorePlaces& places, const Mark& mark) {
  // If the last lines are spread over more files than those of that time, all files are needed to find the position.
  for (const std::int64_t first : {mark.time, std::int64_t{0}}) {
    auto search = search_in(files_of(places, first), mark);
    if (!search) return search.error();
    if (search->found || first == 0) return search->found ? std::move(search->behind_mark) : std::move(search->since_time);
  }
  return std::string();
}

Result<Mark> mark_of(const std::string& path) {
  std::error_code fault;
  if (!std::filesystem::exists(path, fault)) return Mark{0, 0, "none"};
  Tail tail;
  const auto read = read_all({path}, [&](Line&& line) {
    tail.add(line);
    return true;
  });
  if (!read) return read.error();
  return tail.mark();
}

Result<> append(const std::string& path, std::string_view part) {
  const std::filesystem::path place(path);
  const auto above = open_folder(place.parent_path().parent_path().string());
  if (!above) return above.error();
  const std::string name = place.parent_path().filename().string();
  if (::mkdirat(above->get(), name.c_str(), kFolderMode) != 0 && errno != EEXIST)
    return cannot("create the folder", place.parent_path().string());
  const auto folder = open_folder(place.parent_path().string());
  if (!folder) return folder.error();
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const net::Fd file(::openat(folder->get(), place.filename().c_str(), flags, kFileMode));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) return cannot("open", path);
  if (!S_ISREG(about.st_mode) || about.st_nlink != 1) return Error{"is not a file of its own", path, "remove it"};
  std::string lines;
  std::istringstream all{std::string(part)};
  for (std::string raw; std::getline(all, raw);) {
    if (const auto line = read_line(raw)) lines += raw_text(*line) + "\n";
  }
  return write_all(file.get(), lines, path);
}

}  // namespace merlin::mon::log
