// A monitoring core without a process: what Nagios 4 does with its check queue, results, notifications, comments, downtimes and
// retention file, as far as its module can notice. It calls the module where Nagios calls its broker modules, and it reproduces
// the quirks with which the module has to cope:
//
//   - a notification is counted before the module is asked, and the count remains if the module refuses (K1)
//   - a recovery resets the count and the notified states right after the call (K2)
//   - a downtime is counted after its start has been announced and notified
//   - the core itself never plans a vetoed check again
//   - a result replaces the last hard state only after all callbacks
//   - the retention file is old when the core is killed: ids of comments and downtimes are reused afterwards (K6)
//   - non-persistent comments do not survive a restart; downtimes in effect start again (K7)
//   - a flapping object causes only notifications of flapping, and has a comment that does not survive a restart
//   - a flexible downtime starts in the turn after a change to a problem
//   - a jump of the wall clock moves everything that is planned
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "module/agent/core.hpp"
#include "tests/sim/model_core_operators.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/records.hpp"

namespace merlin::neb {
class Agent;
}

namespace merlin::sim {

using neb::Index;
using neb::Seconds;

inline constexpr int kSoft = 0;
inline constexpr int kHard = 1;

// The retention file's data of an object. Wall clock in seconds, 0 for "never".
struct ModelState {
  int current_state = 0;
  int last_state = 0;
  int last_hard_state = 0;
  int state_type = kHard;
  int current_attempt = 1;
  bool has_been_checked = false;
  bool passive = false;
  bool no_more_notifications = false;
  bool is_flapping = false;
  bool check_flapping_recovery_notification = false;
  int notification_number = 0;
  std::uint32_t notified_on = 0;
  double latency_s = 0;
  double execution_time_s = 0;
  std::string output;
  std::string long_output;
  Seconds last_check = 0;
  Seconds next_check = 0;
  Seconds last_state_change = 0;
  Seconds last_hard_state_change = 0;
  std::array<Seconds, 4> last_time_in_state{};
  Seconds last_notification = 0;
  Seconds next_notification = 0;
  bool acknowledged = false;
  bool sticky = false;
  std::map<std::string, std::string> variables;  // custom variables that an operator has set, by "_NAME"
};

// Times are relative to `base_ms`.
void apply_register(ModelState& state, const wire::CheckRegister& from, std::int64_t base_ms);

// The data that survives the process.
struct Retention {
  std::map<Index, ModelState> states;
  ModelOperators::Kept operators;
};

// A result as it reaches the core: from a check of its own, from outside or from the module.
struct ModelResult {
  bool passive = false;
  bool by_module = false;
  int return_code = 0;
  std::int64_t start_ms = 0;
  std::int64_t finish_ms = 0;
  std::string output;
};

class ModelCore final : public neb::Core {
 public:
  struct Environment {
    std::function<Now()> now;
    std::function<Millis()> true_time;
    // Calls `step` after that delay, if the process still lives and runs.
    std::function<void(Millis delay, std::function<void()> step)> later;
    std::function<void(const std::string&)> tell;
  };

  // All outlive this.
  ModelCore(const Plan& plan, const CoreLife& life, const Retention& retention, Records& records, Environment environment);

  // ---- the process
  // The module is loaded, and the loop starts.
  void begin_loop(neb::Agent& module);
  // One turn of the loop: everything that is due.
  void turn();
  // An external command as written to the command file.
  void command(const std::string& line);
  // A result from the spool folder, which no command announces.
  void spooled_result(Index object, const ModelResult& result) { handle_result(object, result); }
  Retention save() const;
  // The process ends: running checks are lost.
  void killed();
  // No check starts while the core is frozen.
  void freeze(bool frozen) { frozen_ = frozen; }

  // ---- for drivers and judges
  std::optional<Index> index_of(std::size_t plan_object) const;
  std::optional<Index> index_of(const ObjectKey& key) const;
  const ObjectKey& key_of(Index object) const { return plan_.objects[objects_[object].plan].key; }
  std::size_t plan_object(Index object) const { return objects_[object].plan; }
  const ModelState& state(Index object) const { return objects_[object].state; }
  const ModelOperators& operators_view() const { return operators_; }
  std::string describe(Index object) const;
  std::string log_line(Index at, const wire::Notification& notification);
  // The outputs of the results that the module has submitted since the last call.
  std::vector<std::string> take_handed_in() { return std::exchange(handed_in_, {}); }

