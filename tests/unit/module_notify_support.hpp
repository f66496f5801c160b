// A module that owns objects and a simulated daemon, and what its core has notified.
#pragma once

#include <boost/test/unit_test.hpp>

#include "tests/unit/module_played_daemon.hpp"

namespace notify_test {

using namespace merlin;
using namespace merlin::neb;
using Kind = wire::NotificationKind;
using Decision = wire::NotifyDecision;

struct Notifying : Talk {
  Notifying() {
    config.pulse_interval = Millis{100};
    config.isolation_grace = Millis{1000};
    restart();
  }
  void restart() { begin(); }
  void start() {
    connect();
    follow({host_key("web")});
    run(2);
    daemon.frames.clear();
  }

  // After it was silent for long.
  void come_back() {
    BOOST_REQUIRE(daemon.ended);
    connect();
  }

  // What a core does at a hard result, in its order: counts, asks, resets with a recovery, logs, and reports the end.
  void result(Index object, int state, const std::string& output = "") {
    wire::CheckRegister& shown = core.objects[object].state;
    const bool logs = shown.current_state != state || (state != 0 && core.objects[object].is_volatile);
    shown.current_state = state;
    shown.state_type = 1;
    shown.has_been_checked = true;
    shown.output = output;
    if (state != 0 || shown.notified_on != 0) about_to_tell(object, state == 0 ? Kind::recovery : Kind::problem);
    if (state == 0) shown.notification_number = shown.notified_on = 0;
    if (logs) module->state_changed(object, {true, 3});
    module->check_done(object, true, std::nullopt);
  }
  void about_to_tell(Index object, Kind kind, const std::string& text = "") {
    if (is_normal(kind)) ++core.objects[object].state.notification_number;
    module->stop_notification(object, {kind, text.empty() ? "" : "ann", text});
  }
  std::vector<wire::NotifyRequest> requests() {
    run(1);
    return said<wire::NotifyRequest>();
  }
  wire::NotifyRequest request() {
    const auto all = requests();
    BOOST_REQUIRE(!all.empty());
    return all.back();
  }
  void answer(const wire::NotifyRequest& request, Decision decision, std::uint32_t valid_ms = 4000) {
    daemon.say(wire::NotifyVerdict{request.request, decision, request.notification, valid_ms, 77});
    run(1);
  }
  // Not requested here, but by the previous owner.
  void owed(const wire::Notification& notification) {
    daemon.say(wire::NotifyVerdict{0, Decision::send, notification, 4000, 78});
    run(1);
  }
  const wire::CheckRegister& shown(Index object) { return core.objects[object].state; }
};

inline wire::Notification problem(std::uint32_t number, std::uint64_t start) {
  wire::Notification notification;
  notification.object = {host_key("web"), service_key("web", "http")};
  notification.number = number;
  notification.start = start;
  notification.state = 2;
  return notification;
}

}  // namespace notify_test
