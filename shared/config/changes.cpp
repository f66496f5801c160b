#include "shared/config/changes.hpp"

#include <algorithm>

namespace merlin::config {

bool Changes::has(Effect effect) const {
  return std::ranges::any_of(keys, [&](const KeySpec* key) { return key->effect == effect; });
}

Changes changes_between(Config before, const Config& after) {
  Changes changes;
  before.nodes = after.nodes;
  for (const KeySpec& key : all_keys()) {
    if (key.carry == nullptr) continue;
    const Config without = before;
    key.carry(after, before);
    if (!(without == before)) changes.keys.push_back(&key);
  }
  changes.others = !(before == after);
  return changes;
}

std::string change_text(const KeySpec& key) {
  std::string place(key.name);
  if (key.scope != Scope::top) {
    place = scope_text(key.scope);
    place.insert(place.find('}'), std::string(key.name) + " ");
  }
  return place + ": " + std::string(effect_text(key.effect));
}

std::string_view effect_text(Effect effect) {
  switch (effect) {
    case Effect::at_once:
      return "";
    case Effect::links:
      return "all links are established again";
    case Effect::listening:
      return "merlind listens on the new address";
    case Effect::ipc_socket:
    case Effect::control_socket:
      return "merlind opens the new socket";
    case Effect::log:
      return "merlind opens its log again";
    case Effect::start:
      return "takes effect at the next start of merlind";
    case Effect::core:
      return "takes effect when the core reloads";
  }
  return "";
}

}  // namespace merlin::config
