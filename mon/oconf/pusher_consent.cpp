// What a push would overwrite on the other nodes, and whether it may.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "mon/oconf/pusher.hpp"

namespace merlin::mon {

namespace {

bool contains(const std::vector<std::string>& sorted, const std::string& path) { return std::ranges::binary_search(sorted, path); }

void show_lines(std::ostream& out, const char* sign, const std::vector<std::string>& paths, const std::vector<std::string>& foreign) {
  for (const std::string& path : paths) out << sign << plain(path) << (contains(foreign, path) ? "  (not from this node)" : "") << '\n';
}

}  // namespace

void Pusher::show_paths(const Goal& goal) {
  show_lines(console_.out, "  + ", goal.difference.added, {});
  show_lines(console_.out, "  ~ ", goal.difference.changed, goal.foreign.changed);
  show_lines(console_.out, "  - ", goal.difference.removed, goal.foreign.removed);
}

// The command that restores the configuration that the push replaces; empty if it replaces none, or an unknown one.
std::string Pusher::restore_of(const Goal& goal) {
  const bool is_replaced = !goal.difference.empty() && goal.outcome != PushOutcome::taken_back;
  if (!is_replaced || goal.lineage.now.digest.empty()) return "";
  return fmt::format("mon node ctrl {} -- mon oconf rollback {}", goal.node->name, oconf::short_digest(goal.lineage.now.digest));
}

// The command is shown also if the push replaces newer files that all came from here, for example after a rollback there.
void Pusher::show_lost(const Goal& goal) {
  if (!goal.objection) return;
  const std::string& name = goal.node->name;
  if (!goal.foreign.empty() && !call_.has("--dry-run")) {
    console_.out << fmt::format("{}: these files did not come from this node, and the push changes (~) or removes (-) them:\n", name);
    show_lines(console_.out, "  ~ ", goal.foreign.changed, {});
    show_lines(console_.out, "  - ", goal.foreign.removed, {});
  }
  if (const std::string restore = restore_of(goal); !restore.empty())
    console_.out << fmt::format("{}: it keeps its present files; to restore them after the push: {}\n", name, restore);
}

// Only a person at a terminal is asked.
bool Pusher::is_confirmed(const Goal& goal) {
  const bool may_ask = !call_.json() && ::isatty(STDIN_FILENO) == 1 && ssh::Asker::has_terminal();
  if (!may_ask) return false;
  ssh::Asker asker(interrupt_);
  console_.out << std::flush;
  return asker.confirm(plain(goal.objection->question)).value_or(false);
}

// After the first "no" nobody is asked about another node: the push changes nothing then.
Outcome<> Pusher::all_may_be_replaced() {
  bool is_agreed = true;
  for (Goal& goal : goals_) {
    if (!goal.is_wanted() || !goal.objection || call_.has("--force")) continue;
    is_agreed = is_agreed && is_confirmed(goal);
    if (!is_agreed) goal.against = goal.objection->reason;
  }
  Failure failure;
  for (const Goal& goal : goals_) {
    if (goal.against) failure.errors.push_back(*goal.against);
  }
  if (failure.errors.empty()) return Ok{};
  failure.errors.push_back({"nothing was changed on any node", "", ""});
  return failure;
}

}  // namespace merlin::mon
