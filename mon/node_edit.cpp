// mon node edit NAME KEY=VALUE…
#include <fmt/format.h>

#include <algorithm>

#include "config/edit_file.hpp"
#include "config/key_table.hpp"
#include "config/tree.hpp"
#include "mon/commands.hpp"
#include "mon/editing.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

// Whether the node's own block, in whichever file it stands, has the key by any of its names.
bool is_set(const config::Tree& tree, const std::string& name, const config::KeySpec* key) {
  const auto is_key = [&](const config::Entry& entry) { return config::find_key(config::Scope::node, entry.key.text) == key; };
  const auto has_key = [&](const config::Block& block) {
    return block.label && block.label->text == name && std::ranges::any_of(block.entries, is_key);
  };
  return std::ranges::any_of(tree.files, [&](const config::File& file) { return std::ranges::any_of(file.root.blocks, has_key); });
}

Result<> check_removals(const Call& call) {
  const config::Tree tree = config::read_tree(call.config_path, config::disk());
  for (const auto& [key, value] : call.settings) {
    if (!value.empty() || is_set(tree, call.words.front(), config::find_key(config::Scope::node, key))) continue;
    return Error{fmt::format("'{}' is not set in the block of {}", key, call.words.front()), "node edit", "nothing to take away"};
  }
  return Ok{};
}

Result<> check(const Call& call, const Before& before) {
  const std::string& name = call.words.front();
  if (call.settings.empty()) return Error{"no KEY=VALUE given", "node edit", fmt::format("for example: mon node edit {} weight=2", name)};
  if (before.config && before.config->find_node(name) == nullptr) return unknown_node(call, name, before.names());
  if (std::ranges::any_of(call.settings, [](const auto& setting) { return setting.first == "type"; })) {
    return Error{"a node's type cannot be edited", "node edit", fmt::format("mon node remove {}, then mon node add {} type=…", name, name)};
  }
  if (auto settings = check_settings(call); !settings) return settings;
  return check_removals(call);
}

std::vector<config::Change> changes_of(const Call& call) {
  std::vector<config::Change> changes;
  for (const auto& [key, value] : call.settings) {
    changes.push_back({key, value.empty() ? std::nullopt : std::optional(value)});
  }
  return changes;
}

}  // namespace

int run_node_edit(const Call& call, Console& console) {
  const Before before = look_before_edit(call);
  if (const auto good = check(call, before); !good) {
    console.error(good.error());
    return wrong_usage;
  }
  const auto edit = config::edit_node(call.config_path, call.words.front(), changes_of(call));
  if (!edit.ok()) return refuse_edit(call, console, before, edit);
  console.out << fmt::format("{} changed in {}\n", call.words.front(), edit.file.empty() ? call.config_path : edit.file);
  print_new_warnings(console, before, edit);
  return tell_daemon(call, console);
}

}  // namespace merlin::mon
