#include "mon/service/core_places.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "mon/service/service_plan.hpp"
#include "shared/base/text.hpp"
#include "shared/config/load.hpp"

namespace merlin::mon {
namespace {

std::map<std::string, std::string> settings_of(std::string_view text) {
  std::map<std::string, std::string> settings;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string::npos) continue;
    settings[trimmed(std::string_view(line).substr(0, equals))] = trimmed(std::string_view(line).substr(equals + 1));
  }
  return settings;
}

}  // namespace

CorePlaces read_places(const std::string& main_file, std::string_view text) {
  const auto settings = settings_of(text);
  const auto folder = std::filesystem::path(main_file).parent_path();
  const auto place = [&](const char* key) {
    const auto found = settings.find(key);
    return found == settings.end() || found->second.empty() ? std::string() : (folder / found->second).lexically_normal().string();
  };
  return {main_file, place("status_file"), place("check_result_path"), place("log_file"), place("log_archive_path"), place("query_socket")};
}

Result<CorePlaces> core_places(const Call& call) {
  const auto loaded = config::load_file(call.config_path);
  // If merlin.conf has an error, the default location counts.
  const std::string path = core_files(loaded.config ? loaded.config->core : config::CoreConfig{}, look_at_machine()).config;
  if (path.empty() && !loaded.errors.empty()) return loaded.errors.front();
  if (path.empty())
    return Error{"the core's main configuration file is not known", std::string(call.command->name),
                 "set core { config = … } in merlin.conf"};
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return Error{"cannot read the core's main file", path, ""};
  return read_places(path, text.str());
}

}  // namespace merlin::mon
