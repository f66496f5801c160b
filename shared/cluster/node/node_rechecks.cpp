// Objects that two nodes checked while they could not reach each other are checked again (R5).
#include "shared/cluster/node/node_state.hpp"

namespace merlin::cluster {

void Node::State::compare_apart(const wire::Rows& rows, SteadyTime now) {
  if (!rechecks.may_concern_rows()) return;
  for (const wire::Register& row : rows.rows) {
    const Row* held = row.kind == wire::RegisterKind::check ? table.find(key_of(row)) : nullptr;
    if (held != nullptr) rechecks.compare(*held, row, now);
  }
}

// Waits until our core has the winning state, because the new check continues from there.
void Node::State::settle_rechecks(SteadyTime now) {
  if (rechecks.empty() || (rechecked && now - *rechecked < kRecheckEvery)) return;
  rechecked = now;
  const auto look = [&](const ObjectKey& object) {
    const Row* row = table.find({object, wire::RegisterKind::check, 0});
    if (row == nullptr) return Rechecks::Look{};
    const NodeId runner = duties.runner_of(object);
    const bool waits = runner == settings.self && (!core.is_connected() || !row->core_has);
    return Rechecks::Look{waits ? NodeId{} : runner, row->content.version.hlc};
  };
  for (const auto& [object, runner] : rechecks.take(look, kRechecksATurn, now)) {
    if (runner == settings.self) {
      to_core(wire::Recheck{object});
    } else {
      send(runner, Priority::live, wire::Recheck{object});  // after the rows
    }
  }
}

void Node::State::on(const NodeId&, const wire::Recheck& recheck, Now now) {
  const Row* row = table.find({recheck.object, wire::RegisterKind::check, 0});
  if (row != nullptr && duties.runs(recheck.object)) rechecks.add(recheck.object, row->content.version.hlc, now.steady);
}

}  // namespace merlin::cluster
