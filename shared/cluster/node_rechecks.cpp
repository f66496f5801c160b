// What two sides have both checked while they were apart is checked again (R5).
#include "cluster/node_state.hpp"

namespace merlin::cluster {

void Node::State::compare_apart(const wire::Rows& rows, SteadyTime now) {
  if (!rechecks.may_concern_rows()) return;
  for (const wire::Register& row : rows.rows) {
    const Row* held = row.kind == wire::RegisterKind::check ? table.find(key_of(row)) : nullptr;
    if (held != nullptr) rechecks.compare(*held, row, now);
  }
}

// Once our core has what stands: its check goes on from there.
void Node::State::settle_rechecks(SteadyTime now) {
  if (rechecks.empty() || (rechecked && now - *rechecked < kRecheckEvery)) return;
  rechecked = now;
  const auto look = [&](const ObjectKey& object) {
    const Row* row = table.find({object, wire::RegisterKind::check, 0});
    if (row == nullptr) return Rechecks::Look{};
    const NodeId runner = runner_of(object);
    const bool waits = runner == settings.self && (!core.connected || !row->core_has);
    return Rechecks::Look{waits ? NodeId{} : runner, row->content.version.hlc};
  };
  for (const auto& [object, runner] : rechecks.take(look, kRechecksATurn, now)) {
    if (runner == settings.self) {
      to_core(wire::Recheck{object});
    } else {
      send(runner, Priority::live, wire::Recheck{object});  // behind the rows
    }
  }
}

void Node::State::on_recheck(const wire::Recheck& recheck, SteadyTime now) {
  const Row* row = table.find({recheck.object, wire::RegisterKind::check, 0});
  if (row != nullptr && runner_of(recheck.object) == settings.self) rechecks.add(recheck.object, row->content.version.hlc, now);
}

}  // namespace merlin::cluster
