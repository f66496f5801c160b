#include "mon/editing.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "config/key_table.hpp"
#include "config/load.hpp"
#include "config/nearest.hpp"
#include "config/problems.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

// What was asked for is wrong, and not the disk: said of an argument, or of a place in the text to be written.
bool is_about_arguments(const Call& call, const Error& error) {
  return error.where.empty() || error.where.starts_with(call.config_path + ":");
}

// type= is no key of a block, and of `node add` alone.
std::string hint_for(const Call& call, const std::string& key) {
  const bool means_type = call.command->name == "node add" && config::nearest(key, {"type"});
  return means_type ? "did you mean 'type'?" : "docs/configuration.md names them all";
}

}  // namespace

std::vector<std::string> Before::names() const {
  std::vector<std::string> names;
  if (!config) return names;
  for (const auto& node : config->nodes) names.push_back(node.name);
  return names;
}

Before look_before_edit(const Call& call) {
  Before before;
  before.exists = ::access(call.config_path.c_str(), F_OK) == 0;
  if (!before.exists) return before;
  auto loaded = config::load_file(call.config_path);
  before.config = std::move(loaded.config);
  before.warnings = std::move(loaded.warnings);
  return before;
}

Result<> check_settings(const Call& call) {
  std::set<std::string_view> seen;
  for (const auto& [key, value] : call.settings) {
    const config::KeySpec* spec = config::find_key(config::Scope::node, key);
    const bool takes_away = value.empty() && spec != nullptr;
    const auto checked = takes_away ? Result<>(Ok{}) : config::check_node_setting(key, value);
    if (!checked) {
      const bool lacks_hint = spec == nullptr && checked.error().fix.empty();
      return Error{checked.error().what, std::string(call.command->name), lacks_hint ? hint_for(call, key) : checked.error().fix};
    }
    if (!seen.insert(spec != nullptr ? spec->name : std::string_view(key)).second) {
      return Error{fmt::format("{} is given twice", config::quoted(key)), std::string(call.command->name), "give it once"};
    }
  }
  return Ok{};
}

int refuse_edit(const Call& call, Console& console, const Before& before, const config::EditResult& edit) {
  const bool was_good = before.config.has_value() || !before.exists;
  bool at_fault = was_good;
  for (Error error : edit.errors) {
    const bool is_ours = was_good && is_about_arguments(call, error);
    at_fault = at_fault && is_ours;
    // A position in a text that was never written helps nobody.
    const bool is_nowhere = error.where.empty() || call.command->name == "node add";
    if (is_ours && is_nowhere) error.where = fmt::format("{} {}", call.command->name, call.words.front());
    console.error(error);
  }
  return at_fault ? wrong_usage : failed;
}

void print_new_warnings(Console& console, const Before& before, const config::EditResult& edit) {
  for (const Error& warning : edit.warnings) {
    const bool known = std::ranges::any_of(before.warnings, [&](const Error& old) { return old.what == warning.what; });
    if (!known) console.error(warning);
  }
}

int tell_daemon(const Call& call, Console& console) {
  const Answer answer = ask_daemon(call, {{"command", "reload"}});
  if (answer.not_running()) {
    console.note("merlind does not run here: the change holds when it starts; mon start");
    return all_well;
  }
  if (answer) return all_well;
  console.note(fmt::format("{} is written, but merlind did not take it up:", call.config_path));
  print_fault(answer.fault(), console);
  return failed;
}

}  // namespace merlin::mon
