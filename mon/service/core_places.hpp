// Where the core on this machine keeps its files, according to its main file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mon/cli/command.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon {

struct CorePlaces {
  std::string main_file;
  std::string status_file;
  std::string check_results;  // folder
  std::string log_file;
  std::string log_archive;  // folder; empty: not configured
  std::string query_socket;
};

// The paths in the main file's text; relative names are relative to its folder.
CorePlaces read_places(const std::string& main_file, std::string_view text);

// For the core that merlin.conf names. Error: it is unknown, or its main file cannot be read.
Result<CorePlaces> core_places(const Call& call);

}  // namespace merlin::mon
