// The settings of merlin.conf, from every place, in the order of the documents: `mon config show`. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shared/config/config.hpp"
#include "shared/config/tree.hpp"

namespace merlin::mon {

enum class WhichSettings { written, effective };  // effective: including the defaults

struct SettingLine {
  std::string block;  // "daemon", "peer peer02", "peer peer02 sync"; empty: the top of the file
  std::string key;
  std::string value;  // empty: no value applies; `origin` explains it
  std::string where;  // "merlin.conf:3"; empty: a default
  std::string origin;
};

// `config` was loaded from `tree`. Keys of earlier versions without effect are omitted.
std::vector<SettingLine> settings_of(const config::Tree& tree, const config::Config& config, WhichSettings which);

// An equivalent merlin.conf, with the place or default of each setting behind it.
std::string settings_text(const std::vector<SettingLine>& settings);
nlohmann::ordered_json settings_document(const std::vector<SettingLine>& settings);

}  // namespace merlin::mon
