// A monitoring core with the module in it, as far as the cluster can tell: objects with a schedule, checks that take
// their time, retention, reload. Ownership is cluster::CoreSide, the very code of the module.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cluster/core_side.hpp"
#include "cluster/forward_queue.hpp"
#include "cluster/node.hpp"
#include "module/operator_writes.hpp"
#include "module/stall_guard.hpp"
#include "sim/plan.hpp"
#include "sim/records.hpp"

namespace merlin::sim {

// What survives the process: the core's retention file. No versions are in it.
struct Retention {
  struct Entry {
    wire::CheckRegister state;  // times are wall clock, not offsets
    std::int64_t due_ms = 0;
  };
  std::map<std::size_t, Entry> entries;
  std::vector<wire::Register> items;  // comments and the like that are not deleted
};

class SimCore {
 public:
  struct Outside {
    std::function<Now()> now;
    std::function<Millis()> true_time;
    std::function<void(const cluster::FromCore&)> to_daemon;
    // The process calls back then, if it still lives and runs.
    std::function<void(Millis delay, std::function<void()> step)> later;
    // The daemon has said nothing for too long: the link counts as lost until its next word, and begins anew then.
    std::function<void()> silent;
    std::function<void(const std::string&)> tell;
  };

  SimCore(const Plan& plan, const CoreLife& life, const Retention& retention, Records& records, Outside outside);

  // ---- the module's link
  void welcome(const wire::CoreWelcome& welcome);
  void lost();
  void receive(const cluster::ToCore& message);
  // The daemon has read that beat, and said what followed from it.
  void answered(std::uint64_t beat);
  // Anything came from it.
  void heard() { silence_ = Millis{0}; }

  // ---- the core's loop, every 100 ms
  void turn();
  // From outside: a result of an object that it knows.
  void hand_result(std::size_t object);
  void act(const ActPlan& plan);
  void announce_busy(Millis limit);
  void end_busy();
  // The core notices a jump of its clock and moves its schedule along.
  void clock_stepped(Millis by);
  // A planned end: says so, hands over what is written, leaves its retention.
  Retention leave();
  Retention save() const;
  // The process ends: what runs is lost.
  void killed();
  void freeze(bool frozen) { frozen_ = frozen; }

  bool owns(std::size_t object) const { return owned_[object] != 0; }
  bool knows(std::size_t object) const { return index_.contains(object); }
  bool knows(const ObjectKey& object) const { return by_key_.contains(object); }
  const std::map<cluster::RegisterKey, wire::Register>& items() const { return items_; }
  std::size_t writes_waiting() const { return writes_.size(); }
  const wire::CheckRegister* state(std::size_t object) const;
  wire::Version version(std::size_t object) const;
  cluster::CoreSide::Mode mode() const { return side_.mode(); }

 private:
  // What the core would tell, until the daemon has decided.
  struct Request {
    std::uint64_t number = 0;
    wire::Notification notification;
    bool said = false;  // on this link
  };
  struct Object {
    std::size_t plan = 0;  // which of the plan's objects
    wire::CheckRegister state;
    std::int64_t base_ms = 0;  // the state's times count from there
    wire::Version version;
    std::int64_t due_ms = 0;  // wall clock
    std::optional<std::size_t> running;
    bool takeover = false;  // overdue when it was taken up: waits for its turn
    std::optional<SteadyTime> held_until;
    NodeId held_by;  // where it still runs; empty: here
    SteadyTime started{};
    std::optional<Request> request;
    std::uint64_t handed_on = 0;   // of its results, the last that went to another owner; 0: that one has it
    std::uint64_t superseded = 0;  // of its results, up to that number those that we kept for its owner are outdone
  };

