// Which data of other nodes we accept (R3), and how we react when another node's row replaces our own result.
#include <algorithm>
#include <string>
#include <utility>

#include "shared/cluster/interface/content.hpp"
#include "shared/cluster/node/node_notify.hpp"
#include "shared/cluster/state/versions.hpp"

namespace merlin::cluster {

namespace {

std::string fault_text(wire::RejectReason fault, const wire::Register& row) {
  switch (fault) {
    case wire::RejectReason::term:
      return "row: its term is " + std::to_string(row.version.term);
    case wire::RejectReason::clock:
      return "row: its clock is " + std::to_string(row.version.hlc);
    case wire::RejectReason::view_size:
      return "row: its view size is " + std::to_string(row.version.side);
    case wire::RejectReason::rank:
      return "row: its rank is " + std::to_string(row.rank);
    case wire::RejectReason::writer:
      return "row: node " + row.version.writer.short_hex() + " cannot have written it";
    default:
      return "row: its content contradicts its key";
  }
}

}  // namespace

// Such limits are damaged, or written by a node that accepted every value it heard. Other nodes report the term, and clocks show the time.
Durable within_bounds(Durable restored) {
  if (restored.term_limit >= kDamagedTerm) restored.term_limit = 0;
  if (restored.hlc_limit >= kDamagedClock) restored.hlc_limit = 0;
  return restored;
}

void Node::State::reject(const NodeId& from, wire::RejectReason reason, std::string what, const ObjectKey& object) {
  if (const Peer* sender = peers.find(from); sender != nullptr) rejected[from].add(reason, std::move(what), object);
}

void Node::State::reject(const NodeId& from, const wire::Rejects& rejects) {
  if (!rejects.empty() && peers.find(from) != nullptr) rejected[from].add(rejects);
}

bool Node::State::admits(const NodeId& from, const wire::Register& row, Now now) {
  const NodeId& writer = row.version.writer;
  const bool is_known = writer == settings.self || peers.contains(writer);
  const auto fault = admission.fault_of(row, is_known, term, now.wall);
  if (fault) reject(from, *fault, fault_text(*fault, row), row.object);
  return !fault;
}

void Node::State::keep_admitted(const NodeId& from, std::vector<wire::Register>& rows, Now now) {
  std::erase_if(rows, [&](const wire::Register& row) { return !admits(from, row, now) || !has_room(from, row, now); });
  note_records(rows);
}

// Voters would record the start of this notification, so it must not be later than any clock can show.
bool Node::State::admits(const NodeId& from, const wire::NotifyAsk& ask, Now now) {
  if (ask.notification.start <= admission.bounds().greatest_clock(now.wall)) return true;
  reject(from, wire::RejectReason::clock, "notification: its start is " + std::to_string(ask.notification.start), ask.notification.object);
  return false;
}

// ---- how much others may send

bool Node::State::is_configured(const ObjectKey& object) const {
  if (core.inventory() && core.inventory()->knows(object)) return true;
  return std::any_of(peers.begin(), peers.end(), [&](const auto& entry) {
    const InventoryPtr& inventory = entry.second.inventory();
    return inventory && inventory != core.inventory() && inventory->knows(object);
  });
}

bool Node::State::knows_any_inventory() const {
  return core.inventory() || std::any_of(peers.begin(), peers.end(), [](const auto& entry) { return entry.second.inventory() != nullptr; });
}

bool Node::State::knows_all_inventories() const {
  return core.inventory() &&
         std::none_of(peers.begin(), peers.end(), [](const auto& entry) { return entry.second.is_active() && !entry.second.inventory(); });
}

// States of configured objects are always accepted. Limits apply to unknown objects and to registers of which an object can have many.
bool Node::State::has_room(const NodeId& from, const wire::Register& row, Now now) {
  const RegisterKey key = key_of(row);
  const Row* held = table.find(key);
  const std::size_t bytes = row.value.size();
  if (held != nullptr && bytes <= held->content.value.size()) return true;
  const bool is_unknown = knows_any_inventory() && !is_configured(key.object);
  if (key.item == 0 && !is_unknown) return true;
  if (is_unknown && held == nullptr && has_expired(from, row, now)) return false;
  const bool fits =
      table.bytes() + bytes <= kMaxTableBytes && has_room_for_item(key, held, bytes) && (!is_unknown || reserve_unknown(from, bytes, now));
  if (!fits)
    reject(from, wire::RejectReason::full, is_unknown ? "row: its object is not configured anywhere" : "row: too many of one object",
           key.object);
  return fits;
}

bool Node::State::has_room_for_item(const RegisterKey& key, const Row* held, std::size_t bytes) const {
  if (key.item == 0) return true;
  const Table::Items items = table.items(key.object);
  return (held != nullptr || items.count < kMaxItemsPerObject) && items.bytes + bytes <= kMaxItemBytesPerObject;
}

// A node that has not dropped the object yet still sends it. That is not an error and not counted. Host 0 (contacts, program) is in
// no inventory.
bool Node::State::has_expired(const NodeId& from, const wire::Register& row, Now now) {
  const Millis age = now.wall.time_since_epoch() + peers.at(from).clock().offset() - Millis{row.base_ms};
  return !phases.is_joining() && row.object.host != 0 && age >= kUnknownKept && knows_all_inventories();
}

bool Node::State::reserve_unknown(const NodeId& from, std::size_t bytes, Now now) {
  if (unknown.reserve(from, bytes)) return true;
  if (!unknown.may_recount(now.steady)) return false;
  UnknownObjects::UsageByPeer usage;
  for (auto entry = table.after(0); entry != table.end(); ++entry) {
    const Row& row = *entry->second;
    if (is_configured(row.content.object)) continue;
    ++usage[row.from].rows;
    usage[row.from].bytes += row.content.value.size();
  }
  unknown.recount(std::move(usage), now.steady);
  return unknown.reserve(from, bytes);
}

void Node::State::forget_unknown(Now now) {
  if (phases.is_joining() || !knows_all_inventories()) return;
  UnknownObjects::NewestRows newest;
  for (auto entry = table.after(0); entry != table.end(); ++entry) {
    const wire::Register& row = entry->second->content;
    if (row.object.host == 0 || is_configured(row.object)) continue;
    const auto [known, fresh] = newest.try_emplace(row.object, row.base_ms);
    if (!fresh) known->second = std::max(known->second, row.base_ms);
  }
  const auto expired = unknown.expired(newest, now);
  if (expired.empty()) return;
  std::vector<RegisterKey> keys;
  for (auto entry = table.after(0); entry != table.end(); ++entry) {
    if (expired.contains(entry->second->content.object)) keys.push_back(key_of(entry->second->content));
  }
  for (const RegisterKey& key : keys) table.erase(key);
  log(LogLevel::info,
      std::to_string(expired.size()) + " objects that no node has configured any more are dropped from the state of the cluster");
}

// ---- who can have sent a notification of what we own

std::uint64_t Node::State::clock_now(WallTime wall) const { return std::max({clock_seen, table.max_clock(), core.clock(), hlc_of(wall)}); }

Senders::Facts Node::State::sender_facts(const NodeId& holder, const ObjectKey& object) const {
  const Peer* peer = peers.find(holder);
  if (peer == nullptr) return {};
  return {true, peer->is_active(), duties.decides(*peer, object), !settings.notifies};
}

void Node::State::note_owned(const wire::CoreClaims& claims, Now now) {
  const std::uint64_t clock = clock_now(now.wall);
  if (claims.whole) senders.core_lost();
  for (const Unit unit : claims.removed) senders.lost(unit);
  for (const Unit unit : claims.added) {
    senders.gained(unit, clock);
    for (const auto& [id, peer] : peers) {
      if (peer.claims().contains(unit)) senders.disagreed(id, clock);
    }
  }
}

void Node::State::note_claimed_elsewhere(const NodeId& from, const wire::Claims& claims, Now now) {
  const auto is_ours = [&](Unit unit) { return core.claims().contains(unit); };
  const std::unordered_set<Unit>& claimed = peers.at(from).claims().units();
  const bool differs = std::any_of(claims.added.begin(), claims.added.end(), is_ours) ||
                       std::any_of(claims.removed.begin(), claims.removed.end(), is_ours) ||
                       (claims.whole && std::any_of(claimed.begin(), claimed.end(), is_ours));
  if (differs) senders.disagreed(from, clock_now(now.wall));
}

void Node::State::note_records(const std::vector<wire::Register>& rows) {
  for (const wire::Register& row : rows) {
    if (row.kind != wire::RegisterKind::notification || row.version.writer == settings.self) continue;
    const auto record = content_of<wire::NotificationRecord>(&row);
    if (!record) continue;
    senders.note(key_of(row), *record, row.version, [&](const NodeId& holder) { return sender_facts(holder, row.object); });
  }
}

// ---- rows that replace our own

// Our core wrote the row as the owner in the current term, but another node's row has a greater version. Above the term of that row,
// our rows win again; if a check register lost, the object is checked again.
void Node::State::own_word_lost(const RegisterKey& key, const wire::Version& lost, Now now) {
  const Row* row = table.find(key);
  const bool is_of_now = lost.term == term && lost.writer == settings.self;
  if (row == nullptr || !is_of_now || row->content.rank != 0) return;
  const wire::Version winner = row->content.version;
  if (winner.writer == settings.self) return;  // ours arrived late, behind a newer one
  const bool is_sure = winner.term > term;
  if (key.kind == wire::RegisterKind::check) {
    contested.lost(key.object, winner.writer, is_sure, now.steady);
    rechecks.again(key.object, winner.hlc, now.steady);
  }
  if (is_sure) {
    log(LogLevel::warning, "our result of " + object_name(key.object) + " lost to a row of " + name_of(winner.writer) +
                               " with a term that no node had reached; raising our term above it");
  }
  term = std::max(term, winner.term);
  new_term(false);
}

// Writes a register *forgotten* with a version above everything known of the object. Nodes drop what it replaces and do not accept it
// again.
void Node::State::forget(const ObjectKey& object, Now now) {
  const auto rise_above = [&](wire::RegisterKind kind) {
    if (const Row* row = table.find({object, kind, 0})) term = std::max(term, row->content.version.term);
  };
  rise_above(wire::RegisterKind::check);
  rise_above(wire::RegisterKind::notification);
  rise_above(wire::RegisterKind::forgotten);
  new_term(false);
  contested.forget(object);
  wire::Register row{object, wire::RegisterKind::forgotten, notifications->next_version(now), 0, {}, 0, 0};
  row.base_ms = now.wall.time_since_epoch().count();
  table.put(std::move(row), {}, true);
  log(LogLevel::info, "dropped the state of " + object_name(object) + " as ordered here; its owner checks it again");
}

// With a greater term, our core's rows win again.
void Node::State::settle_forgotten(Now) {
  if (std::vector<RegisterKey> erased = table.take_erased(); !erased.empty()) store_writer.forget(std::move(erased));
  for (const ObjectKey& object : table.take_forgotten()) {
    const wire::Version* since = table.forgotten(object);
    if (since == nullptr || !duties.decides(object)) continue;
    term = std::max(term, since->term);
    new_term(false);
    if (core.is_connected() && duties.runs(object)) to_recheck.push_back(object);
  }
}

}  // namespace merlin::cluster
