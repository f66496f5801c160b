// Text that mon reads from files of a core. The first byte selects: 'l' a log, 'm' the position of a copy of a log, 's' a status file,
// 'c' a main file. What is read is not larger than the text, and reads the same when it is written again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "mon/check/status_file.hpp"
#include "mon/log/kept.hpp"
#include "mon/log/line.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/stage.hpp"
#include "shared/base/assert.hpp"

namespace {

using namespace merlin::mon;

bool is_in(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// A copy of a log must have the digest of its original.
void log_lines(std::string_view text) {
  std::istringstream lines{std::string(text)};
  for (std::string raw; std::getline(lines, raw);) {
    const auto line = log::read_line(raw);
    if (!line) continue;
    const auto again = log::read_line(log::raw_text(*line));
    MERLIN_ASSERT(again && again->time == line->time && again->text == line->text);
    const log::Meaning meaning = log::meaning_of(line->text);
    MERLIN_ASSERT(!meaning.type.empty());
    for (const std::string_view part : {meaning.host, meaning.service, meaning.state, meaning.state_type})
      MERLIN_ASSERT(is_in(part, line->text) && part.find(';') == std::string_view::npos);
  }
}

void log_position(std::string_view text) {
  const auto mark = log::read_mark(text);
  if (!mark) return;
  MERLIN_ASSERT(mark->time >= 0 && mark->count <= log::kMarkLines);
  const auto again = log::read_mark(mark->text());
  MERLIN_ASSERT(again && again->time == mark->time && again->count == mark->count && again->digest == mark->digest);
}

void status_file(std::string_view text) {
  std::istringstream file{std::string(text)};
  std::size_t bytes = 0;
  check::read_status(file, [&](const check::CheckedObject& object) {
    bytes += object.host.size() + object.service.size() + 1;
    MERLIN_ASSERT(object.latency_s == object.latency_s && object.execution_s == object.execution_s);  // a number
  });
  MERLIN_ASSERT(bytes <= text.size());
}

bool is_plain(const std::string& path) {
  return path.starts_with('/') && path.find("/.") == std::string::npos && path.find("//") == std::string::npos && !path.ends_with('/');
}

// What a push may write, and the main file with which it lets the core verify its files.
void main_file(std::string_view text) {
  const std::string folder = "/etc/nagios4";
  const oconf::MainFile main = oconf::read_main(folder + "/nagios.cfg", text);
  for (const auto* paths : {&main.files, &main.folders, &main.resources}) {
    for (const std::string& path : *paths) {
      MERLIN_ASSERT(path.starts_with('/') && (path.size() == 1 || !path.ends_with('/')));
      MERLIN_ASSERT(!oconf::belongs(main, path) || is_plain(path));
      for (const char* name : {"/../a.cfg", "/.a.cfg", "/a/.b/c.cfg", "//a.cfg", "/a.cfg/", "/a.txt"})
        MERLIN_ASSERT(!oconf::belongs({main.path, {}, main.folders, {}}, path + name));
    }
  }
  const std::vector<std::string> files{"/etc/nagios4/.merlin/0123456789abcdef/new/0", "/srv/conf/hosts.cfg"};
  std::vector<oconf::Replaced> replaced;
  for (const std::string& path : main.resources) replaced.push_back({path, "/staged"});
  const oconf::MainFile verified = oconf::read_main(main.path, oconf::main_for(text, folder, files, replaced));
  MERLIN_ASSERT(verified.files == files && verified.folders.empty());
  MERLIN_ASSERT(verified.resources == std::vector<std::string>(main.resources.size(), "/staged"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'l':
      log_lines(text);
      break;
    case 'm':
      log_position(text);
      break;
    case 's':
      status_file(text);
      break;
    case 'c':
      main_file(text);
      break;
    default:
      break;
  }
  return 0;
}
