// The core's reactions to a result besides its state: event handlers, performance data, obsess commands.
#include <utility>

#include "module/nagios4/core.hpp"
#include "module/nagios4/objects.hpp"

namespace merlin::neb {
namespace {

void suppress(int& setting, std::optional<int>& saved) {
  if (!saved) saved = std::exchange(setting, FALSE);
}

void restore(int& setting, std::optional<int>& saved) {
  if (saved) setting = *saved;
  saved.reset();
}

void run_obsess_command(::host& object) { obsessive_compulsive_host_check_processor(&object); }
void run_obsess_command(::service& object) { obsessive_compulsive_service_check_processor(&object); }

}  // namespace

void Nagios4Core::suppress_event_handlers() { suppress(enable_event_handlers, saved_event_handlers_); }
void Nagios4Core::suppress_perfdata() { suppress(process_performance_data, saved_perfdata_); }

void Nagios4Core::restore_reactions() {
  restore(enable_event_handlers, saved_event_handlers_);
  restore(process_performance_data, saved_perfdata_);
}

// The core runs the obsess command before any callback about a result. Without the command's name it runs nothing (sehandlers.c), and
// unlike the obsess settings, the name is not shown anywhere.
void Nagios4Core::take_obsess_commands() {
  if (obsess_commands_) return;
  obsess_commands_ = ObsessCommands{std::exchange(ochp_command, nullptr), std::exchange(ocsp_command, nullptr)};
}

void Nagios4Core::give_back_obsess_commands() {
  if (!obsess_commands_) return;
  ochp_command = obsess_commands_->host;
  ocsp_command = obsess_commands_->service;
  obsess_commands_.reset();
}

void Nagios4Core::obsess(Index object) {
  give_back_obsess_commands();
  with_object(object, [](auto& found) { run_obsess_command(found); });
  take_obsess_commands();
}

}  // namespace merlin::neb
