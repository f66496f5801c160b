// Nagios Core 4.4 behind the adapter interface.
#pragma once

#include <optional>

#include "module/core/core.hpp"
#include "module/core/nagios4_operator.hpp"
#include "module/file_log.hpp"

namespace merlin::neb {

class Nagios4Core final : public Core {
 public:
  // What runs when the loop reports a descriptor: calls the watcher inside the module's guard.
  using ReadyHandler = int (*)(int fd, int events, void* watcher);
  explicit Nagios4Core(ReadyHandler ready) : ready_(ready) {}

  // From now on what is logged also goes there; below its level nothing is logged at all.
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
  int check_timeout_s(Index object) const override;
  Seconds host_cache_horizon() const override;

  wire::CheckRegister read(Index object, std::int64_t base_ms) const override;
  void bring_in(Index object, const wire::CheckRegister& state, const Showing& showing) override;
  void process_result(Index object, const wire::CheckResult& result, const char* node) override;

  void undo_notification(Index object, bool counted) override;
  NotifyCount notify_count(Index object) const override;
  void set_notify_count(Index object, int number, std::uint32_t notified_on) override;
  void restart_notify_interval(Index object) override;
  int notify(Index object, const wire::Notification& notification) override;
  // For the callbacks: whether notify() is what the core tells by, and what came of it.
  bool notifying() const { return notifying_; }
  void notified(int contacts) { contacts_notified_ = contacts; }
  void suppress_reactions() override;
  void restore_reactions() override;
  bool obsesses(Index object) const override;
  void set_obsesses(Index object, bool obsesses) override;

  OperatorCore& people() override { return people_; }

  bool watch(int fd, Watcher& watcher) override;
  bool watch_writable(int fd, Watcher& watcher) override;
  void unwatch(int fd) override;
  void close_in_children(int fd, bool close) override;

 private:
  Nagios4Operator people_;
  ReadyHandler ready_;
  std::optional<FileLog> file_;
  struct Reactions {
    int event_handlers, obsess_over_hosts, obsess_over_services;
  };
  std::optional<Reactions> saved_reactions_;  // while suppressed
  bool notifying_ = false;
  int contacts_notified_ = 0;
};

// Registers the handler that closes what close_in_children() names in every child that the core forks without exec.
// Once a load; glibc forgets it when the module is unloaded.
void close_descriptors_in_children();

}  // namespace merlin::neb
