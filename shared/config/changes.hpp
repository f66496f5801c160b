// What a reload of merlind changes, key by key: the table of keys contains the effect of each. Pure.
#pragma once

#include <string>
#include <vector>

#include "shared/config/key_table.hpp"

namespace merlin::config {

struct Changes {
  std::vector<const KeySpec*> keys;  // those that differ and have an effect of their own, in the order of the table
  bool others = false;               // any other setting differs, outside of the nodes' blocks

  bool has(Effect effect) const;
};
Changes changes_between(Config before, const Config& after);

// "port: merlind listens on the new address"; "daemon { user }: takes effect at the next start of merlind".
std::string change_text(const KeySpec& key);

// As words of documents; empty for `at_once`.
std::string_view effect_text(Effect effect);

}  // namespace merlin::config
