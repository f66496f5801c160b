// A planned stop loses nothing that the daemon has not stored yet (R8).
#include "module/agent/agent.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::neb {

void Agent::restore(Spool spool) {
  wire::Rejects rejects;
  wire::validate(spool.rows, rejects);
  wire::validate(spool.alerts, rejects);
  wire::validate(spool.forwards, rejects);
  std::erase_if(spool.told, [&](wire::NotifyDone& told) { return !wire::validate(told, rejects); });
  note_rejected(rejects, "the core's last stop");
  core_.log(LogLevel::info,
            std::to_string(spool.size()) + " results, alerts, commands and changes kept at the core's last stop are sent to the daemon");
  // Numbers of results continue, so that the daemon recognises those that it has already received.
  if (spool.boot_id != 0) boot_id_ = spool.boot_id;
  for (wire::Register& row : spool.rows) {
    if (row.kind == wire::RegisterKind::check) {
      restore_state(row);
      continue;
    }
    // A core keeps only persistent comments over a restart (K7), and the daemon sends none that this core wrote itself. Those of an
    // acknowledgement are shown while the core keeps that.
    const Index object = objects_.find(row.object);
    const bool is_kept = row.kind == wire::RegisterKind::acknowledgement && object != kNoObject && core_.operators().acknowledged(object);
    if (row.kind == wire::RegisterKind::comment || is_kept) operators_.bring_in(row, false);
    operators_.restore(std::move(row));
  }
  for (wire::Register& row : spool.alerts) {
    const Index object = objects_.find(row.object);
    if (object == kNoObject) continue;
    ownership_.side().observe(row.version);
    outbox_.restore_alert(object, std::move(row));
  }
  outbox_.restore(std::move(spool.forwards), spool.last_number);
  for (wire::NotifyDone& told : spool.told) notifier_.restore_told(std::move(told), core_.now().steady);
}

// Restores the state's version; without it, any row of the daemon would replace the state in the core's retention file.
void Agent::restore_state(const wire::Register& row) {
  const Index object = objects_.find(row.object);
  auto state = wire::decode<wire::CheckRegister>(row.value);
  if (object == kNoObject || !state) return;
  const wire::CheckRegister kept = core_.read(object, row.base_ms);
  if (kept.last_check != state->last_check || kept.current_state != state->current_state) return;
  if (!rows_.set_version(object, row.version)) return;
  ownership_.side().observe(row.version);
  rows_.set_clocks(object, state->last_hard_ok_hlc, state->last_change_hlc);
  rows_.set_last_state(object, state->current_state);
  rows_.set_taken(object, std::move(state->taken));
  unconfirmed_.restored(object);
}

// States that no daemon has received; with a link, everything has been sent before the stop.
std::vector<wire::Register> Agent::unheard_states() {
  std::vector<wire::Register> rows;
  if (outbox_.started()) return rows;
  const Now now = core_.now();
  std::size_t bytes = 0;
  for (const Index object : outbox_.unheard()) {
    wire::Register row = writer_.known(object, now);
    bytes += row.value.size();
    if (rows.size() == kMostSpooledStates || bytes > kMostSpooledStateBytes) break;
    rows.push_back(std::move(row));
  }
  const std::size_t left_out = outbox_.unheard().size() - rows.size();
  if (left_out > 0)
    core_.log(LogLevel::warning,
              std::to_string(left_out) + " states from the time without a daemon are dropped: there are too many to keep");
  return rows;
}

// Other nodes continue the schedule from here; after a reload this node joins again.
Spool Agent::leave(bool reload) {
  outbox_.flush(core_.now());
  while (step_operator()) {
  }
  outbox_.send(wire::CoreAway{reload, {}, 0});
  if (driver_.unsent_bytes() > Outbox::kLiveUnsentBytes) outbox_.stop();  // the link cannot send all of it
  return unsent();
}

Spool Agent::fail(const std::string& reason, std::optional<Millis> again) {
  const auto seconds_until = again ? std::chrono::ceil<std::chrono::seconds>(*again).count() : 0;
  outbox_.send(wire::CoreAway{false, reason, static_cast<std::uint32_t>(seconds_until)});
  return unsent();
}

Spool Agent::unsent() {
  Spool spool{boot_id_, outbox_.last_pushed(), operators_.unsafe(), outbox_.unsafe_alerts(), outbox_.unsafe(), notifier_.unsaid_told()};
  for (wire::Register& row : unheard_states()) spool.rows.push_back(std::move(row));
  return spool;
}

}  // namespace merlin::neb
