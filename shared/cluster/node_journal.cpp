// The journal's place in a node: what happened here becomes an event, and what it says and asks goes out.
#include <algorithm>
#include <utility>

#include "cluster/history.hpp"
#include "cluster/node_state.hpp"

namespace merlin::cluster {
namespace {

// Leaves the names empty where the inventory does not know the object.
void put_names(wire::Event& event, const ObjectKey& object, const Inventory& inventory) {
  const KnownHost* host = inventory.find(object.host);
  if (host == nullptr) return;
  event.host = host->name;
  if (object.is_host()) return;
  const auto service =
      std::find_if(host->services.begin(), host->services.end(), [&](const KnownService& known) { return known.key == object.service; });
  if (service != host->services.end()) event.service = service->description;
}

}  // namespace

Journal::Outside Node::State::journal_outside() {
  Journal::Outside outside;
  outside.send = [this](const NodeId& to, PeerMessage message) {
    const Other* receiver = find(to);
    if (receiver != nullptr && receiver->linked) out.push_back(SendToPeer{to, Priority::bulk, std::move(message)});
  };
  outside.read = [this](ReadEvents read) { out.push_back(read); };
  outside.log = [this](LogLevel level, std::string line) { log(level, std::move(line)); };
  return outside;
}

void Node::State::note(const wire::Register& content, const wire::Register* before, Now now) {
  for (wire::Event& event : events_of(content, before)) {
    event.time_ms = now.wall.time_since_epoch().count();
    if (core.inventory) put_names(event, content.object, *core.inventory);
    journal.happened(std::move(event));
  }
}

// Only what is new: a module says again what its last daemon had not yet called safe.
void Node::State::note_done_here(const std::vector<wire::Register>& rows, Now now) {
  for (const wire::Register& content : rows) {
    const RegisterKey key = key_of(content);
    const wire::Register* before = saver.waiting(key);
    const Row* row = table.find(key);
    if (row != nullptr && (before == nullptr || cluster::order(row->content, *before) > 0)) before = &row->content;
    if (before == nullptr || cluster::order(content, *before) > 0) note(content, before, now);
  }
}

}  // namespace merlin::cluster
