// A planned stop loses nothing of what the daemon has not on disk yet (R8).
#include "module/module.hpp"
#include "module/spool.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {

std::string Module::spool_path() const {
  const std::string folder = core_.state_folder();
  return folder.empty() ? "" : folder + "/merlin.spool";
}

void Module::unspool() {
  const std::string path = spool_path();
  if (path.empty()) return;
  auto found = take_spool(path);
  if (!found) return core_.log(LogLevel::error, "what was kept at the core's last stop cannot be read: " + found.error().text());
  if (!*found) return;
  Spool& spool = **found;
  core_.log(LogLevel::info, std::to_string(spool.size()) + " results, commands and changes kept at the core's last stop go to the daemon");
  // Results go on being numbered: one that the daemon had all the same is recognised.
  if (spool.boot_id != 0) boot_id_ = spool.boot_id;
  for (wire::Register& row : spool.rows) {
    row.kind == wire::RegisterKind::check ? restore_state(row) : desk_.restore(std::move(row));
  }
  outbox_.restore(std::move(spool.forwards), spool.last_number);
  for (wire::NotifyDone& told : spool.told) notifier_.restore_told(std::move(told), core_.now().steady);
}

// Its version, without which what the core kept in its own file would stand below any row of the daemon's.
void Module::restore_state(const wire::Register& row) {
  const Index object = objects_.find(row.object);
  auto state = wire::decode<wire::CheckRegister>(row.value);
  if (object == no_object || !state) return;
  const wire::CheckRegister kept = core_.read(object, row.base_ms);
  if (kept.last_check != state->last_check || kept.current_state != state->current_state) return;
  if (!rows_.set_version(object, row.version)) return;
  ownership_.side().observe(row.version);
  rows_.set_clocks(object, state->last_hard_ok_hlc, state->last_change_hlc);
  rows_.set_last_state(object, state->current_state);
  rows_.set_taken(object, std::move(state->taken));
}

// What no daemon has heard of states; with one, all was said before we go.
std::vector<wire::Register> Module::unheard_states() {
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
  if (left_out > 0) core_.log(LogLevel::warning, std::to_string(left_out) + " states of the time without a daemon are too many to be kept");
  return rows;
}

void Module::spool() {
  Spool spool{boot_id_, outbox_.last_pushed(), desk_.unsafe(), outbox_.unsafe(), notifier_.unsaid_told()};
  for (wire::Register& row : unheard_states()) spool.rows.push_back(std::move(row));
  const std::string path = spool_path();
  if (path.empty() || spool.empty()) return;
  const auto written = write_spool(path, spool);
  if (written) return core_.log(LogLevel::info, std::to_string(spool.size()) + " results, commands and changes wait in " + path);
  core_.log(LogLevel::error, std::to_string(spool.size()) + " results, commands and changes are lost: " + written.error().text());
}

}  // namespace merlin::neb
