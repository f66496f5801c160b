// Where the core on this machine keeps its files: what its main file says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "mon/command.hpp"

namespace merlin::mon {

struct CorePlaces {
  std::string main_file;
  std::string status_file;
  std::string check_results;  // folder
  std::string log_file;
  std::string log_archive;  // folder; empty: none is named
};

// What the main file's text says; relative names count from its folder.
CorePlaces read_places(const std::string& main_file, std::string_view text);

// Of the core that merlin.conf means. Error: none is known, or its main file cannot be read.
Result<CorePlaces> core_places(const Call& call);

}  // namespace merlin::mon
