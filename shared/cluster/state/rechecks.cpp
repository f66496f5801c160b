#include "shared/cluster/state/rechecks.hpp"

#include <algorithm>

namespace merlin::cluster {

void Rechecks::lost(const NodeId& node, std::uint64_t known_stamp, std::uint64_t known_change) {
  apart_[node] = {known_stamp, known_change, std::nullopt, {}};
  done_.clear();
}

void Rechecks::met(const NodeId& node, std::uint64_t term, SteadyTime now) {
  const auto found = apart_.find(node);
  if (found == apart_.end()) return;
  found->second.term = term;
  found->second.met = now;
}

void Rechecks::compare(const Row& row, const wire::Register& came, SteadyTime now) {
  std::erase_if(apart_, [&](const auto& entry) { return entry.second.term && now - entry.second.met >= kMeetingLasts; });
  const wire::Register& held = row.content;
  if (held.kind != wire::RegisterKind::check || held.version == came.version) return;
  const auto of_held = apart_.find(held.version.writer), of_came = apart_.find(came.version.writer);
  // Exactly one of the two must have been written by a node that we had lost.
  if ((of_held == apart_.end()) == (of_came == apart_.end())) return;
  const bool came_is_theirs = of_came != apart_.end();
  const Apart& apart = came_is_theirs ? of_came->second : of_held->second;
  const wire::Version& theirs = came_is_theirs ? came.version : held.version;
  const wire::Version& ours = came_is_theirs ? held.version : came.version;
  if (apart.term && (theirs.term > *apart.term || ours.term > *apart.term)) return;
  const bool ours_is_known_to_them = came_is_theirs && row.change <= apart.known_change;
  if (theirs.hlc <= apart.known_stamp || ours_is_known_to_them) return;
  add(held.object, std::max(theirs.hlc, ours.hlc), now);
}

void Rechecks::add(const ObjectKey& object, std::uint64_t newest, SteadyTime now) {
  if (objects_.size() + done_.size() >= kMost || done_.contains(object)) return;
  objects_.try_emplace(object, Due{now, newest, {}});
}

void Rechecks::again(const ObjectKey& object, std::uint64_t newest, SteadyTime now) {
  done_.erase(object);
  objects_.erase(object);
  add(object, newest, now);
}

std::vector<std::pair<ObjectKey, NodeId>> Rechecks::take(const std::function<Look(const ObjectKey&)>& look, std::size_t most,
                                                         SteadyTime now) {
  std::vector<std::pair<ObjectKey, NodeId>> taken;
  for (auto entry = objects_.begin(); entry != objects_.end();) {
    Due& due = entry->second;
    const Look found = look(entry->first);
    if (found.checked > due.newest || now - due.since >= kKept) {
      done_.insert(entry->first);
      entry = objects_.erase(entry);
      continue;
    }
    if (found.runner.empty()) {
      due.told = {};
    } else if (found.runner != due.told && taken.size() < most) {
      due.told = found.runner;
      taken.emplace_back(entry->first, found.runner);
    }
    ++entry;
  }
  return taken;
}

}  // namespace merlin::cluster
