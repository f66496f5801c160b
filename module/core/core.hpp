// What the module needs of a monitoring core, free of any core's headers. One adapter a core stands behind
// it (nagios4_*.cpp); unit tests use a fake. All calls are made from the core's own thread, none blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "base/time.hpp"
#include "wire/messages.hpp"

namespace merlin::neb {

// An object of the core by number: hosts first, then services, each in the order of the core's own ids.
// Good until the core reloads; never leaves the process.
using Index = std::uint32_t;
inline constexpr Index no_object = UINT32_MAX;

// Wall clock as cores keep it: seconds since 1970, 0 for "never".
using Seconds = std::int64_t;

// Gets word from the core's loop. What it throws is caught at the core's border and disables the module.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_ready(int fd) = 0;
};

struct Schedule {
  Seconds next_check = 0;
  Seconds last_check = 0;
  Seconds interval = 0;  // regular check interval; 0: none
  bool checks_enabled = false;
  bool has_been_checked = false;
  bool executing = false;
};

// How a register is brought into an object.
struct Showing {
  bool live = false;           // alert line and events as for a result of this core's own; else set silently
  bool known = false;          // with live: this core had the result first, and has told of the event
  bool perfdata = false;       // with live: hand performance data to the core's processor
  const char* node = nullptr;  // the writer's name; lives as long as the process
  std::int64_t base_ms = 0;    // Register::base_ms
};

// What the core would tell of an object, and has counted of it.
struct NotifyCount {
  int state = 0;
  bool hard = false;
  int number = 0;                 // of the problem's last notification
  std::uint32_t notified_on = 0;  // the states that were told, one bit each
};

// A result as the core got it, while the core's callback runs.
using RawResult = wire::CheckResult;

class OperatorCore;

class Core {
 public:
  virtual ~Core() = default;

  virtual Now now() const = 0;
  virtual std::string program() const = 0;  // "nagios4 4.4.6"
  // Debug lines go to the module's own file alone.
  virtual void log(LogLevel level, std::string_view line) = 0;

  // A copy of a node's name for the core to point to (check_source), for as long as it may.
  virtual const char* keep(const std::string& name) = 0;

  // Where the core keeps what it must remember; empty: nowhere.
  virtual std::string state_folder() const = 0;

  // ---- inventory: from the moment that the core's objects are loaded
  virtual Index host_count() const = 0;
  virtual Index service_count() const = 0;
  virtual std::string_view host_name(Index host) const = 0;
  virtual std::string_view description(Index service) const = 0;
  virtual Index host_of(Index service) const = 0;
  // Hash over the definitions of all objects; 0 when it cannot be had.
  virtual std::uint64_t config_digest() const = 0;
  virtual std::int64_t config_changed_ms() const = 0;

  // ---- schedule
  virtual Schedule schedule(Index object) const = 0;
  // Exactly one unforced check event stays queued, at `run_at`. `shown` is what the core shows as next check.
  virtual void move_check(Index object, Seconds run_at, Seconds shown) = 0;
  virtual int check_timeout_s(Index object) const = 0;
  // A host whose last check is younger than this is not checked again by the core unless forced.
  virtual Seconds host_cache_horizon() const = 0;

  // ---- state
  // Only outside of the core's own result handling. Times are offsets from base_ms.
  virtual wire::CheckRegister read(Index object, std::int64_t base_ms) const = 0;
  virtual void bring_in(Index object, const wire::CheckRegister& state, const Showing& showing) = 0;
  // As a result of this core's own: state, alerts, notification, everything. `node` as in Showing.
  virtual void process_result(Index object, const wire::CheckResult& result, const char* node) = 0;

  // ---- notifications: all but notify() also while the core is about to tell
  // Takes back the id that the core has given before it asked, and the number where it has counted (K1).
  virtual void undo_notification(Index object, bool counted) = 0;
  virtual NotifyCount notify_count(Index object) const = 0;
  virtual void set_notify_count(Index object, int number, std::uint32_t notified_on) = 0;
  // As if one had been sent now: the core waits its interval for the next.
  virtual void restart_notify_interval(Index object) = 0;
  // Lets the core tell, by its own rules, and returns how many contacts were. Never from within a callback of the core.
  virtual int notify(Index object, const wire::Notification& notification) = 0;

  // ---- reactions
  // Until restore_reactions() no event handler and no obsess command runs, nor is logged.
  virtual void suppress_reactions() = 0;
  virtual void restore_reactions() = 0;

  // Whether the object's results are handed to the obsess command (OCSP, OCHP).
  virtual bool obsesses(Index object) const = 0;
  virtual void set_obsesses(Index object, bool obsesses) = 0;

  // What operators do to the core (operator_core.hpp).
  virtual OperatorCore& people() = 0;

  // ---- loop. One registration a descriptor and direction; unwatch before close. false: the core refused.
  virtual bool watch(int fd, Watcher& watcher) = 0;
  virtual bool watch_writable(int fd, Watcher& watcher) = 0;
  virtual void unwatch(int fd) = 0;
  // Descriptors that a fork of the core must not keep open: closed in the child.
  virtual void close_in_children(int fd, bool close) = 0;
};

}  // namespace merlin::neb
