// The answers of `status`, `certs` and `owner`, byte for byte, and each problem with the command that fixes it.
// MERLIN_UPDATE_GOLDEN=1 rewrites the golden document.
#include "tests/unit/daemon_status_support.hpp"

using namespace status_test;

BOOST_AUTO_TEST_CASE(the_document_is_what_docs_control_says) {
  Status status = usual();
  status.refused_counts = {{RefusalReason::not_ours, 3}, {RefusalReason::untrusted, 1}};
  status.unauthenticated = 2;
  wire::Rejects rejects;
  rejects.add(wire::RejectReason::time, "comment: expire_s is -1; 0 to 253402300799 are allowed", {}, 3);
  rejects.add(wire::RejectReason::line_break, "");
  status.rejected[{DataSource::Kind::peer, id(2)}] = {rejects, rejects.what() + " (host0001)", kWall};
  status.warnings = {{"'copies' is not in effect yet", "/etc/merlin/merlin.conf:3:1", ""}};
  status.refused = {{RefusalReason::untrusted, "no block has it", "10.0.0.3:40000", "SHA256:cc", id(3), "", kWall, 4}};
  const std::string text = status_document(status).dump(1) + "\n";
  if (std::getenv("MERLIN_UPDATE_GOLDEN") != nullptr) std::ofstream(kGoldenPath) << text;
  std::ifstream golden(kGoldenPath);
  BOOST_TEST(text == std::string(std::istreambuf_iterator<char>(golden), {}));
}

BOOST_AUTO_TEST_CASE(two_nodes_that_work_have_no_problem) {
  const config::Config config = conf("peer peer02 {\naddress = 10.0.0.2\nfingerprint = " + fingerprint_b + "\n}\n");
  const Status status = usual(config);
  BOOST_TEST(find_problems(status, status_nodes(status)).empty());
}

BOOST_AUTO_TEST_CASE(rejected_data_is_a_problem_for_ten_minutes) {
  Status status = usual();
  wire::Rejects rejects;
  rejects.add(wire::RejectReason::time, "comment: expire_s is -1");
  status.rejected[{DataSource::Kind::peer, id(2)}] = {rejects, rejects.what(), kWall};
  status.rejected[{DataSource::Kind::module, {}}] = {rejects, rejects.what(), kWall};
  const std::string peers = "data from peer02 was rejected 1 times (time 1), last: comment: expire_s is -1";
  BOOST_TEST(has(status, peers, "report this as a bug"));
  BOOST_TEST(has(status, "data from the module was rejected 1 times", ""));
  status.now = kWall + Millis{10 * 60 * 1000 + 1};
  BOOST_TEST(!has(status, peers, ""));
}

// Well-behaved nodes relay for a moment while a link is established again.
BOOST_AUTO_TEST_CASE(rejected_relays_alone_are_counted_and_no_problem) {
  const DataSource source{DataSource::Kind::peer, id(2)};
  wire::Rejects relays, rows;
  relays.add(wire::RejectReason::relayed, "relayed message: in the name of peer03");
  rows.add(wire::RejectReason::time, "comment: expire_s is -1");
  RejectedData data;
  const auto note = [&](const wire::Rejects& rejects) {
    return data.note(source, rejects, "", {SteadyTime{Millis{1}}, kWall}).has_value();
  };
  Status status = usual();
  BOOST_TEST(!note(relays));
  status.rejected = data.sources();
  BOOST_TEST(status.rejected.at(source).all.total() == 1u);
  BOOST_TEST(!has(status, "data from peer02 was rejected", ""));
  BOOST_TEST(note(rows));
  BOOST_TEST(!note(relays));
  status.rejected = data.sources();
  BOOST_TEST(has(status, "data from peer02 was rejected 3 times (time 1, relayed 2), last: comment: expire_s is -1", ""));
}

