// What the control socket answers: whose configuration is newer, strangers, owners, requests and events.
#include "daemon/control/drain.hpp"
#include "tests/unit/daemon_status_support.hpp"

using namespace status_test;

using History = std::vector<std::uint64_t>;

// The relation of peer02's configuration in `status`, when the two run these, and ran those before, latest first.
std::string relation(std::uint64_t ours, const History& our_history, std::uint64_t theirs, const History& their_history) {
  Status status = usual();
  status.view.nodes[0].config_digest = ours;
  status.view.nodes[0].config_history = our_history;
  status.view.nodes[1].config_digest = theirs;
  status.view.nodes[1].config_history = their_history;
  return status_document(status)["nodes"][1]["config"].get<std::string>();
}

BOOST_AUTO_TEST_CASE(whose_configuration_is_newer_is_known_by_what_they_had_before) {
  BOOST_TEST(relation(2, {1}, 2, {}) == "same");
  BOOST_TEST(relation(2, {1}, 1, {}) == "older");
  BOOST_TEST(relation(4, {3, 2, 1}, 2, {1}) == "older");
  BOOST_TEST(relation(1, {}, 2, {1}) == "newer");
  BOOST_TEST(relation(2, {1}, 3, {1}) == "differs", "changed on both sides");
  BOOST_TEST(relation(2, {}, 3, {}) == "differs", "never the same");
  // Rolled back to 1, after both had run 2.
  BOOST_TEST(relation(1, {2, 1}, 2, {1}) == "older");
  BOOST_TEST(relation(2, {1}, 1, {2, 1}) == "newer");
  BOOST_TEST(relation(1, {2}, 2, {1}) == "differs", "each has what the other had");
}

BOOST_AUTO_TEST_CASE(a_configuration_that_is_not_ours_comes_with_the_command_that_mends_it) {
  Status status = usual();
  cluster::NodeView& other = status.view.nodes[1];
  other.config_digest = 99;
  BOOST_TEST(has(status, "the object configuration of peer02 differs from ours", "compare with mon oconf diff peer02"));
  other.config_history = {status.view.nodes[0].config_digest};
  BOOST_TEST(has(status, "the object configuration of peer02 is newer than ours", "mon oconf fetch peer02"));
  other.config_history.clear();
  status.view.nodes[0].config_history = {99};
  BOOST_TEST(has(status, "the object configuration of peer02 is older than ours", "mon oconf push peer02"));
}

BOOST_AUTO_TEST_CASE(a_node_that_only_others_know_comes_with_the_command_that_adds_it) {
  Status status = usual();
  status.view.nodes.push_back(view_of(4, "peer04"));
  status.view.nodes.back().configured = false;
  BOOST_TEST(has(status, "other nodes have peer04 configured", "mon node add peer04 type=peer address=ADDRESS"));
  status.refused = {{RefusalReason::untrusted, "no", "10.0.0.4:40000", "SHA256:dd", id(4), "", kWall}};
  BOOST_TEST(has(status, "other nodes have peer04 configured", "mon node add peer04 type=peer address=10.0.0.4 fingerprint=SHA256:dd"));
}

