// `mon node status` as text: from the document of the control socket, which may come from another version
// of merlind, to what a person reads. Pure, so that the whole look is tested from files.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "config/config.hpp"

namespace merlin::mon {

struct StatusLook {
  std::size_t width = 0;  // 0: all columns
  bool colour = false;
};

std::string draw_status(const nlohmann::ordered_json& status, const StatusLook& look);

// Whether every node of the document is active.
bool all_active(const nlohmann::ordered_json& status);

// The document where merlind does not run: what merlin.conf says, with states that nobody knows.
nlohmann::ordered_json status_without_daemon(const config::Config& config);

}  // namespace merlin::mon
