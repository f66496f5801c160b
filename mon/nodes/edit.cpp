// mon node edit NAME KEY=VALUE…, and for the local node: mon node edit --self KEY=VALUE…
#include <fmt/format.h>

#include <algorithm>

#include "mon/cli/local_node.hpp"
#include "mon/nodes/editing.hpp"
#include "shared/config/edit_file.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/tree.hpp"

namespace merlin::mon {
namespace {

// Whether the node's own block, in whichever file it is, has the key under any of its names.
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
    return Error{fmt::format("'{}' is not set in the block of {}", key, call.words.front()), "node edit", "nothing to remove"};
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

// Only a key that is set can be removed.
Result<> check_top_removals(const Call& call) {
  const config::Tree tree = config::read_tree(call.config_path, config::disk());
  for (const auto& [key, value] : call.settings) {
    const config::KeySpec* spec = config::find_key(config::Scope::top, key);
    const auto is_key = [&](const config::Entry& entry) { return config::find_key(config::Scope::top, entry.key.text) == spec; };
    const auto has_key = [&](const config::File& file) { return std::ranges::any_of(file.root.entries, is_key); };
    if (!value.empty() || spec == nullptr || std::ranges::any_of(tree.files, has_key)) continue;
    return Error{fmt::format("'{}' is not set in merlin.conf", key), "node edit", "nothing to remove"};
  }
  return Ok{};
}

// The local node has no block: its settings are at the top of merlin.conf.
Outcome<int> edit_self(const Call& call, Console& console) {
  if (!call.words.empty())
    return usage({fmt::format("--self is this node, '{}' another one", call.words.front()), "node edit", "leave out one of them"});
  if (call.settings.empty()) return usage({"no KEY=VALUE given", "node edit", "for example: mon node edit --self weight=2"});
  if (const auto good = check_top_removals(call); !good) return usage(good.error());
  const Before before = look_before_edit(call);
  const auto edit = config::edit_top(call.config_path, changes_of(call));
  if (!edit.ok()) return refusal(call, before, edit);
  const std::string& file = edit.file.empty() ? call.config_path : edit.file;
  return finish_edit(call, console, before, edit, fmt::format("{} changed in {}", edit.config->node_name, file));
}

Outcome<int> run_node_edit(const Call& call, Console& console) {
  if (call.has("--self")) return edit_self(call, console);
  if (call.words.empty()) return usage({"NAME is missing", "node edit", "usage: mon node edit NAME KEY=VALUE…, or --self KEY=VALUE…"});
  const Before before = look_before_edit(call);
  if (const auto good = check(call, before); !good) return usage(good.error());
  const auto edit = config::edit_node(call.config_path, call.words.front(), changes_of(call));
  if (!edit.ok()) return refusal(call, before, edit);
  return finish_edit(call, console, before, edit,
                     fmt::format("{} changed in {}", call.words.front(), edit.file.empty() ? call.config_path : edit.file));
}

}  // namespace

namespace commands {

extern const Command kNodeEdit{
    .name = "node edit",
    .section = Section::nodes,
    .arguments = "NAME|--self KEY=VALUE…",
    .summary = "change settings of a node in merlin.conf",
    .details =
        "KEY= without a value removes the key, so that its default applies. The local node has no block: --self changes keys at the\n"
        "top of merlin.conf, such as weight, address or port.",
    .examples = {"mon node edit peer02 address=10.0.0.3", "mon node edit peer02 weight=2 port=", "mon node edit --self weight=2"},
    .options = {{"--self", "", "the local node: keys at the top of merlin.conf"}},
    .max_words = 1,
    .takes_settings = true,
    .run = run_node_edit,
};

}  // namespace commands

}  // namespace merlin::mon