// Removed everywhere, it stops connecting: no operator is asked to trust it again.
BOOST_AUTO_TEST_CASE(a_stranger_that_has_given_up_is_forgotten) {
  Status status = usual();
  status.refused = {{RefusalReason::untrusted, "no", "10.9.9.9:40000", "SHA256:cc", id(4), "", kWall - Millis{60'001}, 7}};
  BOOST_TEST(!has(status, "", "SHA256:cc"));
  status.view.nodes.push_back(view_of(4, "peer04"));
  BOOST_TEST(!has(status, "", "SHA256:cc"));
  BOOST_TEST(has(status, "other nodes have peer04 configured", "mon node add peer04 type=peer address=ADDRESS"));
  status.refused[0].last = kWall;
  status.refused[0].reason = RefusalReason::identity;
  BOOST_TEST(!has(status, "", "SHA256:cc"), "trusting it would not help");
}

// Every fix that begins with "mon" can be pasted into a shell, whatever names other nodes announce.
BOOST_AUTO_TEST_CASE(a_fix_holds_no_name_that_cannot_be_typed) {
  for (const std::string name : {"node f6443f06", "x; reboot", "$(reboot)", "-all", "", "peer01", "peer02"}) {
    Status status = usual();
    status.view.nodes.push_back(view_of(4, name));
    BOOST_TEST(has(status, "other nodes have ", "mon node add NAME type=peer address=ADDRESS"), name);
  }
}

BOOST_AUTO_TEST_CASE(pollers_and_masters_are_no_peers_before_they_are_in_effect) {
  config::Config config = conf("poller far {\naddress = 10.0.0.7\nhostgroup = south\nfingerprint = " + fingerprint_b +
                               "\n}\npeer peer02 {\naddress = 10.0.0.2\n}\nmaster top {\naddress = 10.0.0.8\n}\n");
  const auto idle = take_idle_nodes(config);
  BOOST_REQUIRE(idle.size() == 2u);
  BOOST_TEST(idle[0].name == "far");
  BOOST_TEST(idle[1].name == "top");
  BOOST_REQUIRE(config.nodes.size() == 1u);
  BOOST_TEST(config.nodes[0].name == "peer02");
  // They are not awaited, and no operator is asked to add them a second time.
  NodeBook book;
  book.set_config(config);
  BOOST_TEST(node_settings(config, book, id(1)).peers.size() == 1u);
  BOOST_TEST((node_settings(config, book, id(1)).peers.front().relation == cluster::Relation::peer));
  Status status = usual(config);
  status.idle_nodes = idle;
  status.refused = {{RefusalReason::untrusted, "no", "10.0.0.7:40000", "SHA256:" + fingerprint_b, id(7), "", kWall, 3}};
  BOOST_TEST(!has(status, "10.0.0.7", ""));
  status.view.nodes.push_back(view_of(8, "top"));
  BOOST_TEST(has(status, "other nodes have top configured", "mon node add NAME type=peer"));
}

BOOST_AUTO_TEST_CASE(certs_say_whom_we_trust_and_whom_we_refused) {
  Status status = usual();
  status.refused = {{RefusalReason::untrusted, "no", "10.0.0.3:40000", "SHA256:cc", id(3), "", kWall, 4},
                    {RefusalReason::not_ours, "garbage", "10.0.0.9:1", "", {}, "", kWall}};
  const Json certs = certs_document(status, "/etc/merlin/tls/cert.pem");
  BOOST_TEST(certs["trusted"].dump() == R"([{"name":"peer02","fingerprint":"SHA256:)" + fingerprint_b + R"(","linked":true}])");
  BOOST_REQUIRE(certs["refused"].size() == 1);
  BOOST_TEST(certs["refused"][0]["count"] == 4);
}

BOOST_AUTO_TEST_CASE(names_that_are_no_utf8_do_not_break_the_answer) {
  cluster::OwnerView owner;
  const Json document = owner_document("h\xff", owner);
  BOOST_TEST(Json::parse(one_line(document))["known"] == false);
}

BOOST_AUTO_TEST_CASE(the_owner_is_the_first_of_the_ranking_that_runs_it) {
  cluster::OwnerView owner;
  owner.known = true;
  owner.runners = {id(2), id(3)};
  for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
    cluster::RankedNode node;
    node.id = id(number);
    node.name = "peer0" + std::to_string(number);
    node.active = number != 1;
    node.knows = true;
    node.claims = number != 1;
    owner.ranking.push_back(node);
  }
  const Json document = owner_document("web", owner);
  BOOST_TEST(document["owner"] == "peer02");
  BOOST_TEST(document["runners"].dump() == R"(["peer02","peer03"])");
  BOOST_TEST(document["ranking"][0]["why"] == "not active");
}

BOOST_AUTO_TEST_CASE(a_host_that_nobody_knows_is_compared_with_those_that_are) {
  std::vector<wire::InventoryHost> hosts;
  for (const std::string name : {"db01.example.com", "db02.example.com", "db03.example.com", "db04.example.com", "mail", "mall", "web01"}) {
    hosts.push_back({name, {}});
  }
  const cluster::Inventory inventory(hosts, 1);
  using Names = std::vector<std::string>;
  BOOST_TEST((near_hosts(&inventory, "db0") == Names{"db01.example.com", "db02.example.com", "db03.example.com"}));
  BOOST_TEST((near_hosts(&inventory, "maii") == Names{"mail"}));
  BOOST_TEST((near_hosts(&inventory, "WEB01") == Names{"web01"}));
  BOOST_TEST(near_hosts(&inventory, "printer").empty());
  BOOST_TEST(near_hosts(&inventory, "").empty());
  BOOST_TEST(near_hosts(&inventory, std::string(70'000, 'x')).empty());
  BOOST_TEST(near_hosts(nullptr, "web01").empty());
}

BOOST_AUTO_TEST_CASE(every_request_gets_one_line_whatever_it_is) {
  FakeDuties duties;
  for (const std::string request :
       {"", "{", "[]", "7", "null", R"({"command":7})", R"({"command":"no"})", R"({"command":"owner"})", "\xff\xfe", "{}"}) {
    const std::string answer = answer_request(request, true, duties);
    BOOST_TEST(answer.find('\n') == std::string::npos);
    BOOST_TEST(Json::parse(answer)["ok"] == false, request);
  }
  BOOST_TEST(answer_request(R"({"command":"status"})", false, duties) == R"({"self":"x"})");
}

BOOST_AUTO_TEST_CASE(orders_are_for_those_who_may_change_something) {
  FakeDuties duties;
  BOOST_TEST(Json::parse(answer_request(R"({"command":"forget","host":"web"})", false, duties))["ok"] == false);
  BOOST_TEST(Json::parse(answer_request(R"({"command":"drain"})", false, duties))["ok"] == false);
  BOOST_TEST(duties.ordered == "");
  BOOST_TEST(answer_request(R"({"command":"undrain","node":"peer02"})", true, duties) == R"({"ok":true})");
  BOOST_TEST(duties.ordered == "peer02 undrain");
  duties.outcome.changes = {"peer x added"};
  BOOST_TEST(answer_request(R"({"command":"reload"})", true, duties) == R"({"ok":true,"changes":["peer x added"],"warnings":[]})");
  duties.outcome.errors = {{"a", "b", "c"}};
  BOOST_TEST(answer_request(R"({"command":"reload"})", true, duties) == R"({"ok":false,"errors":[{"what":"a","where":"b","fix":"c"}]})");
}

BOOST_AUTO_TEST_CASE(a_drain_has_a_reason_and_an_end_if_they_are_given) {
  FakeDuties duties;
  BOOST_TEST(answer_request(R"({"command":"drain"})", true, duties) == R"({"ok":true})");
  BOOST_TEST((duties.last_order == wire::Order{}));
  BOOST_TEST(answer_request(R"({"command":"drain","reason":"new kernel","until":1800000600})", true, duties) == R"({"ok":true})");
  BOOST_TEST((duties.last_order == wire::Order{wire::OrderKind::drain, "new kernel", 1'800'000'600'000}));
  duties.ordered.clear();
  for (const char* wrong : {R"("reason":7)", R"("until":"14:30")", R"("until":0)", R"("until":-5)", R"("until":253402300800)",
                            R"("until":18446744073709551615)", R"("until":1.5)"}) {
    BOOST_TEST(Json::parse(answer_request(std::string(R"({"command":"drain",)") + wrong + "}", true, duties))["ok"] == false, wrong);
    BOOST_TEST(duties.ordered == "", wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_drain_that_cannot_be_meant_is_refused) {
  const auto what = [](const std::string& reason, std::int64_t until_ms) {
    const Result<> checked = check_order({wire::OrderKind::drain, reason, until_ms}, kWall);
    return checked ? std::string() : checked.error().what;
  };
  const std::int64_t now = kWall.time_since_epoch().count();
  BOOST_TEST(what("new kernel", 0) == "");
  BOOST_TEST(what(std::string(256, 'x'), now + 1) == "");
  BOOST_TEST(what(std::string(257, 'x'), 0) == "the reason has 257 bytes");
  BOOST_TEST(what("a\x1b[2J", 0) == "the reason contains a control character");
  BOOST_TEST(what("a\nb", 0) == "the reason contains a control character");
  BOOST_TEST(what("", now).starts_with("the drain would end in the past, at "));
  BOOST_TEST(what("", now + kLongestDrain.count()) == "");
  BOOST_TEST(what("", now + kLongestDrain.count() + 1).starts_with("the drain would last until "));
}

BOOST_AUTO_TEST_CASE(events_are_asked_for_by_what_they_are_about) {
  FakeDuties duties;
  FoundEvent found{{id(1), 0xab}, 7, {}};
  found.event.time_ms = 1'700'000'000'123;
  found.event.host = "web01";
  found.event.service = "disk";
  found.event.state = 2;
  found.event.attempt = 3;
  found.event.text = "full \xff";
  duties.events.events = {found};
  duties.events.arrival = 9;
  duties.events.store = 0xcd;
  const Json answer = Json::parse(answer_request(
      R"({"command":"events","host":"web01","service":"","type":"alert","since_ms":5,"after":6,"limit":1000000})", false, duties));
  BOOST_TEST(*duties.asked.host == "web01");
  BOOST_TEST(*duties.asked.service == "");
  BOOST_TEST((duties.asked.kind == wire::EventKind::alert));
  BOOST_TEST(duties.asked.since_ms == 5);
  BOOST_TEST(duties.asked.after_arrival.value_or(0) == 6u);
  BOOST_TEST(duties.asked.limit == kMostEvents);
  BOOST_TEST(answer["arrival"] == 9);
  BOOST_TEST(answer["store"] == "00000000000000cd");
  const Json& event = answer["events"][0];
  BOOST_TEST(event["time_ms"] == 1'700'000'000'123);
  BOOST_TEST(event["node"] == "peer01");
  BOOST_TEST(event["number"] == 7);
  BOOST_TEST(event["type"] == "alert");
  BOOST_TEST(event["state"] == "CRITICAL");
  BOOST_TEST(event["state_type"] == "soft");
  BOOST_TEST(event["contacts"].is_null());
  BOOST_TEST(Json::parse(answer_request(R"({"command":"events","type":"song"})", false, duties))["ok"] == false);
  duties.events.error = Error{"no", "", ""};
  BOOST_TEST(Json::parse(answer_request(R"({"command":"events"})", false, duties))["ok"] == false);
}

BOOST_AUTO_TEST_CASE(what_is_lost_to_the_history_is_a_problem) {
  const config::Config config = conf("peer peer02 {\naddress = 10.0.0.2\nfingerprint = " + fingerprint_b + "\n}\n");
  Status status = usual(config);
  status.view.journal.dropped = 12;
  status.view.journal.skipped = 13;
  BOOST_TEST(has(status, "12 events of this node are missing", "check the disk of the store"));
  BOOST_TEST(has(status, "13 events of other nodes are missing", "increase backlog_max_age"));
}
