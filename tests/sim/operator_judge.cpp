#include "sim/operator_judge.hpp"

#include <algorithm>

#include "sim/story.hpp"

namespace merlin::sim {
namespace {

bool is_of_operators(wire::RegisterKind kind) { return kind != wire::RegisterKind::check && kind != wire::RegisterKind::told; }

std::string kind_of(const wire::Register& row) {
  if (row.rank != 0) return "deletion";
  switch (row.kind) {
    case wire::RegisterKind::comment:
      return "comment";
    case wire::RegisterKind::downtime:
      return "downtime";
    case wire::RegisterKind::acknowledgement:
      return "acknowledgement";
    default:
      return "attribute";
  }
}

}  // namespace

std::string OperatorJudge::describe(const OperatorAct& act) const {
  return kind_of(act.row) + " made at " + plan_.nodes[act.by.node].name + " at " + seconds(act.at) + (act.safe ? ", and safe," : "");
}

OperatorJudge::Rows OperatorJudge::rows_of(const cluster::Table& table) {
  Rows rows;
  for (auto row = table.after(0); row != table.end(); ++row) {
    const wire::Register& content = row->second->content;
    if (is_of_operators(content.kind)) rows.emplace(cluster::key_of(content), content);
  }
  return rows;
}

void OperatorJudge::judge(const cluster::Table& table, const Fail& fail) const {
  const Rows standing = rows_of(table);
  for (const OperatorAct& act : records_.acts.acts()) judge_act(act, standing, fail);
  for (const auto& [key, row] : standing) {
    if (!was_done(row)) fail("I3: a " + kind_of(row) + " stands in the tables that nobody made");
  }
}

// What its core had still in hand when it died may be lost, and what was on a disk that went.
void OperatorJudge::judge_act(const OperatorAct& act, const Rows& standing, const Fail& fail) const {
  if (act.replaced || (!act.safe && records_.ends.has_ended(act.by))) return;
  if (faults_.lost_its_disk(act.by.node, act.at) || records_.acts.may_be_forgotten(act)) return;
  wire::Register row = act.row;
  row.version.writer = plan_.nodes[act.by.node].id;
  const auto found = standing.find(cluster::key_of(row));
  if (found == standing.end()) return fail("I1: the " + describe(act) + " is lost");
  if (cluster::order(found->second, row) < 0) fail("I1: the " + describe(act) + " was undone by something lesser");
}

bool OperatorJudge::was_done(const wire::Register& row) const {
  const auto& acts = records_.acts.acts();
  return std::any_of(acts.begin(), acts.end(), [&](const OperatorAct& act) {
    if (cluster::key_of(act.row) != cluster::key_of(row)) return false;
    if (row.rank != 0 && records_.acts.may_be_forgotten(act)) return true;
    return act.row.rank == row.rank && act.row.value == row.value;
  });
}

void OperatorJudge::judge_core(std::size_t node, const SimCore& core, const cluster::Table& table, const Fail& fail) const {
  const std::string& name = plan_.nodes[node].name;
  if (core.writes_waiting() > 0)
    fail("I7: the core of " + name + " keeps " + std::to_string(core.writes_waiting()) + " acts that its daemon has not called safe");
  const Rows standing = rows_of(table);
  for (const auto& [key, row] : standing) {
    if (!core.knows(key.object)) continue;
    const auto has = core.items().find(key);
    const bool is_there = has != core.items().end() && has->second.rank == 0;
    if (row.rank != 0 && is_there) fail("I7: the core of " + name + " has a " + kind_of(has->second) + " that was deleted");
    if (row.rank == 0 && (!is_there || has->second.value != row.value)) fail("I7: the core of " + name + " lacks a " + kind_of(row));
  }
  for (const auto& [key, row] : core.items()) {
    if (row.rank == 0 && !standing.contains(key)) fail("I7: the core of " + name + " has a " + kind_of(row) + " that no table has");
  }
}

}  // namespace merlin::sim
