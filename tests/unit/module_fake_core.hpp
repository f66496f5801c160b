// A core of plain values: tests can inspect what the module does to it, and its clock is set by hand.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "module/agent/core.hpp"
#include "tests/unit/module_fake_operator.hpp"

namespace merlin::neb {

struct FakeObject {
  std::string host;
  std::string service;  // empty: the host itself
  Index host_index = 0;
  wire::CheckRegister state;  // times are seconds x 1000 since 1970, as if base_ms were 0
  Schedule schedule{0, 0, 60, true, false, false};
  std::vector<std::pair<Seconds, Seconds>> moves;  // run_at, shown
  int results = 0;
  wire::CheckResult handed_in;  // the last one
  int undone = 0;
  bool is_volatile = false;
  int downtime_depth = 0;
};

class FakeCore final : public Core {
 public:
  Index add_host(const std::string& name) {
    objects.insert(objects.begin() + hosts, FakeObject{name, "", hosts, {}, {0, 0, 60, true, false, false}, {}, 0, {}, 0});
    return hosts++;
  }
  Index add_service(Index host, const std::string& description) {
    objects.push_back(FakeObject{objects[host].host, description, host, {}, {0, 0, 60, true, false, false}, {}, 0, {}, 0});
    return static_cast<Index>(objects.size() - 1);
  }
  void pass(Millis time) {
    clock.steady += time;
    clock.wall += time;
  }
  Seconds seconds() const { return clock.wall.time_since_epoch().count() / 1000; }

  Now now() const override { return clock; }
  std::string program() const override { return "fake 1"; }
  void log(LogLevel, std::string_view line) override { lines.emplace_back(line); }
  const char* keep(const std::string& name) override { return names.emplace_back(name).c_str(); }
  Index host_count() const override { return hosts; }
  Index service_count() const override { return static_cast<Index>(objects.size()) - hosts; }
  std::string_view host_name(Index host) const override { return objects[host].host; }
  std::string_view description(Index service) const override { return objects[service].service; }
  Index host_of(Index service) const override { return objects[service].host_index; }
  std::uint64_t config_digest() const override { return 7; }
  std::int64_t config_changed_ms() const override { return 0; }
  Schedule schedule(Index object) const override { return objects[object].schedule; }
  void correct_last_check(Index object, Seconds last_check) override { objects[object].schedule.last_check = last_check; }
  void move_check(Index object, Seconds run_at, Seconds next) override {
    objects[object].moves.emplace_back(run_at, next);
    objects[object].schedule.next_check = next;
    moved.push_back(object);
  }
  int check_timeout_s(Index) const override { return 30; }
  Seconds host_cache_horizon() const override { return 15; }
  wire::CheckRegister read(Index object, std::int64_t base_ms) const override {
    wire::CheckRegister state = objects[object].state;
    for (auto* time : {&state.last_check, &state.next_check, &state.last_state_change, &state.last_time_state_0}) {
      if (*time) **time -= base_ms;
    }
    return state;
  }
  void bring_in(Index object, const wire::CheckRegister& state, const Showing& showing) override {
    objects[object].state = state;
    objects[object].schedule.has_been_checked = state.has_been_checked;
    shown.push_back({object, showing.live, showing.node, state.output, showing.base_ms, showing.known});
    if (on_bring_in) on_bring_in(object);
  }
  void process_result(Index object, const wire::CheckResult& result, const char*) override {
    ++objects[object].results;
    objects[object].handed_in = result;
    if (on_process) on_process(object);
  }
  void undo_notification(Index object, bool counted) override {
    objects[object].undone += counted ? 1 : 0;
    objects[object].state.notification_number -= counted ? 1 : 0;
  }
  NotifyCount notify_count(Index object) const override {
    const wire::CheckRegister& state = objects[object].state;
    return {state.current_state, state.state_type == 1, state.notification_number, state.notified_on, objects[object].is_volatile};
  }
  void set_notify_count(Index object, int number, std::uint32_t notified_on) override {
    objects[object].state.notification_number = number;
    objects[object].state.notified_on = notified_on;
  }
  void restart_notify_interval(Index object) override { objects[object].state.next_notification = (seconds() + 60) * 1000; }
  NotifySnapshot notify_snapshot(Index object) const override {
    NotifySnapshot snapshot;
    snapshot.state = objects[object].state;
    snapshot.downtime_depth = objects[object].downtime_depth;
    return snapshot;
  }
  Notified notify(Index object, const NotifyCall& call) override {
    wire::CheckRegister& state = objects[object].state;
    const wire::CheckRegister seen = call.as_of != nullptr ? call.as_of->state : state;
    const wire::NotificationKind kind = call.notification.kind;
    const bool normal = kind == wire::NotificationKind::problem || kind == wire::NotificationKind::recovery;
    if (contacts > 0 && normal) {
      ++state.notification_number;
      state.notified_on |= 1U << seen.current_state;
    }
    const int depth = call.as_of != nullptr ? call.as_of->downtime_depth : objects[object].downtime_depth;
    told.push_back({object, kind, state.notification_number, state.notified_on, call.notification, seen.output, depth});
    if (contacts == 0) return {};
    return {contacts, {"SERVICE NOTIFICATION: ann;" + std::to_string(object) + ";" + seen.output}};
  }
  void log_notification(const std::string& line, const char* node) override { logged.push_back(line + " [node " + node + "]"); }
  void suppress_event_handlers() override { handlers_on = false; }
  void suppress_perfdata() override { perfdata_on = false; }
  void restore_reactions() override { handlers_on = perfdata_on = true; }
  void obsess(Index object) override { obsessed.push_back(object); }
  FakeOperatorCore& operators() override { return operator_core; }

  struct Brought {
    Index object;
    bool live;
    std::string node;
    std::string output;
    std::int64_t base_ms = 0;
    bool known = false;
  };

  // As the core reported it: its number then, and the states notified so far.
  struct Told {
    Index object;
    wire::NotificationKind kind;
    int number;
    std::uint32_t notified_on;
    wire::Notification notification;
    std::string output;
    int downtime_depth = 0;
  };

  Index hosts = 0;
  int contacts = 1;  // who receive each notification
  std::vector<Told> told;
  std::vector<FakeObject> objects;
  FakeOperatorCore operator_core;
  std::vector<std::string> lines;
  std::vector<std::string> logged;  // of other nodes' notifications
  std::deque<std::string> names;
  std::vector<Brought> shown;
  std::vector<Index> moved;
  bool handlers_on = true;
  bool perfdata_on = true;
  std::vector<Index> obsessed;
  std::function<void(Index)> on_bring_in;
  std::function<void(Index)> on_process;
  Now clock{SteadyTime{Millis{1'000'000}}, WallTime{Millis{1'700'000'000'000}}};
};

// host0 with two services, host1 with one, host2 with none; the services were not added in the order of their hosts.
inline void fill_small(FakeCore& core) {
  core.add_host("web");
  core.add_host("db");
  core.add_host("alone");
  core.add_service(0, "http");
  core.add_service(1, "sql");
  core.add_service(0, "disk");
}

}  // namespace merlin::neb
