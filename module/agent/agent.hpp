// Everything in the module that decides, while the core's event loop runs: which checks run here, what is reported to the
// daemon, which rows are applied, which notifications are sent. Pure: it knows the monitoring core through Core and its daemon
// through messages, and has no socket, file or timer of its own. The shell (shell.hpp) drives it in a real core; the simulator
// and unit tests drive it in virtual time.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "module/agent/cost_meter.hpp"
#include "module/agent/driver.hpp"
#include "module/agent/held_checks.hpp"
#include "module/agent/inventory.hpp"
#include "module/agent/log_limit.hpp"
#include "module/agent/logged_elsewhere.hpp"
#include "module/agent/notifier.hpp"
#include "module/agent/operator_commands.hpp"
#include "module/agent/operator_sync.hpp"
#include "module/agent/outbox.hpp"
#include "module/agent/row_intake.hpp"
#include "module/agent/schedule_watch.hpp"
#include "module/agent/spool.hpp"
#include "module/agent/takeover.hpp"
#include "module/agent/unconfirmed_ownership.hpp"
#include "shared/config/config.hpp"
#include "shared/wire/frame.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::neb {

class Agent final : RowListener {
 public:
  // A notification stays in order (R4), even if the problem ends meanwhile, for as long as a question takes at most plus one
  // heartbeat.
  static constexpr Millis kNotifyAllowance{1000};
  static constexpr int kNotifyPulses = 4;

  // Create it when the core has its objects and its loop is about to start. `core` and `driver` outlive this. `boot_id` is unique.
  Agent(Core& core, Driver& driver, const config::Config& config, std::uint64_t boot_id);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // ---- calls by its driver
  // Before the first tick: what the core's previous planned stop has saved (R8).
  void restore(Spool spool);
  // At least every 100 ms while the core's loop runs.
  void tick(Now now);
  // Does the most urgent work in at most so many short steps. True: there is more work.
  bool work(Now now, std::size_t steps);
  // A link has been established: the first message on it.
  wire::CoreHello hello() const;
  // Whether receive() may be called; false while the previous message is still being processed.
  bool receives() const { return intake_.idle(); }
  // A message from the daemon. False: nothing more can be read on this link; close it without calling lost().
  bool receive(const wire::Frame& message, Now now);
  // The received data is no valid message. Then as if receive() had returned false.
  void received_garbage(const Error& error, Now now);
  // The link has ended, or could not be established. An empty reason is not logged.
  void lost(const std::string& why, Now now);
  // The loop has ended. Returns what the daemon has not stored yet, for the next start, and sends what the link still accepts.
  Spool leave(bool reload);
  // An internal error ends the module: informs the daemon, and returns the same as leave(). `again`: time until the next attempt.
  Spool fail(const std::string& reason, std::optional<Millis> again);

  // ---- events of the core
  // True: the check must not run here or now; the agent has scheduled the next attempt.
  bool veto_check(Index object);
  void check_started(Index object);
  // Whether check_done() needs the result itself.
  bool wants_result(Index object) const {
    return !intake_.bringing_in() && (!ownership_.owns(object) || unconfirmed_.unsure(core_.now().steady));
  }
  void check_done(Index object, bool active, std::optional<RawResult> result);
  // The core is about to notify, and the adapter stops it: the owner asks first. What the daemon grants is sent by Core::notify().
  void stop_notification(Index object, Notice notice);
  // A part of the row has changed without a result.
  void row_changed(Index object);
  // The core has logged a result, and is about to react to it: event handlers follow immediately, then check_done().
  void state_changed(Index object, const Alert& alert);
  // The core has logged the result, whether it reacts to it or not; check_done() follows.
  void alert_logged(Index object, const Alert& alert);
  bool veto_event_handler(Index object) const { return !may_act(object); }
  // True: the core must not execute it; the reason is logged. `given_s`: the time that the command states.
  bool refuses_command(std::string_view name, std::string_view arguments, std::int64_t given_s);
  // Before and after each external command. `carried_out` is false if the core is known to have rejected it.
  void command_begins(std::string_view name);
  void command_done(std::string_view name, std::string_view arguments, bool carried_out = true);
  // Operators' actions, as the core reports them.
  OperatorSync& operators() { return operators_; }
  void acknowledged(Index object, wire::AcknowledgementRegister content);
  // The core reports a custom notification's command before command_done().
  void custom_notification_by_command(std::uint32_t options) { notifier_.custom_command(options); }
  void saving(bool begins);

  // ---- for reports and tests
  const Ownership& ownership() const { return ownership_; }
  const RowTable& rows() const { return rows_; }
  // One JSON object; the driver provides `link`.
  std::string status(const LinkStatus& link, const Costs& costs) const;

