// Our module: what it says, and what it is told.
#include <algorithm>
#include <utility>

#include "cluster/node_notify.hpp"

namespace merlin::cluster {
namespace {

constexpr Millis kRowPatience{2'000};

// What the one before us has just checked would be checked again, where its row is still on the way to our core.
void hold_for_rows(const CoreFeed& feed, wire::Epoch& epoch) {
  if (epoch.added.empty()) return;
  const std::set<Unit> added{epoch.added.begin(), epoch.added.end()};
  std::vector<wire::InFlight> held;
  for (const ObjectKey& object : feed.awaited()) {
    const bool gained = added.contains(object.host) || (!object.is_host() && added.contains(object.service));
    if (gained) held.push_back({object, static_cast<std::uint32_t>(kRowPatience.count()), {}});
  }
  // Of two waits for one object the last counts.
  epoch.in_flight.insert(epoch.in_flight.begin(), held.begin(), held.end());
}

}  // namespace

void Node::State::receive_core(FromCore message, Now now) {
  core.last_turn = now.steady;
  std::visit(
      [&](auto&& content) {
        using Message = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<Message, wire::Inventory>) {
          on_core_inventory(std::move(content));
        } else if constexpr (std::is_same_v<Message, wire::CoreBeat>) {
          core.beat = content;
        } else if constexpr (std::is_same_v<Message, wire::CoreBusy>) {
          on_core_busy(content, now.steady);
        } else if constexpr (std::is_same_v<Message, wire::CoreAway>) {
          on_core_away(content, now);
        } else if constexpr (std::is_same_v<Message, wire::CoreRows>) {
          on_core_rows(std::move(content), now);
        } else if constexpr (std::is_same_v<Message, wire::CoreResults>) {
          on_core_results(std::move(content), now);
        } else if constexpr (std::is_same_v<Message, wire::CoreClaims>) {
          on_core_claims(content, now);
        } else if constexpr (std::is_same_v<Message, wire::RowsConfirmed>) {
          feed.on_confirmed(content);
        } else if constexpr (std::is_same_v<Message, wire::ResultsTaken>) {
          for (const wire::ForwardedAck& ack : content.taken) {
            if (forwarding.core_took(ack)) acknowledge_forward(ack);
          }
          for (const wire::ForwardedAck& ack : content.refused) forwarding.core_refused(ack);
        } else if constexpr (std::is_same_v<Message, wire::NotifyRequest>) {
          notifications->rule().on_request(content, now);
        } else if constexpr (std::is_same_v<Message, wire::NotifyDone>) {
          notifications->rule().on_done(content, now);
        }
      },
      std::move(message));
  check_core_loop(now.steady);
}

// Again when a name has changed: the module marks lines with them.
void Node::State::tell_core_names() {
  if (!core.connected) return;
  std::map<NodeId, std::string> names{{settings.self, settings.name}};
  for (const auto& [id, other] : others) names.emplace(id, other.name);
  if (std::exchange(core.told_names, names) == names) return;
  wire::CoreWelcome welcome;
  welcome.node_id = settings.self;
  welcome.node_name = settings.name;
  welcome.program_version = MERLIN_VERSION;
  welcome.daemon_instance = instance;
  welcome.hlc_floor = std::max({table.max_clock(), clock_seen, durable.hlc_limit});
  for (auto& [id, name] : names) welcome.names.push_back({id, std::move(name)});
  to_core(std::move(welcome));
}

void Node::State::on_core_inventory(wire::Inventory part) {
  const std::uint64_t config_digest = part.config_digest;
  const std::int64_t config_changed_ms = part.config_changed_ms;
  InventoryPtr whole = core.assembler.add(std::move(part));
  if (!whole) return;
  // Nodes with the same inventory share one copy.
  for (const auto& [id, other] : others) {
    if (other.inventory && other.inventory->digest() == whole->digest()) whole = other.inventory;
  }
  core.inventory = whole;
  core.config_digest = config_digest;
  core.config_changed_ms = config_changed_ms;
  ownership.set_inventory(whole);
  ++info_number;
  ownership_dirty = beat_due = true;
  tell_info();
  for (auto& [id, other] : others) {
    if (other.info && other.info->inventory_digest == whole->digest()) other.inventory = whole;
  }
}

void Node::State::on_core_busy(const wire::CoreBusy& busy, SteadyTime now) {
  beat_due = true;
  if (busy.limit_ms == 0) {
    core.busy_until.reset();
    return;
  }
  core.busy_until = now + std::min(Millis{busy.limit_ms}, settings.busy_limit);
}

void Node::State::on_core_away(const wire::CoreAway& away, Now) {
  log(LogLevel::info, away.reload ? "our core reloads" : "our core stops");
  core.announced_away = true;
  // The claims first: who leaves as planned leaves nothing behind that would look like a loss.
  ownership.withdraw_all();
  wire::CoreClaims none;
  none.whole = true;
  broadcast_claims(core.claims.change(settings.self, instance, none));
  core.inventory.reset();  // no longer well, until it is back with its inventory
  beat_due = true;
}

void Node::State::core_gone(Now now) {
  if (!core.connected) return;
  if (!core.announced_away) log(LogLevel::warning, "our core is gone, or its module lost its way to us");
  core.connected = false;
  core.inventory.reset();
  core.announced_away ? feed.stop() : feed.core_lost(now.steady);
  forwarding.core_lost();
  saver.core_lost();
  notifications->rule().core_lost();
  table.core_lost();
  ownership.withdraw_all();
  // Everyone must know at once; that we claim nothing follows behind.
  beat_due = true;
  send_beats(now);
  ClaimSet had = std::exchange(core.claims, {});
  const wire::Claims gone = had.change(settings.self, instance, [] {
    wire::CoreClaims none;
    none.whole = true;
    return none;
  }());
  Core fresh;
  fresh.claims = std::move(had);
  core = std::move(fresh);
  broadcast_claims(gone);
  phase = wire::NodePhase::joining;
}

void Node::State::broadcast_claims(wire::Claims claims) {
  if (claims.added.empty() && claims.removed.empty()) return;
  for (const wire::Claims& part : ClaimSet::parts(std::move(claims))) {
    for (const auto& [id, other] : others) {
      if (other.way.kind != Way::Kind::none) send(id, Priority::control, part);
    }
  }
}

void Node::State::on_core_claims(const wire::CoreClaims& claims, Now) {
  if (core.announced_away) return;
  const bool unasked = claims.epoch == 0 || core.epoch == 0;
  const wire::Claims change = core.claims.change(settings.self, instance, claims);
  if (unasked) {
    // The module ran these before our first epoch: our daemon was restarted, or it was alone.
    ownership.adopt(core.claims.units());
  } else if (claims.epoch == core.epoch && !core.told_whole && core.changed.empty() && core.claims.count() != ownership.running().size()) {
    core.epoch_whole_due = true;
  }
  // The yield first: it says what is still in flight to those who then find the units free.
  yield_released(claims);
  broadcast_claims(change);
  ownership_dirty = forwards_changed = true;
}

// Units that were promised and that the module no longer runs.
void Node::State::yield_released(const wire::CoreClaims& claims) {
  const std::set<Unit> removed{claims.removed.begin(), claims.removed.end()};
  std::map<NodeId, wire::Yield> yields;
  for (auto promise = core.promised.begin(); promise != core.promised.end();) {
    const auto& [unit, to] = *promise;
    const bool released = removed.contains(unit) || (claims.epoch == core.epoch && !core.claims.contains(unit));
    if (released) yields[to].units.push_back(unit);
    promise = released ? core.promised.erase(promise) : std::next(promise);
  }
  for (wire::InFlight check : claims.in_flight) {
    if (check.runner.empty()) check.runner = settings.self;
    for (const NodeId& to : awaiting(check.object)) yields[to].in_flight.push_back(check);
  }
  for (auto& [to, yield] : yields) {
    yield.number = ++want_number;
    send(to, Priority::control, std::move(yield));
  }
}

// Who must hear that a check of this object still runs here: all who may run it. Not only the one that gets its unit:
// another that has just joined, and stands before that one, takes it as soon as nobody claims it.
std::vector<NodeId> Node::State::awaiting(const ObjectKey& object) const {
  std::vector<NodeId> all;
  for (const auto& [id, other] : others) {
    if (other.active && other.inventory && other.inventory->knows(object)) all.push_back(id);
  }
  return all;
}

void Node::State::on_core_rows(wire::CoreRows rows, Now now) {
  const bool write = rows.kind == wire::CoreRowsKind::write;
  std::vector<wire::Register> done_here;  // by our operators
  for (wire::Register& content : rows.rows) {
    if (content.kind == wire::RegisterKind::told) continue;  // the daemon's own
    if (write && content.kind != wire::RegisterKind::check) {
      done_here.push_back(std::move(content));
      continue;
    }
    if (is_doubtful(content)) {
      doubtful.push_back(std::move(content));
      continue;
    }
    const RegisterKey key = key_of(content);
    const wire::Version version = content.version;
    // Only the owner decides a state; what a core read from its retention file enters where nobody knows better.
    const bool may_write = !write || runner_of(content.object) == settings.self;
    // What it read is no news: it spreads by comparing.
    const NodeId from = write ? NodeId{} : settings.self;
    Row* row = table.find(key);
    const std::optional<wire::Register> before = write && row != nullptr ? std::optional(row->content) : std::nullopt;
    const Table::Put put = may_write ? table.put(std::move(content), from, write) : Table::Put::older;
    row = table.find(key);
    if (before && put == Table::Put::newer) note(row->content, &*before, now);
    if (put == Table::Put::older) {
      if (write) feed.again(key);
    } else if (row != nullptr && row->content.version == version) {
      row->core_has = true;
      if (!holds_forwards(now.steady)) look_for_forwarded(row->content);
    }
  }
  note_done_here(done_here, now);
  if (!done_here.empty()) saver.own(std::move(done_here), rows.batch, now.steady);
  if (rows.kind == wire::CoreRowsKind::initial_last) {
    core.initial_done = true;
    ownership_dirty = true;
    replication.compare_all(now.steady, true);
  }
}

void Node::State::on_core_results(wire::CoreResults results, Now now) {
  for (wire::CheckResult& result : results.results) {
    // The core has processed what was not its to process: what the owner says is imposed again.
    feed.again({result.object, wire::RegisterKind::check});
    keep(forwarding.took(core.hello.boot_id, std::move(result), now.steady));
  }
  for (wire::Command& command : results.commands) keep(forwarding.took(core.hello.boot_id, std::move(command), now.steady));
  forwards_changed = true;
}

void Node::State::tell_core_epoch(SteadyTime now) {
  if (!core.connected || core.announced_away) return;
  const bool first = core.epoch == 0;
  if (first && !may_run(now)) return;
  const bool whole = first || core.epoch_whole_due;
  const bool fence = core.told_term != term || core.told_side != side;
  if (!whole && !fence && core.changed.empty() && core.in_flight.empty()) return;
  wire::Epoch epoch;
  epoch.number = ++core.epoch;
  epoch.term = core.told_term = term;
  epoch.side = core.told_side = side;
  epoch.whole = whole;
  epoch.takeover_rate = settings.takeover_rate;
  epoch.in_flight = std::exchange(core.in_flight, {});
  if (whole) core.changed = {ownership.running().begin(), ownership.running().end()};
  for (std::size_t units = 0; !core.changed.empty() && units < kUnitsAMessage; ++units) {
    const Unit unit = core.changed.extract(core.changed.begin()).value();
    (ownership.running().contains(unit) ? epoch.added : epoch.removed).push_back(unit);
  }
  hold_for_rows(feed, epoch);
  core.told_whole = whole;
  core.epoch_whole_due = false;
  to_core(std::move(epoch));
  if (!core.changed.empty()) tell_core_epoch(now);  // what one frame cannot hold
}

void Node::State::feed_core() {
  if (!core.connected || !core.inventory || !core.initial_done) return;
  // What a joining core is told must cause nothing, whoever tells it and in whichever order it comes.
  const bool silently = phase == wire::NodePhase::joining;
  while (std::optional<wire::RowsToCore> batch = feed.next(*core.inventory, silently)) to_core(std::move(*batch));
}

}  // namespace merlin::cluster
