// A planned stop loses nothing of what the daemon has not on disk yet (R8).
#include "module/module.hpp"
#include "module/spool.hpp"

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
  for (wire::Register& row : spool.rows) desk_.restore(std::move(row));
  outbox_.restore(std::move(spool.forwards), spool.last_number);
  for (wire::NotifyDone& told : spool.told) notifier_.restore_told(std::move(told), core_.now().steady);
}

void Module::spool() {
  const Spool spool{boot_id_, outbox_.last_pushed(), desk_.unsafe(), outbox_.unsafe(), notifier_.unsaid_told()};
  const std::string path = spool_path();
  if (path.empty() || spool.empty()) return;
  const auto written = write_spool(path, spool);
  if (written) return core_.log(LogLevel::info, std::to_string(spool.size()) + " results, commands and changes wait in " + path);
  core_.log(LogLevel::error, std::to_string(spool.size()) + " results, commands and changes are lost: " + written.error().text());
}

}  // namespace merlin::neb
