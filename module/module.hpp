// The module from the moment that the core's loop turns until it ends: wires the core's callbacks to ownership,
// schedule, rows and the link. Free of core headers; nagios4_entry.cpp calls it, tests do with a fake core.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "config/config.hpp"
#include "module/cost_meter.hpp"
#include "module/inventory.hpp"
#include "module/link.hpp"
#include "module/log_limit.hpp"
#include "module/notifier.hpp"
#include "module/operator_commands.hpp"
#include "module/operator_desk.hpp"
#include "module/outbox.hpp"
#include "module/pulse.hpp"
#include "module/row_intake.hpp"
#include "module/schedule_watch.hpp"
#include "module/stall_guard.hpp"
#include "module/takeover.hpp"

namespace merlin::neb {

class Module final : Link::User, RowListener {
 public:
  // No more than this at one turn of the core's loop.
  static constexpr std::chrono::microseconds kTurn{5000};
  static constexpr Millis kResultAllowance{5000};  // a result may come this long after its check's time-out
  // A daemon that misses so many of its words is lost (R8); it says something at each pulse.
  static constexpr int kMissedWords = 3;

  // The core has its objects, and its loop is about to turn. `core` and `wraps` outlive this.
  Module(Core& core, const config::Config& config, WrapFactory* wraps, std::uint64_t boot_id);
  ~Module() override;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // ---- what the core is about to do, and has done
  // true: not here, not now; the next event is arranged for.
  bool veto_check(Index object);
  void check_started(Index object);
  // Whether check_done() wants the result itself.
  bool wants_result(Index object) const { return !intake_.bringing_in() && (!ownership_.owns(object) || unsure()); }
  void check_done(Index object, bool active, std::optional<RawResult> result);
  // The core is about to tell and must not: its owner asks first. What the daemon grants comes by Core::notify().
  void stop_notification(Index object, Notice notice);
  // Something of the row changed without a result.
  void row_changed(Index object);
  void state_changed(Index object);
  bool veto_event_handler(Index object) const { return !may_act(object); }
  // An operator or a program hands in a result by command, and it is processed before command_done().
  void result_by_command(Index object);
  // Any external command, around what the core does by it.
  void command_begins(std::string_view name);
  void command_done(std::string_view name, std::string_view arguments);
  // What operators do, as the core tells of it.
  OperatorDesk& people() { return desk_; }
  void acknowledged(Index object, wire::AcknowledgementRegister content);
  // A custom notification is asked for by command, and told of before command_done().
  void custom_notification_by_command(std::uint32_t options) { notifier_.custom_command(options); }
  void saving(bool begins);
  void loop_ends(bool reload);

  // For the core's query interface: one JSON object.
  std::string status(const Costs& costs) const;

 private:
  class Ticker : public Watcher {
   public:
    explicit Ticker(Module& module) : module_(module) {}
    void on_ready(int) override { module_.tick(); }

   private:
    Module& module_;
  };
  class Waker : public Watcher {
   public:
    explicit Waker(Module& module) : module_(module) {}
    void on_ready(int) override { module_.woken(); }

   private:
    Module& module_;
  };

  void on_link_open() override;
  void on_link_input() override { work(); }
  void on_link_drained() override { work(); }
  void on_link_lost(const std::string& why) override;
  void on_row(Index object, bool is_newer) override;
  void on_operator_row(const wire::Register& row, bool live) override;
  bool is_of_own_result(Index object, const wire::CheckRegister& state) override;

  void tick();
  void woken();
  void work();
  bool step(Now now);
  bool step_input(Now now);
  bool step_operator();
  bool step_notifications(Now now);
  void beat(Now now);
  std::uint32_t count_overdue(Seconds now);

