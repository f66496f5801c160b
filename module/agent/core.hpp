// What the agent needs from a monitoring core, free of any core's headers. Each kind of core has an adapter (module/nagios4);
// the simulator uses a model of a core, unit tests a fake. All calls are made in the core's own thread; none blocks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/log.hpp"
#include "shared/base/time.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::neb {

// The number of an object of the core: hosts first, then services, each in the order of the core's own ids.
// Valid until the core reloads; never leaves the process.
using Index = std::uint32_t;
inline constexpr Index kNoObject = UINT32_MAX;

// Wall clock as the core stores it: seconds since 1970, 0 for "never".
using Seconds = std::int64_t;

struct Schedule {
  Seconds next_check = 0;
  Seconds last_check = 0;
  Seconds interval = 0;  // regular check interval; 0: none
  bool checks_enabled = false;
  bool has_been_checked = false;
  bool executing = false;
};

// How the core logged a result: a state change, an attempt during a problem, or any result of a volatile service.
struct Alert {
  bool hard = false;
  int attempt = 0;
  bool active = true;  // the result of a check, not a passive one
};

// How a register is applied to an object.
struct Showing {
  bool live = false;           // alert line and events as for this core's own result; else set silently
  bool known = false;          // with live: this core had the result first, and has logged the event
  bool perfdata = false;       // with live: hand performance data to the core's processor
  const char* node = nullptr;  // the writer's name; lives as long as the process
  std::int64_t base_ms = 0;    // Register::base_ms
  // With live: how the writer's core logged the result. None: it did not.
  std::optional<Alert> alert;
  bool logged_unknown = false;  // the writer does not report how: derived from the object's state
};

// The core's notification counters of an object.
struct NotifyCount {
  int state = 0;
  bool hard = false;
  int number = 0;                 // of the problem's last notification
  std::uint32_t notified_on = 0;  // the states that were notified, one bit each
  bool repeats = false;           // a volatile service: each hard result is notified
};

// An object at the time at which the core was about to notify: the core's filters and texts use these values.
struct NotifySnapshot {
  wire::CheckRegister state;  // times as if base_ms were 0
  bool acknowledged = false;
  int downtime_depth = 0;
  std::array<unsigned long, 4> ids{};  // of events and problems, in the core's numbering
  // The host of a service.
  int host_state = 0;
  int host_state_type = 0;
  int host_downtime_depth = 0;
};

struct NotifyCall {
  const wire::Notification& notification;
  const NotifySnapshot* as_of = nullptr;  // null: the object as it is now
  bool keeps_times = true;                // else the core does not start the interval until the next one
};

// What notify() did.
struct Notified {
  int contacts = 0;              // that were notified
  std::vector<std::string> log;  // the lines that the core logged for them (wire::add_to_log)
};

// A result as the core received it, during the core's callback.
using RawResult = wire::CheckResult;

class OperatorCore;

class Core {
 public:
  virtual ~Core() = default;

  virtual Now now() const = 0;
  virtual std::string program() const = 0;  // "nagios4 4.4.6"
  // Debug lines go to the module's own file only.
  virtual void log(LogLevel level, std::string_view line) = 0;

  // A copy of a node's name to which the core may point (check_source), for as long as it needs it.
  virtual const char* keep(const std::string& name) = 0;

  // ---- inventory: available once the core has loaded its objects
  virtual Index host_count() const = 0;
  virtual Index service_count() const = 0;
  virtual std::string_view host_name(Index host) const = 0;
  virtual std::string_view description(Index service) const = 0;
  virtual Index host_of(Index service) const = 0;
  // Hash of the definitions of all objects; 0 if it is not available.
  virtual std::uint64_t config_digest() const = 0;
  virtual std::int64_t config_changed_ms() const = 0;

  // ---- schedule
  virtual Schedule schedule(Index object) const = 0;
  // Leaves exactly one unforced check event in the queue, at `run_at`. `shown` is the next check that the core displays.
  virtual void move_check(Index object, Seconds run_at, Seconds shown) = 0;
  // Sets the time of the object's last check, whatever the core shows.
  virtual void correct_last_check(Index object, Seconds last_check) = 0;
  virtual int check_timeout_s(Index object) const = 0;
  // Unless forced, the core does not check a host again whose last check is younger than this.
  virtual Seconds host_cache_horizon() const = 0;

  // ---- state
  // Times are offsets from base_ms. While the core processes a result, some fields are not written yet (RowWriter::write_alert).
  virtual wire::CheckRegister read(Index object, std::int64_t base_ms) const = 0;
  virtual void bring_in(Index object, const wire::CheckRegister& state, const Showing& showing) = 0;
  // Processes it as this core's own result: state, alerts, notification, everything. `node` as in Showing.
  virtual void process_result(Index object, const wire::CheckResult& result, const char* node) = 0;

  // ---- notifications: all except notify() also while the core is about to notify
  // Reverts the id that the core has assigned before its call, and the number if the core has counted (K1).
  virtual void undo_notification(Index object, bool counted) = 0;
  virtual NotifyCount notify_count(Index object) const = 0;
  virtual void set_notify_count(Index object, int number, std::uint32_t notified_on) = 0;
  // As if a notification had just been sent: the core waits its interval until the next.
  virtual void restart_notify_interval(Index object) = 0;
  virtual NotifySnapshot notify_snapshot(Index object) const = 0;
  // Lets the core notify by its own rules. The core's counter continues from its present value; everything else of the object is restored
  // afterwards. Never from within a callback of the core.
  virtual Notified notify(Index object, const NotifyCall& call) = 0;
  // Logs a line that another node's core has logged for a notification, marked with the node, unless this core logs no notifications.
  virtual void log_notification(const std::string& line, const char* node) = 0;

  // ---- reactions to a result, while the core processes it
  // Until restore_reactions() no event handler runs or is logged, and no performance data is processed.
  virtual void suppress_event_handlers() = 0;
  virtual void suppress_perfdata() = 0;
  virtual void restore_reactions() = 0;
  // Runs the configured obsess command (OCSP, OCHP) for the object. The core runs none itself, because it would not ask first.
  virtual void obsess(Index object) = 0;

  // Operators' actions at the core (operator_core.hpp).
  virtual OperatorCore& operators() = 0;
};

}  // namespace merlin::neb
