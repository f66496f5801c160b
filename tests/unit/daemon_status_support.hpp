// The status of a node with two peers, which a test changes, and the answers of a control socket.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "daemon/control/control_requests.hpp"
#include "daemon/control/near_hosts.hpp"
#include "daemon/control/problems.hpp"
#include "daemon/control/status_document.hpp"
#include "daemon/node_settings.hpp"
#include "shared/config/load.hpp"

namespace status_test {

using namespace merlin;
using namespace merlin::daemon;

inline const std::string kGoldenPath = std::string(TEST_FOLDER) + "/daemon_status_golden.json";
inline const std::string fingerprint_b(64, 'b');
inline const WallTime kWall{Millis{1'800'000'000'123}};

inline NodeId id(std::uint8_t last) {
  NodeId made;
  made.bytes[0] = 0xab;
  made.bytes[15] = last;
  return made;
}

inline config::Config conf(const std::string& text) {
  config::LoadResult loaded = config::load_text("node_name = peer01\ncluster = lab\n" + text, "/etc/merlin/merlin.conf");
  BOOST_REQUIRE(loaded.ok());
  return *loaded.config;
}

// Made at the first call: conf() uses Boost.Test, which is not ready before main().
inline const config::Config& two_peers() {
  static const config::Config made =
      conf("peer peer02 {\naddress = 10.0.0.2\nweight = 1\nfingerprint = " + fingerprint_b + "\n}\npeer peer03 {\naddress = 10.0.0.3\n}\n");
  return made;
}

inline cluster::NodeView view_of(std::uint8_t number, const std::string& name) {
  cluster::NodeView view;
  view.id = id(number);
  view.name = name;
  view.configured = true;
  view.active = true;
  view.why = "its heartbeats come";
  view.core = wire::CoreHealth::well;
  view.phase = wire::NodePhase::ready;
  view.hosts_owned = 2;
  view.services_owned = 20;
  view.checks_run = 1234;
  view.since_heard = Millis{250};
  view.hearing = cluster::Hearing::direct;
  view.latency_ms = 0.4567;
  view.clock_offset = Millis{-12};
  view.config_digest = 0x1234abcd;
  view.program_version = "0.1.0";
  view.core_program = "nagios4 4.4.6";
  view.table_equal = true;
  return view;
}

// Two nodes that work, and a third that was never started.
inline Status usual(const config::Config& config = two_peers()) {
  Status status(config);
  status.now = kWall;
  status.self = id(1);
  status.fingerprint = "SHA256:" + std::string(64, 'a');
  cluster::NodeView self = view_of(1, "peer01");
  self.self = true;
  self.linked = false;
  self.since_heard.reset();
  self.latency_ms.reset();
  self.clock_offset.reset();
  cluster::NodeView other = view_of(2, "peer02");
  other.linked = true;
  status.view.nodes = {self, other};
  status.view.hosts = 4;
  status.view.services = 40;
  status.view.rows = 44;
  status.view.term = 7;
  status.view.side = 2;
  status.facts["peer02"] = {true, "10.0.0.2:15551", "0.1.0", "", Trouble::none, "", false};
  status.facts["peer03"] = {false, "10.0.0.3:15551", "", "10.0.0.3:15551: Connection refused", Trouble::not_listening, "", false};
  status.ids = {{"peer02", id(2)}, {"peer03", {}}};
  status.store.state = StoreStatus::State::well;
  status.store.path = "/var/lib/merlin/store.db";
  status.store.epoch = 0xfedcba9876543210;
  status.store.rows = 44;
  status.store.forwards = 1;
  status.store.bytes = 98'304;
  status.version = "0.1.0";
  status.pid = 4711;
  status.uptime = Millis{61'500};
  return status;
}

inline bool has(const Status& status, const std::string& text, const std::string& fix) {
  const auto problems = find_problems(status, status_nodes(status));
  for (const Problem& problem : problems) {
    if (problem.text.find(text) != std::string::npos && problem.fix.find(fix) != std::string::npos) return true;
  }
  for (const Problem& problem : problems) BOOST_TEST_MESSAGE("has: " << problem.text << " | " << problem.fix);
  return false;
}

inline const std::string check_the_way_to_peer02 =
    "check that peer02 is up, and the network and firewalls from this node to 10.0.0.2, TCP port 15551";

inline std::string state_of(const Status& status, const std::string& name) {
  for (const StatusNode& node : status_nodes(status)) {
    if (node.name == name) return std::string(word_of(node.state));
  }
  return "missing";
}

class FakeDuties : public ControlDuties {
 public:
  Json status() override { return {{"self", "x"}}; }
  Json certs() override { return Json::object(); }
  Json version() override { return Json::object(); }
  Json owner(const std::string& host) override { return {{"host", host}}; }
  Result<> order(const std::string& node, const wire::Order& order) override {
    ordered = node + (order.kind == wire::OrderKind::drain ? " drain" : " undrain");
    last_order = order;
    return Ok{};
  }
  Result<> forget(const std::string& host, const std::string& service) override {
    ordered = "forget " + host + ";" + service;
    return Ok{};
  }
  ReloadOutcome reload() override { return outcome; }
  void find_events(EventQuery query, std::function<void(const FoundEvents&)> found) override {
    asked = std::move(query);
    found(events);
  }
  std::string node_name(const NodeId&) override { return "peer01"; }

  std::string ordered;
  wire::Order last_order;
  EventQuery asked;
  FoundEvents events;
  ReloadOutcome outcome;
};

inline std::string answer_request(const std::string& request, bool may_change, ControlDuties& duties) {
  std::string answer;
  daemon::answer_request(request, may_change, duties, [&](std::string text) { answer = std::move(text); });
  return answer;
}

}  // namespace status_test