  Result<> handle(const wire::Frame& frame, Now now);
  template <class Message>
  Result<> take(const wire::Frame& frame, Now now);
  void on(const wire::CoreWelcome& welcome, Now now);
  void on(const wire::Refuse& refuse, Now now);
  void on(const wire::Epoch& epoch, Now now);
  void on(wire::RowsToCore rows, Now now);
  void on(const wire::ResultsToCore& results, Now now);
  void on(const wire::RowsSafe& safe, Now now);
  void on(const wire::Recheck& recheck, Now now);
  void on(const wire::DaemonAway& away, Now now);
  void on(const wire::DaemonBeat& beat, Now now);
  void on(const wire::NotifyVerdict& verdict, Now now);

  void apply(const cluster::CoreSide::Change& change, const std::vector<wire::InFlight>& held, Now now);
  void hold(Index object, const wire::InFlight& check, SteadyTime now);
  void hold_no_longer(Index object);
  bool runs_here(Index object) const;
  std::vector<wire::InFlight> in_flight(const std::vector<Index>& released, Now now) const;
  void notice_stall(Now now);
  bool may_act(Index object) const { return ownership_.owns(object) && ownership_.side().gate_open() && !in_doubt(); }
  // What this core owns may be another's by now.
  bool in_doubt() const;
  // What this core makes of a result may lose against what another has made since.
  bool unsure() const;
  void keep_passive(Index object, std::optional<RawResult> result);
  bool is_outdated(Index object, const wire::CheckResult& result, Now now) const;
  bool is_superseded(Index object, const wire::ForwardedResult& forwarded) const;
  void put_off(Index object, Seconds until);
  void mute(Index object);
  void unmute(Index object);
  void say_mode();
  // What the daemon has not on disk goes into a file for the next start, and comes out of it (R8).
  std::string spool_path() const;
  static constexpr std::size_t kMostSpooledStates = 100'000;
  static constexpr std::size_t kMostSpooledStateBytes = std::size_t{32} * 1024 * 1024;
  void restore_state(const wire::Register& row);
  std::vector<wire::Register> unheard_states();
  void unspool();
  void spool();

  Core& core_;
  const config::Config config_;
  std::uint64_t boot_id_;
  Objects objects_;
  RowTable rows_;
  Ownership ownership_;
  Inventory inventory_;
  Takeover takeover_;
  ScheduleWatch schedule_watch_;
  StallGuard stall_;
  RowIntake intake_;
  Notifier notifier_;
  RowWriter writer_;
  Link link_;
  Outbox outbox_;
  OperatorDesk desk_;
  OperatorCommands commands_;
  Ticker ticker_{*this};
  Waker waker_{*this};
  Pulse pulse_;

  std::unordered_map<Index, SteadyTime> running_;  // checks that this core has started
  struct Held {
    SteadyTime until{};
    NodeId runner;    // empty: this core
    Seconds due = 0;  // when its next check was put off first; 0: it was not
  };
  std::unordered_map<Index, Held> held_;  // still running at the owner before us
  std::unordered_set<Index> muted_;       // released while a check ran: its result is not obsessed over here
  struct HandedOn {
    std::uint64_t number = 0;
    std::string output;
  };
  std::unordered_map<Index, HandedOn> handed_on_;        // the last result of an object that its owner does not say to have
  std::unordered_map<Index, std::uint64_t> superseded_;  // own results up to this number: a newer one stands
  SteadyTime next_beat_{};
  SteadyTime last_tick_{};
  SteadyTime heard_since_{};  // what is read in this turn came after that: before the last tick all was read
  bool handing_in_ = false;   // a result that its taker keeps
  std::uint64_t beats_ = 0;
  std::uint64_t checks_run_ = 0;
  std::uint64_t checks_vetoed_ = 0;
  std::uint64_t garbage_ = 0;
  std::uint32_t overdue_ = 0;
  std::string daemon_;  // name of the node, once welcomed
  std::optional<cluster::CoreSide::Mode> said_mode_;
  LogLimit lost_limit_;
  LogLimit garbage_limit_;
  LogLimit refuse_limit_;
};

}  // namespace merlin::neb