 private:
  void on_row(Index object, bool is_newer) override;
  void on_operator_row(const wire::Register& row, bool live) override;
  bool is_of_own_result(Index object, const wire::CheckRegister& state) override { return unconfirmed_.is_of_own_result(object, state); }

  bool step(Now now);
  bool step_operator();
  bool step_notifications(Now now);
  void ask_for_acknowledgement(const wire::Register& row);
  void notice_stall(Now now);
  void forget_link(Now now);
  void refused(const wire::Frame& message, Now now);
  void heartbeat(Now now);
  std::uint32_t count_overdue(Seconds now);

  void note_rejected(const wire::Rejects& rejects, const char* from);
  // An error while processing one row or message drops only that one; any other error ends the module (nagios4/guard.hpp).
  template <class Work>
  void contain(const char* what, Now now, Work&& work) {
    try {
      work();
    } catch (const std::exception& error) {
      note_contained(what, error.what(), now);
    }
  }
  void note_contained(const char* what, const char* error, Now now);
  Spool unsent();
  Result<> handle(const wire::Frame& message, Now now);
  template <class Message>
  Result<> take(const wire::Frame& message, Now now);
  void on(const wire::CoreWelcome& welcome, Now now);
  void on(const wire::Epoch& epoch, Now now);
  void on(wire::RowsToCore rows, Now now);
  void on(const wire::ResultsToCore& results, Now now);
  void on(const wire::RowsSafe& safe, Now now);
  void on(const wire::Recheck& recheck, Now now);
  void on(const wire::DaemonAway& away, Now now);
  void on(const wire::DaemonHeartbeat& heartbeat, Now now);
  void on(const wire::NotifyVerdict& verdict, Now now);
  void on(const wire::NotificationLog& notification, Now now);

  void apply(const cluster::CoreSide::Change& change, const std::vector<wire::InFlight>& held, Now now);
  void wait_for(Index object, const wire::InFlight& check, Now now);
  std::optional<Alert> take_logged(Index object);
  void keep_passive(Index object, std::optional<RawResult> result);
  bool in_doubt() const { return unconfirmed_.in_doubt(core_.now().steady); }
  bool may_act(Index object) const { return ownership_.owns(object) && ownership_.side().gate_open() && !in_doubt(); }
  bool reacts(Index object, bool active) const;
  bool is_outdated(Index object, const wire::CheckResult& result, Now now) const;
  void put_off(Index object, Seconds until);
  void say_mode();
  static constexpr std::size_t kMostSpooledStates = 100'000;
  static constexpr std::size_t kMostSpooledStateBytes = std::size_t{32} * 1024 * 1024;
  void restore_state(const wire::Register& row);
  std::vector<wire::Register> unheard_states();

  Core& core_;
  Driver& driver_;
  const config::Config config_;
  std::uint64_t boot_id_;
  Objects objects_;
  RowTable rows_;
  Ownership ownership_;
  Inventory inventory_;
  Takeover takeover_;
  ScheduleWatch schedule_watch_;
  RowIntake intake_;
  Notifier notifier_;
  LoggedElsewhere logged_elsewhere_;
  RowWriter writer_;
  Outbox outbox_;
  HeldChecks held_;
  UnconfirmedOwnership unconfirmed_;
  OperatorSync operators_;
  OperatorCommands commands_;

  std::optional<std::pair<Index, Alert>> logged_;  // of the result that the core is processing
  Index obsessed_ = kNoObject;                     // the obsess command already ran for the result that the core is processing
  SteadyTime next_heartbeat_{};
  SteadyTime last_tick_{};
  SteadyTime heard_since_{};  // data read in this turn arrived later: the last tick read everything before
  bool handing_in_ = false;   // processing a result that the receiving node keeps
  std::uint64_t heartbeats_ = 0;
  std::uint64_t checks_run_ = 0;
  std::uint64_t checks_vetoed_ = 0;
  std::uint64_t garbage_ = 0;
  std::uint64_t contained_ = 0;  // errors that dropped one row or message
  wire::Rejects rejected_;       // data from outside
  std::uint32_t overdue_ = 0;
  std::string daemon_;  // name of the node, after its welcome
  std::optional<cluster::CoreSide::Mode> said_mode_;
  LogLimit lost_limit_;
  LogLimit garbage_limit_;
  LogLimit refuse_limit_;
  LogLimit contained_limit_;
  LogLimit rejected_limit_;
  LogLimit wrong_time_limit_;
};

// The same for a disabled module. `again`: time until the next attempt.
std::string disabled_status(const std::string& reason, const std::string& fix, std::optional<Millis> again);

}  // namespace merlin::neb
