// Nagios Core 4.4 behind the adapter interface.
#pragma once

#include <optional>

#include "module/agent/core.hpp"
#include "module/nagios4/operator.hpp"
#include "module/shell/file_log.hpp"
#include "module/shell/loop.hpp"

namespace merlin::neb {

class Nagios4Core final : public Core, public Loop {
 public:
  // Called when the loop reports a descriptor: calls the watcher inside the module's guard.
  using ReadyHandler = int (*)(int fd, int events, void* watcher);
  explicit Nagios4Core(ReadyHandler ready) : ready_(ready) {}

  // From now on messages are also logged there; messages below its level are not logged at all.
  Result<> log_to(const FileLog& file);

  Now now() const override;
  std::string program() const override;
  std::string state_folder() const override;
  void log(LogLevel level, std::string_view line) override;

  const char* keep(const std::string& name) override;
  Index host_count() const override;
  Index service_count() const override;
  std::string_view host_name(Index host) const override;
  std::string_view description(Index service) const override;
  Index host_of(Index service) const override;
  std::uint64_t config_digest() const override;
  std::int64_t config_changed_ms() const override;

  Schedule schedule(Index object) const override;
  void move_check(Index object, Seconds run_at, Seconds shown) override;
  void correct_last_check(Index object, Seconds last_check) override;
  int check_timeout_s(Index object) const override;
  Seconds host_cache_horizon() const override;

  wire::CheckRegister read(Index object, std::int64_t base_ms) const override;
  void bring_in(Index object, const wire::CheckRegister& state, const Showing& showing) override;
  void process_result(Index object, const wire::CheckResult& result, const char* node) override;

  void undo_notification(Index object, bool counted) override;
  NotifyCount notify_count(Index object) const override;
  void set_notify_count(Index object, int number, std::uint32_t notified_on) override;
  void restart_notify_interval(Index object) override;
  NotifySnapshot notify_snapshot(Index object) const override;
  Notified notify(Index object, const NotifyCall& call) override;
  void log_notification(const std::string& line, const char* node) override;
  // For the callbacks: whether notify() is running, and its outcome.
  bool notifying() const { return notifying_; }
  void notified(int contacts) { notified_.contacts = contacts; }
  void logged(const char* line);
  void suppress_event_handlers() override;
  void suppress_perfdata() override;
  void restore_reactions() override;
  void obsess(Index object) override;
  // While the module is active, it runs the obsess commands, and the core has none. Must be given back before the core frees them.
  void take_obsess_commands();
  void give_back_obsess_commands();

  OperatorCore& operators() override { return people_; }

  bool watch(int fd, Watcher& watcher) override;
  bool watch_writable(int fd, Watcher& watcher) override;
  void unwatch(int fd) override;
  void close_in_children(int fd, bool close) override;

 private:
  Nagios4Operator people_;
  ReadyHandler ready_;
  std::optional<FileLog> file_;
  // While suppressed.
  std::optional<int> saved_event_handlers_;
  std::optional<int> saved_perfdata_;
  struct ObsessCommands {
    char* host;
    char* service;
  };
  std::optional<ObsessCommands> obsess_commands_;  // the core's own command, while taken away
  bool notifying_ = false;
  Notified notified_;
};

// Registers the handler that closes the descriptors of close_in_children() in every child that the core forks without exec. Once per load;
// glibc drops it when the module is unloaded.
void close_descriptors_in_children();

}  // namespace merlin::neb