  // ---- neb::Core
  Now now() const override { return environment_.now(); }
  std::string program() const override { return "simulated core"; }
  void log(LogLevel level, std::string_view line) override;
  const char* keep(const std::string& name) override { return names_.emplace_back(name).c_str(); }
  Index host_count() const override { return hosts_; }
  Index service_count() const override { return static_cast<Index>(objects_.size()) - hosts_; }
  std::string_view host_name(Index host) const override;
  std::string_view description(Index service) const override;
  Index host_of(Index service) const override { return objects_[service].host; }
  std::uint64_t config_digest() const override;
  std::int64_t config_changed_ms() const override { return 0; }
  neb::Schedule schedule(Index object) const override;
  void move_check(Index object, Seconds run_at, Seconds shown) override;
  void correct_last_check(Index object, Seconds last_check) override { objects_[object].state.last_check = last_check; }
  int check_timeout_s(Index object) const override;
  Seconds host_cache_horizon() const override;
  wire::CheckRegister read(Index object, std::int64_t base_ms) const override;
  void bring_in(Index object, const wire::CheckRegister& state, const neb::Showing& showing) override;
  void process_result(Index object, const wire::CheckResult& result, const char* node) override;
  void undo_notification(Index object, bool counted) override;
  neb::NotifyCount notify_count(Index object) const override;
  void set_notify_count(Index object, int number, std::uint32_t notified_on) override;
  void restart_notify_interval(Index object) override;
  neb::NotifySnapshot notify_snapshot(Index object) const override;
  void log_notification(const std::string& line, const char* node) override;
  neb::Notified notify(Index object, const neb::NotifyCall& call) override;
  void suppress_event_handlers() override { handlers_suppressed_ = true; }
  void suppress_perfdata() override {}
  void restore_reactions() override { handlers_suppressed_ = false; }
  void obsess(Index object) override { environment_.tell("obsesses over " + describe(object)); }
  ModelOperators& operators() override { return operators_; }

 private:
  friend class ModelOperators;

  struct Object {
    std::size_t plan = 0;  // index among the plan's objects
    Index host = 0;
    ModelState state;
    bool checks_enabled = true;
    std::optional<std::size_t> running;  // the running check
    SteadyTime started{};
    std::optional<Seconds> queued_at;
    bool forced = false;
    int downtime_depth = 0;
  };

  // ---- schedule
  Seconds seconds() const { return environment_.now().wall.time_since_epoch().count() / 1000; }
  std::int64_t wall_ms() const { return environment_.now().wall.time_since_epoch().count(); }
  Seconds interval() const { return plan_.check_interval.count() / 1000; }
  void queue(Index at, Seconds run_at, bool forced = false);
  void unqueue(Index at);
  void compensate_for_time_change();
  void run_due_checks();
  void run_check(Index at);
  void start_check(Index at);
  void finish_check(Index at);
  void force_check(Index at, Seconds when);
  void carry_out(const std::string& name, const std::string& arguments);

  // ---- results
  void handle_result(Index at, const ModelResult& result);
  void judge_state(Index at, int before, bool was_hard);
  void check_flapping(Index at);
  void handle_ok(Index at, int before, bool was_hard);
  void handle_problem(Index at, bool hard_change);
  void handle_event(Index at);
  void reschedule(Index at);
  void note_processed(Index at, const ModelResult& result);
  wire::CheckResult raw(Index at, const ModelResult& result) const;
  void log_alert(Index at, const neb::Alert& alert, LoggedAlert::As as, const char* node);

  // ---- notifications
  void show_snapshot(Index at, const neb::NotifySnapshot& snapshot);
  void notification(Index at, wire::NotificationKind kind, const std::string& author, const std::string& text);
  bool is_viable(Index at, wire::NotificationKind kind);
  bool filters_refuse(Index at) const;
  void notified(Index at, wire::NotificationKind kind);

  const Plan& plan_;
  CoreLife life_;
  Records& records_;
  Environment environment_;
  neb::Agent* module_ = nullptr;
  std::vector<Object> objects_;         // hosts first
  std::map<std::size_t, Index> index_;  // by the plan's object
  std::map<ObjectKey, Index> by_key_;
  std::map<std::pair<std::string, std::string>, Index> by_name_;
  Index hosts_ = 0;
  std::set<std::pair<Seconds, Index>> queue_;
  std::deque<std::string> names_;
  ModelOperators operators_;
  Seconds last_time_ = 0;  // of the last turn
  std::vector<std::string> handed_in_;
  std::uint64_t next_notification_id_ = 1;
  bool handlers_suppressed_ = false;
  bool frozen_ = false;
  const wire::Notification* notifying_ = nullptr;  // the notification that the module has told the core to send
  int contacts_notified_ = 0;
  std::set<std::string> logged_elsewhere_;  // lines of other nodes' notifications, in this process
};

}  // namespace merlin::sim
