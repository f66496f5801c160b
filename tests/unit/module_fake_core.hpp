// A core of plain values: what the module does to it can be looked at, its clock stands until it is moved.
#pragma once

#include <poll.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "module/core/core.hpp"
#include "module_fake_operator.hpp"

namespace merlin::neb {

struct FakeObject {
  std::string host;
  std::string service;  // empty: the host itself
  Index host_index = 0;
  wire::CheckRegister state;  // times are seconds x 1000 since 1970, as if base_ms were 0
  Schedule schedule{0, 0, 60, true, false, false};
  std::vector<std::pair<Seconds, Seconds>> moves;  // run_at, shown
  int results = 0;
  wire::CheckResult handed_in;  // the last of them
  int undone = 0;
  bool obsesses = true;
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

  // One turn of the loop: everything that is ready, at most `wait_ms` from now.
  bool turn(int wait_ms = 0) {
    std::vector<pollfd> ready;
    for (const auto& [fd, entry] : watched) ready.push_back({fd, entry.second, 0});
    if (::poll(ready.data(), ready.size(), wait_ms) <= 0) return false;
    for (const pollfd& entry : ready) {
      const auto found = watched.find(entry.fd);
      if (entry.revents != 0 && found != watched.end()) found->second.first->on_ready(entry.fd);
    }
    return true;
  }

  Now now() const override { return clock; }
  std::string program() const override { return "fake 1"; }
  std::string state_folder() const override { return folder; }
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
    return {state.current_state, state.state_type == 1, state.notification_number, state.notified_on};
  }
  void set_notify_count(Index object, int number, std::uint32_t notified_on) override {
    objects[object].state.notification_number = number;
    objects[object].state.notified_on = notified_on;
  }
  void restart_notify_interval(Index object) override { objects[object].state.next_notification = (seconds() + 60) * 1000; }
  int notify(Index object, const wire::Notification& notification) override {
    wire::CheckRegister& state = objects[object].state;
    const bool normal = notification.kind == wire::NotificationKind::problem || notification.kind == wire::NotificationKind::recovery;
    if (contacts > 0 && normal) {
      ++state.notification_number;
      state.notified_on |= 1U << state.current_state;
    }
    told.push_back({object, notification.kind, state.notification_number, state.notified_on, notification});
    return contacts;
  }
  void suppress_reactions() override { handlers_on = false; }
  void restore_reactions() override { handlers_on = true; }
  bool obsesses(Index object) const override { return objects[object].obsesses; }
  void set_obsesses(Index object, bool obsesses) override { objects[object].obsesses = obsesses; }
  FakeOperatorCore& people() override { return operators; }
  bool watch(int fd, Watcher& watcher) override { return watched.try_emplace(fd, &watcher, POLLIN).second; }
  bool watch_writable(int fd, Watcher& watcher) override { return watched.try_emplace(fd, &watcher, POLLOUT).second; }
  void unwatch(int fd) override { watched.erase(fd); }
  void close_in_children(int fd, bool close) override { close ? closes.push_back(fd) : static_cast<void>(std::erase(closes, fd)); }

  struct Brought {
    Index object;
    bool live;
    std::string node;
    std::string output;
    std::int64_t base_ms = 0;
    bool known = false;
  };

  // As the core told it: its number then, and the states told so far.
  struct Told {
    Index object;
    wire::NotificationKind kind;
    int number;
    std::uint32_t notified_on;
    wire::Notification notification;
  };

  Index hosts = 0;
  int contacts = 1;  // that are told of each notification
  std::vector<Told> told;
  std::vector<FakeObject> objects;
  FakeOperatorCore operators;
  std::string folder;  // state_folder()
  std::vector<std::string> lines;
  std::deque<std::string> names;
  std::vector<Brought> shown;
  std::vector<Index> moved;
  std::vector<int> closes;
  bool handlers_on = true;
  std::function<void(Index)> on_bring_in;
  std::function<void(Index)> on_process;
  std::map<int, std::pair<Watcher*, short>> watched;
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
