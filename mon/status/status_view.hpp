// `mon node status` as text, made from the document of the control socket, which may come from another version
// of merlind. Pure, so that tests compare the complete text with files.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "shared/config/config.hpp"

namespace merlin::mon {

struct StatusLook {
  std::size_t width = 0;  // 0: all columns
  bool colour = false;
};

std::string draw_status(const nlohmann::ordered_json& status, const StatusLook& look);

// Whether every node of the document is active.
bool all_active(const nlohmann::ordered_json& status);

// The document if merlind does not run: made from merlin.conf, with unknown states.
nlohmann::ordered_json status_without_daemon(const config::Config& config);

}  // namespace merlin::mon
