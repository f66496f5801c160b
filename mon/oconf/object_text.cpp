#include "mon/oconf/object_text.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mon/cli/read_whole.hpp"
#include "mon/cli/safe_path.hpp"
#include "mon/oconf/object_files.hpp"
#include "shared/base/text.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon::oconf {
Result<std::string> read_object_text(const std::string& path) {
  const auto file = open_to_read(path);
  if (!file) return file.error();
  struct stat about {};
  if (::fstat(file->get(), &about) != 0) return Error{fmt::format("cannot be read: {}", std::strerror(errno)), path, ""};
  if (!S_ISREG(about.st_mode)) return Error{"is not a file", path, "see cfg_file in the core's main file"};
  if (static_cast<std::uint64_t>(about.st_size) > kLargestFile) return Error{"is too large", path, ""};
  return read_whole(*file, static_cast<std::uint64_t>(about.st_size), path);
}

nlohmann::ordered_json read_object_json(const std::string& path) {
  const auto text = read_object_text(path);
  return text ? nlohmann::ordered_json::parse(*text, nullptr, false) : nlohmann::ordered_json();
}

std::vector<std::pair<std::string, std::string>> main_settings(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> settings;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const std::string content = trimmed(line);
    const std::size_t equals = content.find('=');
    if (content.starts_with('#') || equals == std::string_view::npos) continue;
    settings.emplace_back(trimmed(content.substr(0, equals)), trimmed(content.substr(equals + 1)));
  }
  return settings;
}

}  // namespace merlin::mon::oconf