  std::int64_t wall_ms() const { return outside_.now().wall.time_since_epoch().count(); }
  void say_everything();
  void on(const wire::DaemonAway& away);
  void on(const wire::Epoch& epoch);
  void on(const wire::RowsToCore& rows);
  void on(const wire::ResultsToCore& results);
  void on(const wire::NotifyVerdict& verdict);
  void on(const wire::RowsSafe& safe);
  void on(const wire::Recheck& recheck);
  void bring_in(const wire::Register& row, bool live);
  void count_again(Object& object, const wire::CheckRegister& before) const;
  void apply(const cluster::CoreSide::Change& change, const std::vector<wire::InFlight>& held);
  std::string name_of(const Object& object) const;
  void refresh_owned();
  void drop_unowned();
  std::vector<std::uint64_t> claims() const;
  bool knows_unit(std::uint64_t unit) const;
  void start_due_checks();
  void start_check(std::size_t at);
  void finish_check(std::size_t at);
  // `taken`: it was handed on by another node, or by us before.
  void process(Object& object, const wire::CheckResult& result, const std::optional<wire::ForwardedAck>& taken = std::nullopt);
  void say_row(Object& object);
  void hand_on(const wire::CheckResult& result);
  bool in_doubt() const;
  bool unsure() const;
  void notice_stall(SteadyTime now);
  void notice_silence(SteadyTime now);
  void keep_passive(Object& object, const wire::CheckResult& result);
  bool has_taken(const wire::CheckRegister& state, std::uint64_t number) const;
  void supersede(Object& object);
  bool is_superseded(const Object& object, const wire::ForwardedResult& forwarded) const;
  bool is_told(const Object& object, const wire::Notification& notification) const;
  bool is_outdated(const Object& object, const wire::CheckResult& result) const;
  void note_processed(const wire::CheckResult& result);
  void note_safe(const std::vector<std::uint64_t>& numbers);
  static void mark_taken(Object& object, const wire::TakenMark& mark);
  void send_results();
  void remove_item(std::uint64_t draw);
  void write(const cluster::RegisterKey& key, std::string value, std::uint64_t rank);
  void replaced(const cluster::RegisterKey& key);
  void say_writes();
  void writes_safe(std::uint64_t batch);
  void bring_in_item(const wire::Register& row);
  std::vector<wire::Register> initial_items() const;
  void core_notifies(Object& object, bool was_down, std::uint64_t start);
  void ask(Object& object, const wire::Notification& notification);
  void say_requests();
  void say_notifications();
  bool still_true(const Object& object, const wire::Notification& notification) const;
  bool in_time(const wire::NotifyVerdict& verdict) const;
  void say_done(const wire::NotifyDone& done);
  // False: the core's own filters let nobody be told.
  bool tell(Object& object, const wire::Notification& notification);
  bool filters_refuse(const Object& object) const;
  void count_on(Object& object, const wire::Notification& told);
  void tell_alone();
  wire::Register row_of(Object& object) const;
  Object* find(const ObjectKey& key);
  std::vector<wire::InFlight> in_flight(const std::vector<std::size_t>& released) const;

  const Plan& plan_;
  CoreLife life_;
  Records& records_;
  Outside outside_;
  cluster::CoreSide side_;
  std::vector<Object> objects_;
  std::map<std::size_t, std::size_t> index_;  // by the plan's object
  std::map<ObjectKey, std::size_t> by_key_;
  std::vector<char> owned_;  // by the plan's object
  cluster::ForwardQueue forwards_;
  std::vector<std::optional<std::size_t>> forwarded_;     // which of the results from outside, by the queue's numbers
  std::map<cluster::RegisterKey, wire::Register> items_;  // what operators did, deletions too
  neb::OperatorWrites writes_;
  std::vector<std::size_t> acts_;  // not yet safe, by their numbers in the records
  std::uint64_t batches_ = 0;
  bool linked_ = false;
  bool frozen_ = false;
  bool leaving_ = false;
  SteadyTime next_beat_{};
  std::uint64_t beats_ = 0;
  std::uint64_t checks_run_ = 0;
  double tokens_ = 0;
  double takeover_rate_ = 0;  // a second
  std::uint64_t requests_ = 0;
  std::deque<std::pair<wire::NotifyDone, SteadyTime>> dones_;  // what was told, should the daemon not have heard it
  neb::StallGuard stall_;
  Millis silence_{0};
  SteadyTime looked_{};  // all that had come before was read
  SteadyTime turned_{};
};

}  // namespace merlin::sim
