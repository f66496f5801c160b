// mon node remove NAME…
#include <fmt/format.h>

#include <algorithm>

#include "config/edit_file.hpp"
#include "mon/commands.hpp"
#include "mon/editing.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

std::vector<std::string> without_repeats(const std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (const std::string& name : names) {
    if (std::ranges::find(once, name) == once.end()) once.push_back(name);
  }
  return once;
}

bool all_known(const Call& call, const std::vector<std::string>& names, const Before& before, Console& console) {
  bool known = true;
  for (const std::string& name : names) {
    if (before.config->find_node(name) != nullptr) continue;
    console.error(unknown_node(call, name, before.names()));
    known = false;
  }
  return known;
}

}  // namespace

int run_node_remove(const Call& call, Console& console) {
  const Before before = look_before_edit(call);
  const auto names = without_repeats(call.words);
  if (before.config && !all_known(call, names, before, console)) return wrong_usage;

  int status = all_well;
  bool changed = false;
  for (const std::string& name : names) {
    const auto edit = config::remove_node(call.config_path, name);
    if (!edit.ok()) {
      status = refuse_edit(call, console, before, edit);
      continue;
    }
    changed = true;
    console.out << fmt::format("{} removed from {}\n", name, edit.file);
  }
  if (!changed) return status;
  return std::max(status == wrong_usage ? failed : status, tell_daemon(call, console));
}

}  // namespace merlin::mon