BOOST_AUTO_TEST_CASE(rejected_data_is_logged_once_a_minute) {
  RejectedData data;
  wire::Rejects rejects;
  rejects.add(wire::RejectReason::time, "comment: expire_s is -1");
  const DataSource source{DataSource::Kind::peer, id(2)};
  const auto note = [&](int after_ms) { return data.note(source, rejects, "host0001", {SteadyTime{Millis{after_ms}}, kWall}); };
  BOOST_TEST(note(0).value_or(0) == 1u);
  BOOST_TEST(!note(1).has_value());
  BOOST_TEST(!note(59'999).has_value());
  BOOST_TEST(note(60'000).value_or(0) == 3u);
  BOOST_TEST(rejected_line("peer02", data.sources().at(source), 3) ==
             "rejected data from peer02: comment: expire_s is -1 (host0001); 3 items were rejected since the last such line");
  for (std::uint8_t node = 0; node < 255; ++node) data.note({DataSource::Kind::peer, id(node)}, rejects, "", {SteadyTime{}, kWall});
  data.note({DataSource::Kind::store, {}}, rejects, "", {SteadyTime{}, kWall});
  data.note({DataSource::Kind::module, {}}, rejects, "", {SteadyTime{}, kWall});
  BOOST_TEST(data.sources().size() == RejectedData::kMaxSources);
}

BOOST_AUTO_TEST_CASE(rules_that_the_nodes_must_share_and_do_not_are_named) {
  const config::Config config = conf("peer peer02 {\naddress = 10.0.0.2\nfingerprint = " + fingerprint_b + "\n}\n");
  Status status = usual(config);
  cluster::NodeView& self = status.view.nodes.at(0);
  cluster::NodeView& other = status.view.nodes.at(1);
  self.majority = other.majority = false;
  self.pulse_interval = other.pulse_interval = Millis{1000};
  BOOST_TEST(find_problems(status, status_nodes(status)).empty());
  other.majority = true;
  BOOST_TEST(has(status, "peer02 has partition = majority, this node has every_side", "set the same partition"));
  other.other_voters = true;
  BOOST_TEST(has(status, "peer02 has a different list of voters", "with the same notifies"));
  other.pulse_interval = Millis{5000};
  BOOST_TEST(has(status, "peer02 sends a heartbeat every 5000 ms, this node every 1000 ms", "set the same pulse_interval"));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_expires_within_a_month_is_named) {
  constexpr auto day = std::chrono::hours(24);
  Status status = usual();
  status.valid_until = kWall + 31 * day;
  BOOST_TEST(!has(status, "the certificate of this node", ""));
  status.valid_until = kWall + 12 * day + std::chrono::hours(1);
  BOOST_TEST(has(status, "the certificate of this node expires in 12 days", "mon cert rotate"));
  status.valid_until = kWall - day;
  BOOST_TEST(has(status, "the certificate of this node has expired", "mon cert rotate"));
}

BOOST_AUTO_TEST_CASE(state_that_cores_die_over_is_named) {
  Status status = usual();
  status.view.set_aside = {"web;http", "db"};
  BOOST_TEST(has(status, "two cores here crashed after receiving the state of web;http and 1 more; it is quarantined", "restart merlind"));
}

BOOST_AUTO_TEST_CASE(what_a_node_wrote_of_objects_of_others_is_named_with_the_command_that_drops_it) {
  Status status = usual();
  status.view.contested = {{"web;http", id(3), "peer03", 2}, {"db", id(3), "peer03", 1}};
  BOOST_TEST(has(status, "results of this node lost to rows that peer03 wrote for web;http and 1 more, which it does not own",
                 "mon object forget 'web;http'"));
}

BOOST_AUTO_TEST_CASE(a_node_whose_refusals_are_ignored_is_named) {
  Status status = usual();
  status.view.doubted = {{id(3), "peer03", 7}};
  BOOST_TEST(has(status, "peer03 refused 7 notifications as already sent", "mon node remove peer03"));
}

std::string why_of(const Status& status, const std::string& name) {
  for (const StatusNode& node : status_nodes(status)) {
    if (node.name == name) return node.why;
  }
  return "missing";
}

// By the documented procedure: keys and certificates are exchanged by ssh, which authenticates the node.
BOOST_AUTO_TEST_CASE(a_refused_certificate_comes_with_the_command_that_trusts_it) {
  Status status = usual();
  status.refused = {{RefusalReason::untrusted, "no", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", kWall}};
  BOOST_TEST(state_of(status, "peer03") == "refused");
  BOOST_TEST(has(status, "peer03 is refused", "mon sshkey push peer03"));
  BOOST_TEST(why_of(status, "peer03") == "its certificate is not in our merlin.conf", "the fingerprint is said once");
  status.refused = {{RefusalReason::untrusted, "no", "10.0.0.3:40000", "SHA256:cc", id(3), "", kWall}};
  BOOST_TEST(has(status, "peer03 has never been active", "mon sshkey push peer03"));
  BOOST_TEST(!has(status, "a node at 10.0.0.3:40000 was refused", ""), "known by its address, and said already");
  status.facts["peer03"].linked = true;
  BOOST_TEST(has(status, "a node at 10.0.0.3:40000 was refused", "mon node add NAME type=peer address=10.0.0.3"),
             "the block's own node is here");
  status.facts["peer03"].linked = false;
  status.refused = {{RefusalReason::untrusted, "no", "10.9.9.9:40000", "SHA256:cc", id(3), "", kWall}};
  BOOST_TEST(has(status, "a node at 10.9.9.9:40000 was refused", "mon node add NAME type=peer address=10.9.9.9 fingerprint=SHA256:cc"));
  status.refused = {{RefusalReason::refused_us, "it does not", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", kWall}};
  BOOST_TEST(has(status, "peer03 does not trust our certificate", "mon sshkey push peer03"));
  const config::Config changed = conf("peer peer03 {\naddress = 10.0.0.3\nfingerprint = " + fingerprint_b + "\n}\n");
  Status later = usual(changed);
  later.refused = {{RefusalReason::untrusted, "no", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", kWall}};
  BOOST_TEST(
      has(later, "peer03 is refused: merlin.conf does not have the certificate at 10.0.0.3:15551 (SHA256:cc)", "mon cert push peer03"));
  // By the procedure: after the keys, its block for us is missing. Later, this node has been reinstalled, and mon cert push from here
  // would be refused.
  later.refused = {{RefusalReason::refused_us, "it does not", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", kWall}};
  constexpr const char* there = "on peer03: mon cert push peer01; if peer03 has no block for peer01: mon node add peer01 type=peer";
  BOOST_TEST(has(later, "peer03 does not trust our certificate", there));
  later.ids["peer03"] = id(3);
  BOOST_TEST(has(later, "peer03 does not trust our certificate", there));
  status.refused = {
      {RefusalReason::cluster, "its cluster is \"work\", ours is \"lab\"", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", kWall}};
  BOOST_TEST(has(status, "its cluster is \"work\"", "cluster = NAME"));
}

BOOST_AUTO_TEST_CASE(an_old_refusal_of_a_linked_node_is_no_problem) {
  Status status = usual();
  status.refused = {{RefusalReason::untrusted, "no", "10.0.0.2:15551", "SHA256:cc", id(2), "peer02", kWall}};
  BOOST_TEST(state_of(status, "peer02") == "active");
  BOOST_TEST(!has(status, "peer02 is refused", ""));
}

BOOST_AUTO_TEST_CASE(each_way_to_be_away_has_its_word) {
  Status status = usual();
  BOOST_TEST(state_of(status, "peer01") == "active");
  BOOST_TEST(state_of(status, "peer02") == "active");
  BOOST_TEST(state_of(status, "peer03") == "never seen");
  BOOST_TEST(has(status, "peer03 has never been active: 10.0.0.3:15551: Connection refused", "mon sshkey push peer03"));

  cluster::NodeView& other = status.view.nodes[1];
  other.active = false;
  other.core = wire::CoreHealth::gone;
  BOOST_TEST(state_of(status, "peer02") == "inactive");
  BOOST_TEST(has(status, "the core of peer02 is not connected to its merlind", "on peer02: mon node status"));
  other.core = wire::CoreHealth::stalled;
  BOOST_TEST(has(status, "the core of peer02 is hung", "on peer02: mon restart"));

  status.facts["peer02"].linked = false;
  other.hearing = cluster::Hearing::closed;
  BOOST_TEST(has(status, "merlind of peer02 is not running: it closed its link", "on peer02: mon start"));
  status.facts["peer02"].goodbye = true;
  BOOST_TEST(has(status, "merlind of peer02 was stopped", "on peer02: mon start"));
  other.via = id(9);
  BOOST_TEST(state_of(status, "peer02") == "unreachable");
  BOOST_TEST(has(status, "peer02 cannot be reached from here, but another node hears it: 10.0.0.2:15551", check_the_way_to_peer02));
}

// Nobody answers: to start merlind there would not help.
BOOST_AUTO_TEST_CASE(in_a_network_split_the_fix_names_the_way_to_the_other_node) {
  Status status = usual();
  cluster::NodeView& other = status.view.nodes[1];
  other.active = false;
  other.hearing = cluster::Hearing::silent;
  const auto fixes_nothing_by_a_start = [&] { return !has(status, "peer02", "mon start"); };
  BOOST_TEST(has(status, "peer02 cannot be reached: 10.0.0.2:15551", check_the_way_to_peer02), "the link is open but silent");
  BOOST_TEST(fixes_nothing_by_a_start());
  status.facts["peer02"] = {false, "10.0.0.2:15551", "0.1.0", "10.0.0.2:15551: no answer", Trouble::network, "", false};
  BOOST_TEST(has(status, "peer02 cannot be reached: 10.0.0.2:15551: no answer", check_the_way_to_peer02));
  BOOST_TEST(fixes_nothing_by_a_start());
  status.facts["peer02"].trouble = "10.0.0.2:15551: Connection refused";
  status.facts["peer02"].kind = Trouble::not_listening;
  BOOST_TEST(has(status, "merlind of peer02 is not running: 10.0.0.2:15551: Connection refused", "on peer02: mon start"));

  const config::Config passive =
      conf("port = 15600\npeer peer02 {\naddress = 10.0.0.2\nconnect = no\nfingerprint = " + fingerprint_b + "\n}\n");
  Status waiting = usual(passive);
  waiting.view.nodes[1].active = false;
  waiting.view.nodes[1].hearing = cluster::Hearing::silent;
  BOOST_TEST(has(waiting, "peer02 cannot be reached", "the network and firewalls from peer02 (10.0.0.2) to this node, TCP port 15600"));
}

BOOST_AUTO_TEST_CASE(a_link_that_is_down_while_a_third_node_relays_is_a_problem) {
  Status status = usual();
  status.view.nodes.push_back(view_of(3, "peer03"));
  status.ids["peer03"] = id(3);
  status.facts["peer03"].linked = true;
  cluster::NodeView& other = status.view.nodes[1];
  const auto document = [&] { return status_document(status)["nodes"][1]; };
  other.via = id(3);  // a heartbeat that came sooner that way
  BOOST_TEST(document()["linked"] == true);
  BOOST_TEST(!has(status, "peer02", ""));

  other.hearing = cluster::Hearing::relayed;
  for (const bool is_open : {true, false}) {
    status.facts["peer02"].linked = is_open;
    BOOST_TEST_CONTEXT("open but silent: " << is_open) {
      BOOST_TEST(document()["state"] == "active");
      BOOST_TEST(document()["linked"] == false);
      BOOST_TEST(document()["encrypted"].is_null());
      BOOST_TEST(document()["via"] == "peer03");
      BOOST_TEST(document()["core"] == "running", "its heartbeats arrive");
      BOOST_TEST(document()["latency_ms"].is_null(), "that of the link which is down");
      BOOST_TEST(has(status, "the link to peer02 is down: 10.0.0.2:15551; its messages come through peer03", check_the_way_to_peer02));
    }
  }
}

BOOST_AUTO_TEST_CASE(values_of_a_node_that_is_not_heard_are_unknown) {
  Status status = usual();
  cluster::NodeView& other = status.view.nodes[1];
  other.hearing = cluster::Hearing::silent;
  other.since_heard = Millis{60'000};
  other.config_digest = 99;
  other.clock_offset = Millis{60'000};
  const auto document = [&] { return status_document(status)["nodes"][1]; };
  BOOST_TEST(document()["core"] == "running", "it is active: it has announced that it will be away");
  other.active = false;
  for (const char* key : {"phase", "core", "hosts_owned", "services_owned", "share", "checks_run", "overdue", "latency_ms",
                          "clock_offset_ms", "config_hash", "config", "version", "core_version", "table_equal", "via", "encrypted"})
    BOOST_TEST(document()[key].is_null(), key);
  BOOST_TEST(document()["since_heard_ms"] == 60'000);
  BOOST_TEST(document()["last_alive"] == 1'800'000'000 - 60);
  BOOST_TEST(document()["backlog"] == 0, "this is what we have for it");
  BOOST_TEST(document()["daemon"] == "silent");
  for (const char* stale : {"the clock of peer02", "the object configuration of peer02", "the core of peer02", "weight"})
    BOOST_TEST(!has(status, stale, ""), stale);
}

BOOST_AUTO_TEST_CASE(a_delayed_return_is_shown_with_its_reason) {
  Status status = usual();
  cluster::NodeView& other = status.view.nodes[1];
  other.phase = wire::NodePhase::joining;
  BOOST_TEST(status_document(status)["nodes"][1]["return_delay"].is_null());
  other.delay = cluster::ReturnDelay{Millis{9'200}, "peer01", 2};
  BOOST_TEST(why_of(status, "peer02") == "peer01 delays its return for another 10 s, since it was lost 2 times within 10 minutes");
  const Json expected{{"left_ms", 9200}, {"by", "peer01"}, {"losses", 2}, {"text", why_of(status, "peer02")}};
  BOOST_TEST(status_document(status)["nodes"][1]["return_delay"] == expected);
  other.delay->losses = 1;
  BOOST_TEST(why_of(status, "peer02") == "peer01 delays its return for another 10 s, since it was lost within the last 10 minutes");
  other.delay->losses.reset();
  BOOST_TEST(why_of(status, "peer02") == "peer01 delays its return for another 10 s, since it was lost lately");
  BOOST_TEST(status_document(status)["nodes"][1]["return_delay"]["losses"].is_null());
}

BOOST_AUTO_TEST_CASE(it_is_a_problem_when_every_active_node_is_drained) {
  Status status = usual();
  status.view.nodes[0].phase = wire::NodePhase::drained;
  BOOST_TEST(!has(status, "drained", ""));
  status.view.nodes[1].phase = wire::NodePhase::drained;
  BOOST_TEST(has(status, "all 2 active nodes are drained: together they still run all hosts", "mon node undrain peer01"));
  status.view.nodes[1].active = false;
  BOOST_TEST(has(status, "peer01 is drained, and no other node is active: it keeps its hosts", "mon node undrain peer01"));
  status.view.nodes[0].active = false;
  BOOST_TEST(!has(status, "drained", ""));
}

BOOST_AUTO_TEST_CASE(hosts_that_two_nodes_check_are_a_problem) {
  Status status = usual();
  BOOST_TEST(status_document(status)["hosts_run_twice"] == 0);
  status.view.run_twice = {3, "web01", "peer01", "peer02"};
  BOOST_TEST(status_document(status)["hosts_run_twice"] == 3);
  BOOST_TEST(
      has(status, "3 hosts are checked by two nodes, web01 by peer01 and peer02", "compare merlin.conf and the object configuration"));
  status.view.run_twice.hosts = 0;
  status.refused = {
      {RefusalReason::cluster, "its cluster is \"work\", ours is \"lab\"", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", kWall}};
  BOOST_TEST(has(status, "until then, peer03 and this node both check the hosts that both have", "cluster = NAME"));
}

BOOST_AUTO_TEST_CASE(an_active_node_that_runs_nothing_says_why) {
  Status status = usual();
  status.view.nodes[1].phase = wire::NodePhase::drained;
  BOOST_TEST(state_of(status, "peer02") == "active");
  BOOST_TEST(why_of(status, "peer02") == "it runs no checks until the drain ends (mon node undrain peer02)");
  BOOST_TEST(status_document(status)["nodes"][1]["drain"].dump() == R"({"reason":null,"until":null})");
  status.view.nodes[1].drain = {"new kernel", (kWall + std::chrono::hours(48)).time_since_epoch().count()};
  BOOST_TEST(why_of(status, "peer02").starts_with("it runs no checks until 2027-01-17 "));
  BOOST_TEST(why_of(status, "peer02").ends_with(" (mon node undrain peer02); reason: new kernel"));
  BOOST_TEST(status_document(status)["nodes"][1]["drain"].dump() == R"({"reason":"new kernel","until":1800172800})");
  status.view.nodes[1].drain = {"", kWall.time_since_epoch().count()};
  BOOST_TEST(why_of(status, "peer02").size() == std::string("it runs no checks until 14:30 (mon node undrain peer02)").size());
  BOOST_TEST(status_document(status)["nodes"][0]["drain"].is_null());
  status.view.nodes[0].phase = wire::NodePhase::joining;
  BOOST_TEST(why_of(status, "peer01") == "it compares its state with the other nodes before it runs checks");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_here_is_said) {
  Status status = usual();
  status.view.nodes[0].core = wire::CoreHealth::gone;
  status.view.side = 1;
  status.config_errors = {{"unknown key 'foo'", "merlin.conf:3:1", "remove it"}};
  status.troubles = {{"the state cannot be saved: disk full", "", "make room"}};
  BOOST_TEST(has(status, "the core is not connected here", "mon start"));
  status.view.core_disabled = "internal error: x";
  BOOST_TEST(has(status, "Merlin is disabled in the core here, which runs all its checks by itself: internal error: x", "mon restart"));
  BOOST_TEST(status_document(status)["nodes"][0]["core"] == "disabled");
  status.view.core_again = Millis{9'500};
  BOOST_TEST(has(status, "internal error: x; it starts again in 10 s", ""));
  status.view.core_died_early = 2;
  BOOST_TEST(has(status, "the core here crashed 2 times soon after its start: it now runs without the comments", "see the core's log"));
  BOOST_TEST(has(status, "no other node is active", ""));
  BOOST_TEST(has(status, "the last valid one stays in effect: merlin.conf:3:1: unknown key 'foo'", "remove it"));
  BOOST_TEST(has(status, "the state cannot be saved", "make room"));
  const config::Config nobody = conf("");
  Status alone = usual(nobody);
  alone.view.nodes.resize(1);
  BOOST_TEST(has(alone, "this is the only node", "mon node add NAME type=peer"));
}

BOOST_AUTO_TEST_CASE(a_store_in_trouble_is_said_with_what_to_do) {
  Status status = usual();
  BOOST_TEST(!has(status, "the store", ""));
  status.store.state = StoreStatus::State::hanging;
  status.store.busy_for = Millis{12'345};
  BOOST_TEST(has(status, "the disk of the store has not answered for 12 s: /var/lib/merlin/store.db", "dmesg"));
  status.store.state = StoreStatus::State::failing;
  status.store.fault = Error{"No space left on device", status.store.path, "make room on its disk"};
  status.store.pending = 17;
  BOOST_TEST(has(status,
                 "the store cannot be written, 17 rows and results wait in memory: /var/lib/merlin/store.db: No space left on device",
                 "make room on its disk"));
  status.store.fault.reset();
  status.store.state = StoreStatus::State::well;
  status.store.set_aside = "/var/lib/merlin/store.db.corrupt-20260101-000000";
  BOOST_TEST(has(status, "replaced by a new one; the old one is /var/lib/merlin/store.db.corrupt-20260101-000000", "remove the old one"));
}

BOOST_AUTO_TEST_CASE(nodes_that_do_not_agree_are_said) {
  Status status = usual();
  cluster::NodeView& other = status.view.nodes[1];
  other.clock_offset = Millis{5'001};
  other.weight = 3;
  status.facts["peer02"].mismatch = "our merlin.conf has it as a peer, its own has us as a poller";
  BOOST_TEST(has(status, "the clock of peer02 is 5.0 s ahead of ours", "NTP"));
  BOOST_TEST(has(status, "gives peer02 the weight 1, but 3 is in effect", "mon node edit peer02 weight=3"));
  BOOST_TEST(has(status, "its own has us as a poller", ""));
}
