// What a push would overwrite on the other nodes, and whether it may.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "mon/oconf/consent.hpp"
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

void Pusher::show_foreign(const Goal& goal) {
  if (goal.foreign.empty()) return;
  const std::string& name = goal.node->name;
  if (!call_.has("--dry-run")) {
    console_.out << fmt::format("{}: these files did not come from this node, and the push changes (~) or removes (-) them:\n", name);
    show_lines(console_.out, "  ~ ", goal.foreign.changed, {});
    show_lines(console_.out, "  - ", goal.foreign.removed, {});
  }
  console_.out << fmt::format("{}: it keeps them; to restore them after the push: mon node ctrl {} -- mon oconf rollback {}\n", name, name,
                              oconf::short_digest(goal.lineage.now.digest));
}

// Only a person at a terminal is asked. The files were listed before.
bool Pusher::is_confirmed(const Goal& goal) {
  const bool may_ask = !call_.json() && ::isatty(STDIN_FILENO) == 1 && ssh::Asker::has_terminal();
  if (!may_ask) return false;
  ssh::Asker asker(interrupt_);
  console_.out << std::flush;
  const std::string question = fmt::format("{}: {}. Replace its configuration with ours?", goal.node->name, goal.against->what);
  return asker.confirm(plain(question)).value_or(false);
}

// Nobody is asked about one node if another one prevents the push anyway.
Outcome<> Pusher::all_may_be_replaced() {
  bool is_prevented = false;
  std::vector<Goal*> to_ask;
  for (Goal& goal : goals_) {
    if (!goal.is_wanted() || call_.has("--force")) continue;
    const auto found = oconf::objection(goal.node->name, ours_, goal.lineage, goal.foreign);
    if (!found) continue;
    goal.against = found->reason;
    is_prevented = is_prevented || !found->may_be_asked;
    if (found->may_be_asked) to_ask.push_back(&goal);
  }
  for (Goal* goal : to_ask) {
    if (!is_prevented && is_confirmed(*goal)) goal->against.reset();
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
