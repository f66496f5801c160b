// Connects the journal to the node: turns what happened here into events, and sends the journal's messages.
#include <algorithm>
#include <utility>

#include "shared/cluster/durability/history.hpp"
#include "shared/cluster/node/node_state.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::cluster {
namespace {

// Leaves the names empty if the inventory does not contain the object.
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

Journal::Environment Node::State::journal_outside() {
  Journal::Environment environment;
  environment.send = [this](const NodeId& to, PeerMessage message) {
    const Peer* receiver = peers.find(to);
    if (receiver != nullptr && receiver->is_linked()) out.push_back(SendToPeer{to, Priority::bulk, std::move(message)});
  };
  environment.read = [this](ReadEvents read) { out.push_back(read); };
  environment.log = [this](LogLevel level, std::string line) { log(level, std::move(line)); };
  environment.knows = [this](const NodeId& node) { return node == settings.self || peers.contains(node); };
  environment.refuse = [this](const NodeId& peer) {
    reject(peer, wire::RejectReason::full, "event stream: more are offered than are accepted");
  };
  environment.arrived = [this](const StreamKey& stream, std::uint64_t first, const std::vector<wire::Event>& arrived) {
    note_arrived(stream, first, arrived);
  };
  return environment;
}

// An acknowledgement ends with the state that it refers to; no command reports this.
std::optional<wire::Event> Node::State::ended_acknowledgement(const wire::Register& check, const wire::Register& before) {
  const Row* row = table.find({check.object, wire::RegisterKind::acknowledgement, 0});
  return row == nullptr ? std::nullopt : acknowledgement_ended(row->content, before, check);
}

// The core also reports the removal of an acknowledgement that had already ended.
bool Node::State::removes_nothing(const wire::Register& content, const wire::Register* before) {
  if (content.kind != wire::RegisterKind::acknowledgement || before == nullptr) return false;
  const Row* check = table.find({content.object, wire::RegisterKind::check, 0});
  const auto now = wire::decode<wire::AcknowledgementRegister>(content.value);
  return check != nullptr && now && !now->set && !acknowledgement_holds(*before, check->content);
}

void Node::State::note(const wire::Register& content, const wire::Register* before, Now now, const std::vector<std::string>& log) {
  if (removes_nothing(content, before)) return;
  std::vector<wire::Event> noted = events_of(content, before);
  const bool is_check = content.kind == wire::RegisterKind::check;
  auto ended = is_check && before != nullptr ? ended_acknowledgement(content, *before) : std::nullopt;
  if (ended) noted.push_back(*std::move(ended));
  const std::uint64_t alert_clock = is_check && content.alert && content.version.writer == settings.self ? content.version.hlc : 0;
  for (wire::Event& event : noted) {
    event.time_ms = now.wall.time_since_epoch().count();
    // The row may have waited for this daemon to start.
    if (is_check) event.time_ms = std::min(event.time_ms, content.base_ms);
    if (core.inventory()) put_names(event, content.object, *core.inventory());
    if (event.kind == wire::EventKind::notification) event.log = log;
    journal.happened(std::move(event), alert_clock);
  }
}

// Before they are saved: then a daemon that is killed has given its module whatever is not fetched again.
void Node::State::note_arrived(const StreamKey& stream, std::uint64_t first, const std::vector<wire::Event>& arrived) {
  const Peer* origin = peers.find(stream.node);
  if (origin == nullptr) return;  // an earlier start of ours, or a node that we do not know
  const Millis ahead = origin->clock().offset();
  std::uint64_t number = first;
  for (const wire::Event& event : arrived) {
    wire::NotificationLog log{stream.node, stream.epoch, number++, event.time_ms - ahead.count(), event.log};
    if (event.kind != wire::EventKind::notification || event.log.empty()) continue;
    const ObjectKey object{host_key(event.host), event.service.empty() ? 0 : service_key(event.host, event.service)};
    log.time_ms = std::max<std::int64_t>(log.time_ms, 0);
    arrived_notifications.push_back({object, std::move(log)});
  }
}

void Node::State::log_notifications(WallTime now) {
  for (auto& [object, log] : std::exchange(arrived_notifications, {})) recent_notifications.add(object, std::move(log), now);
  if (!core.is_usable() || !core.has_sent_initial_rows()) return;  // a core that hangs would let them grow without bound
  const auto has = [&](const ObjectKey& object) { return core.inventory()->knows(object); };
  while (auto log = recent_notifications.next(has, now)) to_core(*std::move(log));
}

// Only new rows: a module repeats those that the previous daemon had not confirmed as saved.
void Node::State::note_done_here(const std::vector<wire::Register>& rows, Now now) {
  for (const wire::Register& content : rows) {
    const RegisterKey key = key_of(content);
    const wire::Register* before = store_writer.waiting(key);
    const Row* row = table.find(key);
    if (row != nullptr && (before == nullptr || cluster::order(row->content, *before) > 0)) before = &row->content;
    if (before == nullptr || cluster::order(content, *before) > 0) note(content, before, now);
  }
}

}  // namespace merlin::cluster
