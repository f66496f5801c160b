// What a push would overwrite on the other nodes, and whether it may.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "mon/oconf/pusher.hpp"

namespace merlin::mon {

using oconf::Relation;

namespace {

constexpr std::size_t kShownDigits = 12;  // of a digest

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
                              goal.lineage.now.digest.substr(0, kShownDigits));
}

// Why the node's configuration is not replaced without a confirmation.
std::optional<Error> Pusher::objection(const Goal& goal) const {
  if (!goal.is_wanted() || call_.has("--force")) return std::nullopt;
  const std::string& name = goal.node->name;
  const Relation relation = goal.lineage.history.empty() ? Relation::behind : oconf::relation(ours_, goal.lineage);
  const std::string there = oconf::name_of(goal.lineage.now);
  if (relation == Relation::ahead)
    return Error{fmt::format("its configuration (version {}) is ahead of ours (version {})", there, oconf::name_of(ours_.now)), name,
                 fmt::format("to use it: mon oconf fetch {}; to replace it: mon oconf push --force", name)};
  if (relation == Relation::diverged)
    return Error{fmt::format("its configuration (version {}) was changed there and ours (version {}) here: they have diverged", there,
                             oconf::name_of(ours_.now)),
                 name, fmt::format("to compare them: mon oconf diff {} --text; to replace it: mon oconf push --force", name)};
  if (goal.foreign.empty()) return std::nullopt;
  return Error{fmt::format("{} of its files did not come from this node", goal.foreign.changed.size() + goal.foreign.removed.size()), name,
               fmt::format("to compare them: mon oconf diff {} --text; to replace them: mon oconf push --force", name)};
}

// Only a person at a terminal is asked, and only about files that were listed.
bool Pusher::is_confirmed(const Goal& goal) {
  const bool may_ask = !goal.foreign.empty() && !call_.json() && ::isatty(STDIN_FILENO) == 1 && ssh::Asker::has_terminal();
  if (!may_ask) return false;
  ssh::Asker asker(interrupt_);
  console_.out << std::flush;
  const std::string question = fmt::format("{}: {}. Replace its configuration with ours?", goal.node->name, goal.against->what);
  return asker.confirm(plain(question)).value_or(false);
}

Outcome<> Pusher::all_may_be_replaced() {
  Failure failure;
  for (Goal& goal : goals_) {
    goal.against = objection(goal);
    if (goal.against && is_confirmed(goal)) goal.against.reset();
    if (goal.against) failure.errors.push_back(*goal.against);
  }
  if (failure.errors.empty()) return Ok{};
  failure.errors.push_back({"nothing was changed on any node", "", ""});
  return failure;
}

}  // namespace merlin::mon
