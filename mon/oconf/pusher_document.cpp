// mon oconf push --json
#include <nlohmann/json.hpp>

#include "mon/oconf/pusher.hpp"

namespace merlin::mon {

using nlohmann::ordered_json;

namespace {

ordered_json word_of(PushOutcome outcome) {
  switch (outcome) {
    case PushOutcome::left_out:
      return "left out";
    case PushOutcome::same:
      return "same";
    case PushOutcome::unchanged:
      return "unchanged";
    case PushOutcome::in_place:
      return "in place";
    case PushOutcome::taken_back:
      return "taken back";
    case PushOutcome::not_compared:
      break;
  }
  return nullptr;
}

ordered_json error_of(const std::optional<Error>& error) { return error ? ordered_json(error->text()) : ordered_json(nullptr); }

ordered_json document_of(const SyncReport& report) {
  return {{"write", report.written}, {"attributes", report.attributes}, {"remove", report.removed}};
}

}  // namespace

ordered_json Pusher::document_of(const Goal& goal) {
  ordered_json document{{"name", goal.node->name}, {"error", error_of(goal.fault ? goal.fault : goal.against)}};
  document["outcome"] = word_of(goal.outcome);
  document["added"] = goal.difference.added;
  document["changed"] = goal.difference.changed;
  document["removed"] = goal.difference.removed;
  document["foreign"] = goal.foreign.changed;
  for (const std::string& path : goal.foreign.removed) document["foreign"].push_back(path);
  const std::string restore = restore_of(goal);
  document["restore"] = restore.empty() ? ordered_json(nullptr) : ordered_json(restore);
  document["sync"] = nullptr;
  if (!goal.synced) return document;
  if (*goal.synced)
    document["sync"] = mon::document_of(**goal.synced);
  else if (document["error"].is_null())
    document["error"] = goal.synced->error().text();
  return document;
}

ordered_json Pusher::document() const {
  ordered_json nodes = ordered_json::array();
  for (const Goal& goal : goals_) nodes.push_back(document_of(goal));
  return {{"nodes", std::move(nodes)}};
}

}  // namespace merlin::mon
