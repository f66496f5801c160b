#include "mon/oconf/watch_marks.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "mon/oconf/object_files.hpp"
#include "mon/sync/tree.hpp"

namespace merlin::mon {
namespace {

namespace fs = std::filesystem;

std::string line_of(const std::string& path) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) return path + " -\n";
  const bool is_folder = S_ISDIR(about.st_mode);  // its time changes with its contents, which have marks of their own
  return fmt::format("{} {} {} {} {} {}.{}\n", path, about.st_mode, about.st_uid, about.st_gid, is_folder ? 0 : about.st_size,
                     is_folder ? 0 : about.st_mtim.tv_sec, is_folder ? 0 : about.st_mtim.tv_nsec);
}

}  // namespace

std::string mark_of(const config::Sync& sync) {
  std::vector<std::string> lines;
  for (const config::SyncEntry& entry : sync.entries) {
    lines.push_back(line_of(entry.source) + entry.dest + "\n");
    std::error_code fault;
    for (auto next = fs::recursive_directory_iterator(entry.source, fault); !fault && next != fs::recursive_directory_iterator();
         next.increment(fault)) {
      lines.push_back(line_of(next->path().string()));
      if (lines.size() > sync::kMostItems) break;
    }
  }
  std::ranges::sort(lines);
  std::string all = fmt::format("{} {}\n", sync.delete_extra, sync.restart.value_or(""));
  for (const std::string& line : lines) all += line;
  return oconf::sha256(all);
}

}  // namespace merlin::mon
