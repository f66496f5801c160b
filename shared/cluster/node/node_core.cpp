// Messages from our module and to it.
#include <algorithm>
#include <utility>

#include "shared/cluster/node/node_notify.hpp"

namespace merlin::cluster {
namespace {

constexpr Millis kRowPatience{2'000};

// Delays checks whose row is still on its way to our core: the previous owner has just run them.
void wait_for_rows(const CoreFeed& feed, wire::Epoch& epoch) {
  if (epoch.added.empty()) return;
  const std::set<Unit> added{epoch.added.begin(), epoch.added.end()};
  std::vector<wire::InFlight> waits;
  for (const ObjectKey& object : feed.awaited()) {
    const bool gained = added.contains(object.host) || (!object.is_host() && added.contains(object.service));
    if (gained) waits.push_back({object, static_cast<std::uint32_t>(kRowPatience.count()), {}});
  }
  // The module applies the last of two waits for one object.
  epoch.in_flight.insert(epoch.in_flight.begin(), waits.begin(), waits.end());
}

}  // namespace

// Sent again when a name changes: the module marks log lines with the names.
void Node::State::send_names_to_core() {
  if (!core.is_connected()) return;
  std::map<NodeId, std::string> names{{settings.self, settings.name}};
  for (const auto& [id, peer] : peers) names.emplace(id, peer.name());
  if (!core.are_new(names)) return;
  wire::CoreWelcome welcome;
  welcome.node_id = settings.self;
  welcome.node_name = settings.name;
  welcome.program_version = MERLIN_VERSION;
  welcome.daemon_instance = instance;
  welcome.hlc_floor = std::max({table.max_clock(), clock_seen, durable.hlc_limit});
  for (auto& [id, name] : names) welcome.names.push_back({id, std::move(name)});
  to_core(std::move(welcome));
}

void Node::State::on_core(wire::Inventory part, Now) {
  if (!core.add(std::move(part))) return;
  if (InventoryPtr equal = peers.inventory_with(core.inventory()->digest())) core.share(std::move(equal));
  const InventoryPtr whole = core.inventory();
  ownership.set_inventory(whole);
  ++info_number;
  happened(Event::own_state, Event::candidates);
  announce_info();
  for (auto& [id, peer] : peers) {
    if (peer.info() && peer.info()->inventory_digest == whole->digest()) peer.set_inventory(whole);
  }
}

void Node::State::feed_from_start() {
  feed.restart(core.starts().keep_dying() && !feed.has_suspects());
  if (!feed.holds_operators_back()) return;
  log(LogLevel::error, "our core crashed " + std::to_string(core.starts().died_early()) +
                           " times soon after its start: it runs without comments, acknowledgements, downtimes and attributes for now");
}

void Node::State::on_core(const wire::CoreBusy& busy, Now now) {
  happened(Event::own_state);
  if (busy.limit_ms == 0) {
    core.loop().set_busy(std::nullopt);
    return;
  }
  core.loop().set_busy(now.steady + std::min(Millis{busy.limit_ms}, settings.busy_limit));
}

void Node::State::on_core(const wire::CoreAway& away, Now now) {
  std::optional<CoreDisabled> disabled;
  if (away.disabled.empty()) {
    log(LogLevel::info, away.reload ? "our core reloads" : "our core stops");
  } else {
    log(LogLevel::error, "Merlin is disabled in our core: " + away.disabled);
    disabled = {away.disabled, away.again_s == 0 ? std::nullopt : std::optional(now.steady + std::chrono::seconds(away.again_s))};
  }
  core.announce_end(std::move(disabled));
  // Withdraw the claims first, so that a planned stop does not look like a loss.
  ownership.withdraw_all();
  broadcast_claims(core.withdraw_claims(settings.self, instance));
  happened(Event::own_state);
}

void Node::State::core_gone(Now now) {
  if (!core.is_connected()) return;
  const bool planned = core.has_announced_end();
  if (!planned) log(LogLevel::warning, "our core has ended, or its module lost the connection to us");
  core.lost(now.steady);
  planned ? feed.stop() : feed.core_lost(now.steady);
  forwarding.core_lost();
  store_writer.core_lost();
  own_alerts.core_lost();
  recent_notifications.rewind();
  senders.core_lost();
  notifications->rule().asker().core_lost();
  ownership.withdraw_all();
  // All nodes must learn this at once; the withdrawal of the claims may follow.
  happened(Event::own_state);
  send_heartbeats(now);
  const wire::Claims gone = core.withdraw_claims(settings.self, instance);
  core.reset();
  broadcast_claims(gone);
  phases.core_lost();
}

void Node::State::broadcast_claims(wire::Claims claims) {
  if (claims.added.empty() && claims.removed.empty()) return;
  for (const wire::Claims& part : ClaimSet::parts(std::move(claims))) {
    for (const auto& [id, peer] : peers) {
      if (peer.has_route()) send(id, Priority::control, part);
    }
  }
}

void Node::State::on_core(const wire::CoreClaims& claims, Now now) {
  if (core.has_announced_end()) return;
  const bool unasked = claims.epoch == 0 || core.epochs().number() == 0;
  note_owned(claims, now);
  const wire::Claims change = core.change_claims(settings.self, instance, claims);
  if (unasked) {
    // The module ran these before our first epoch: our daemon was restarted, or the module was isolated.
    ownership.adopt(core.claims().units());
  } else if (core.epochs().is_complete(claims.epoch) && core.claims().count() != ownership.running().size()) {
    core.epochs().repeat_all();
  }
  // Send the yield first: it lists the running checks for the nodes that then see the units unclaimed.
  yield_released(claims);
  broadcast_claims(change);
  happened(Event::candidates, Event::results);
}

// Yields the promised units that the module no longer runs.
void Node::State::yield_released(const wire::CoreClaims& claims) {
  std::map<NodeId, wire::Yield> yields;
  for (auto& [to, units] : core.take_released(claims)) yields[to].units = std::move(units);
  for (wire::InFlight check : claims.in_flight) {
    if (check.runner.empty()) check.runner = settings.self;
    for (const NodeId& to : awaiting(check.object)) yields[to].in_flight.push_back(check);
  }
  for (auto& [to, yield] : yields) {
    yield.number = ++want_number;
    send(to, Priority::control, std::move(yield));
  }
}

// The nodes that must know that a check of this object still runs here: all that may run it, not only the one that receives its unit.
// A node that has just joined and ranks higher claims the unit as soon as nobody else does.
std::vector<NodeId> Node::State::awaiting(const ObjectKey& object) const {
  std::vector<NodeId> all;
  for (const auto& [id, peer] : peers) {
    if (peer.is_active() && peer.inventory() && peer.inventory()->knows(object)) all.push_back(id);
  }
  return all;
}

void Node::State::on_core(wire::CoreRows rows, Now now) {
  const bool write = rows.kind == wire::CoreRowsKind::write;
  std::vector<wire::Register> done_here;  // by operators on this node
  bool any_alert = false;
  for (wire::Register& content : rows.rows) {
    if (content.kind == wire::RegisterKind::notification) continue;  // only the daemon writes these
    if (write && content.kind != wire::RegisterKind::check) {
      done_here.push_back(std::move(content));
      continue;
    }
    if (phases.is_unconfirmed(content)) {
      phases.keep_unconfirmed(std::move(content));
      continue;
    }
    const RegisterKey key = key_of(content);
    const wire::Version version = content.version;
    // Only the owner decides a state. Rows that a core read from its retention file win only where no greater version is known.
    const bool may_write = !write || duties.decides(content.object);
    // Rows from the retention file are not news: other nodes receive them by comparing tables.
    const NodeId from = write ? NodeId{} : settings.self;
    const bool is_alert = write && content.alert && content.version.writer == settings.self;
    any_alert = any_alert || is_alert;
    // Its event is due even if a newer state of the object came first, or the object has another owner by now; and only once, even if
    // the table has lost the row.
    const auto missed = is_alert && own_alerts.is_new(content) ? std::optional(content) : std::nullopt;
    Row* row = table.find(key);
    const std::optional<wire::Register> before = write && row != nullptr ? std::optional(row->content) : std::nullopt;
    const Table::Put put = may_write ? table.put(std::move(content), from, write) : Table::Put::older;
    row = table.find(key);
    if (put == Table::Put::newer) {
      if (write && (!is_alert || missed)) note(row->content, before ? &*before : nullptr, now);
    } else if (missed) {
      note(*missed, nullptr, now);
    } else if (is_alert && put == Table::Put::older) {
      continue;  // sent again
    }
    if (put == Table::Put::older) {
      if (write) feed.again(key);
      if (write && may_write) own_word_lost(key, version, now);
    } else if (row != nullptr && row->content.version == version) {
      feed.note_held(*row);
      if (!holds_forwards(now.steady)) look_for_forwarded(row->content);
    }
  }
  if (any_alert) own_alerts.received(rows.batch, journal.happened_count());
  note_done_here(done_here, now);
  if (!done_here.empty()) store_writer.own(std::move(done_here), rows.batch, now.steady);
  if (rows.kind == wire::CoreRowsKind::initial_last) {
    core.set_initial_rows_sent();
    happened(Event::candidates);
    replication.compare_all(now.steady, true);
  }
}

void Node::State::on_core(wire::CoreResults results, Now now) {
  for (wire::CheckResult& result : results.results) {
    // The core processed a result of an object that it does not own: apply the owner's state again.
    feed.again({result.object, wire::RegisterKind::check});
    keep(forwarding.took(core.hello().boot_id, std::move(result), now.steady));
  }
  for (wire::Command& command : results.commands) keep(forwarding.took(core.hello().boot_id, std::move(command), now.steady));
  happened(Event::results);
}

void Node::State::send_epochs(SteadyTime now) {
  if (!core.is_connected() || core.has_announced_end()) return;
  if (core.epochs().number() == 0 && !may_run(now)) return;
  while (std::optional<wire::Epoch> epoch = core.epochs().next(term, side, ownership.running())) {
    epoch->takeover_rate = settings.takeover_rate;
    wait_for_rows(feed, *epoch);
    to_core(std::move(*epoch));
  }
}

void Node::State::feed_core() {
  if (!core.is_connected() || !core.inventory() || !core.has_sent_initial_rows()) return;
  // While the core catches up, rows must have no side effects, whatever their source and order.
  const bool silently = phases.is_catching_up();
  while (std::optional<wire::RowsToCore> batch = feed.next(*core.inventory(), silently)) to_core(std::move(*batch));
}

}  // namespace merlin::cluster
