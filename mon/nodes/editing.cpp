#include "mon/nodes/editing.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "mon/cli/local_node.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/load.hpp"
#include "shared/config/nearest.hpp"
#include "shared/config/problems.hpp"

namespace merlin::mon {
namespace {

// The arguments are wrong, not the disk: the error names an argument or a position in the new text.
bool is_about_arguments(const Call& call, const Error& error) {
  return error.where.empty() || error.where.starts_with(call.config_path + ":");
}

// type= is not a key of a block, and is only for `node add`.
std::string hint_for(const Call& call, const std::string& key) {
  const bool means_type = call.command->name == "node add" && config::nearest(key, {"type"});
  return means_type ? "did you mean 'type'?" : "docs/configuration.md lists all keys";
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

Failure refusal(const Call& call, const Before& before, const config::EditResult& edit) {
  const bool was_good = before.config.has_value() || !before.exists;
  bool at_fault = was_good;
  Failure failure;
  for (Error error : edit.errors) {
    const bool is_ours = was_good && is_about_arguments(call, error);
    at_fault = at_fault && is_ours;
    // A position in a text that was never written is useless, unless all lines before it are as they were.
    const bool is_nowhere = error.where.empty() || call.command->name != "node edit";
    if (is_ours && is_nowhere)
      error.where = call.words.empty() ? std::string(call.command->name) : fmt::format("{} {}", call.command->name, call.words.front());
    failure.errors.push_back(std::move(error));
  }
  failure.status = at_fault ? kWrongUsage : kFailed;
  return failure;
}

std::vector<Error> new_warnings(const Before& before, const config::EditResult& edit) {
  std::vector<Error> added;
  std::ranges::copy_if(edit.warnings, std::back_inserter(added), [&](const Error& warning) {
    return std::ranges::none_of(before.warnings, [&](const Error& old) { return old.what == warning.what; });
  });
  return added;
}

Outcome<int> reload_daemon(const Call& call, Console& console) {
  const Answer answer = ask_daemon(call, {{"command", "reload"}});
  if (answer) return kAllWell;
  if (answer.not_running()) {
    console.note("merlind is not running here: the change takes effect when it starts; mon start");
    return kAllWell;
  }
  Failure failure = answer.failure();
  failure.errors.insert(failure.errors.begin(), {fmt::format("{} is written, but merlind rejected it:", call.config_path), "", ""});
  return failure;
}

Outcome<int> finish_edit(const Call& call, Console& console, const Before& before, const config::EditResult& edit,
                         const std::string& line) {
  console.out << line << '\n';
  for (const Error& warning : new_warnings(before, edit)) console.error(warning);
  return reload_daemon(call, console);
}

}  // namespace merlin::mon
