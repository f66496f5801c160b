// What `status`, `certs` and `owner` say, byte for byte, and each problem with the command that mends it.
// MERLIN_UPDATE_GOLDEN=1 writes the golden document anew.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "config/load.hpp"
#include "control_requests.hpp"
#include "near_hosts.hpp"
#include "node_settings.hpp"
#include "problems.hpp"
#include "status_document.hpp"

using namespace merlin;
using namespace merlin::daemon;

namespace {

const std::string golden_path = std::string(TEST_FOLDER) + "/daemon_status_golden.json";
const std::string fingerprint_b(64, 'b');
const WallTime wall{Millis{1'800'000'000'123}};

NodeId id(std::uint8_t last) {
  NodeId made;
  made.bytes[0] = 0xab;
  made.bytes[15] = last;
  return made;
}

config::Config conf(const std::string& text) {
  config::LoadResult loaded = config::load_text("node_name = peer01\ncluster = lab\n" + text, "/etc/merlin/merlin.conf");
  BOOST_REQUIRE(loaded.ok());
  return *loaded.config;
}

const config::Config two_peers =
    conf("peer peer02 {\naddress = 10.0.0.2\nweight = 1\nfingerprint = " + fingerprint_b + "\n}\npeer peer03 {\naddress = 10.0.0.3\n}\n");

cluster::NodeView view_of(std::uint8_t number, const std::string& name) {
  cluster::NodeView view;
  view.id = id(number);
  view.name = name;
  view.configured = true;
  view.active = true;
  view.why = "its beats come";
  view.core = wire::CoreHealth::well;
  view.phase = wire::NodePhase::ready;
  view.hosts_owned = 2;
  view.services_owned = 20;
  view.checks_run = 1234;
  view.since_heard = Millis{250};
  view.latency_ms = 0.4567;
  view.clock_offset = Millis{-12};
  view.config_digest = 0x1234abcd;
  view.program_version = "0.1.0";
  view.core_program = "nagios4 4.4.6";
  view.table_equal = true;
  return view;
}

// Two nodes that work, and a third that was never there.
Status usual(const config::Config& config = two_peers) {
  Status status(config);
  status.now = wall;
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
  status.facts["peer02"] = {true, "10.0.0.2:15551", "0.1.0", "", "", false};
  status.facts["peer03"] = {false, "10.0.0.3:15551", "", "10.0.0.3:15551: Connection refused", "", false};
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

bool has(const Status& status, const std::string& text, const std::string& fix) {
  const auto problems = find_problems(status, status_nodes(status));
  for (const Problem& problem : problems) {
    if (problem.text.find(text) != std::string::npos && problem.fix.find(fix) != std::string::npos) return true;
  }
  for (const Problem& problem : problems) BOOST_TEST_MESSAGE("has: " << problem.text << " | " << problem.fix);
  return false;
}

std::string state_of(const Status& status, const std::string& name) {
  for (const StatusNode& node : status_nodes(status)) {
    if (node.name == name) return node.state;
  }
  return "missing";
}

class FakeDuties : public ControlDuties {
 public:
  Json status() override { return {{"self", "x"}}; }
  Json certs() override { return Json::object(); }
  Json version() override { return Json::object(); }
  Json owner(const std::string& host) override { return {{"host", host}}; }
  Result<> order(const std::string& node, wire::OrderKind kind) override {
    ordered = node + (kind == wire::OrderKind::drain ? " drain" : " undrain");
    return Ok{};
  }
  ReloadOutcome reload() override { return outcome; }
  void find_events(EventQuery query, std::function<void(const FoundEvents&)> found) override {
    asked = std::move(query);
    found(events);
  }
  std::string node_name(const NodeId&) override { return "peer01"; }

  std::string ordered;
  EventQuery asked;
  FoundEvents events;
  ReloadOutcome outcome;
};

std::string answer_request(const std::string& request, bool may_change, ControlDuties& duties) {
  std::string answer;
  daemon::answer_request(request, may_change, duties, [&](std::string text) { answer = std::move(text); });
  return answer;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_document_is_what_docs_control_says) {
  Status status = usual();
  status.refused_counts = {{"not_ours", 3}, {"untrusted", 1}};
  status.unauthenticated = 2;
  status.warnings = {{"'copies' is not in effect yet", "/etc/merlin/merlin.conf:3:1", ""}};
  status.refused = {{"untrusted", "no block has it", "10.0.0.3:40000", "SHA256:cc", id(3), "", wall, 4}};
  const std::string text = status_document(status).dump(1) + "\n";
  if (std::getenv("MERLIN_UPDATE_GOLDEN") != nullptr) std::ofstream(golden_path) << text;
  std::ifstream golden(golden_path);
  BOOST_TEST(text == std::string(std::istreambuf_iterator<char>(golden), {}));
}

BOOST_AUTO_TEST_CASE(two_nodes_that_work_have_no_problem) {
  const config::Config config = conf("peer peer02 {\naddress = 10.0.0.2\nfingerprint = " + fingerprint_b + "\n}\n");
  const Status status = usual(config);
  BOOST_TEST(find_problems(status, status_nodes(status)).empty());
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
  BOOST_TEST(has(status, "peer02 has partition = majority, this node every_side", "partition ="));
  other.other_voters = true;
  BOOST_TEST(has(status, "peer02 counts other nodes as voters", "notifies ="));
  other.pulse_interval = Millis{5000};
  BOOST_TEST(has(status, "peer02 says every 5000 ms that it is alive, this node every 1000 ms", "pulse_interval ="));
}

BOOST_AUTO_TEST_CASE(state_that_cores_die_over_is_named) {
  Status status = usual();
  status.view.set_aside = {"web;http", "db"};
  BOOST_TEST(has(status, "two cores here died over the state of web;http and 1 more", "restart merlind"));
}

std::string why_of(const Status& status, const std::string& name) {
  for (const StatusNode& node : status_nodes(status)) {
    if (node.name == name) return node.why;
  }
  return "missing";
}

// By the documented procedure: keys and certificates by ssh, which knows who is there.
BOOST_AUTO_TEST_CASE(a_refused_certificate_comes_with_the_command_that_trusts_it) {
  Status status = usual();
  status.refused = {{"untrusted", "no", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", wall}};
  BOOST_TEST(state_of(status, "peer03") == "refused");
  BOOST_TEST(has(status, "peer03 is refused", "mon sshkey push peer03"));
  BOOST_TEST(why_of(status, "peer03") == "its certificate is not in our merlin.conf", "the fingerprint is said once");
  status.refused = {{"untrusted", "no", "10.0.0.3:40000", "SHA256:cc", id(3), "", wall}};
  BOOST_TEST(has(status, "peer03 was never seen", "mon sshkey push peer03"));
  BOOST_TEST(!has(status, "a node at 10.0.0.3:40000 was refused", ""), "known by its address, and said already");
  status.facts["peer03"].linked = true;
  BOOST_TEST(has(status, "a node at 10.0.0.3:40000 was refused", "mon node add NAME type=peer address=10.0.0.3"),
             "the block's own node is here");
  status.facts["peer03"].linked = false;
  status.refused = {{"untrusted", "no", "10.9.9.9:40000", "SHA256:cc", id(3), "", wall}};
  BOOST_TEST(has(status, "a node at 10.9.9.9:40000 was refused", "mon node add NAME type=peer address=10.9.9.9 fingerprint=SHA256:cc"));
  status.refused = {{"refused_us", "it does not", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", wall}};
  BOOST_TEST(has(status, "peer03 does not trust our certificate", "mon sshkey push peer03"));
  const config::Config changed = conf("peer peer03 {\naddress = 10.0.0.3\nfingerprint = " + fingerprint_b + "\n}\n");
  Status later = usual(changed);
  later.refused = {{"untrusted", "no", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", wall}};
  BOOST_TEST(
      has(later, "peer03 is refused: merlin.conf does not have the certificate at 10.0.0.3:15551 (SHA256:cc)", "mon cert push peer03"));
  // By the procedure: after the keys its block of us is next; later our certificate has changed.
  later.refused = {{"refused_us", "it does not", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", wall}};
  BOOST_TEST(has(later, "peer03 does not trust our certificate", "mon node ctrl peer03 -- mon node add peer01 type=peer"));
  later.ids["peer03"] = id(3);
  BOOST_TEST(has(later, "peer03 does not trust our certificate", "mon cert push peer03"));
  status.refused = {{"cluster", "its cluster is \"work\", ours is \"lab\"", "10.0.0.3:15551", "SHA256:cc", id(3), "peer03", wall}};
  BOOST_TEST(has(status, "its cluster is \"work\"", "cluster = NAME"));
}

BOOST_AUTO_TEST_CASE(an_old_refusal_of_a_linked_node_is_no_problem) {
  Status status = usual();
  status.refused = {{"untrusted", "no", "10.0.0.2:15551", "SHA256:cc", id(2), "peer02", wall}};
  BOOST_TEST(state_of(status, "peer02") == "active");
  BOOST_TEST(!has(status, "peer02 is refused", ""));
}

BOOST_AUTO_TEST_CASE(each_way_to_be_away_has_its_word) {
  Status status = usual();
  BOOST_TEST(state_of(status, "peer01") == "active");
  BOOST_TEST(state_of(status, "peer02") == "active");
  BOOST_TEST(state_of(status, "peer03") == "never seen");
  BOOST_TEST(has(status, "peer03 was never seen: 10.0.0.3:15551: Connection refused", "mon sshkey push peer03"));

  cluster::NodeView& other = status.view.nodes[1];
  other.active = false;
  other.core = wire::CoreHealth::gone;
  BOOST_TEST(state_of(status, "peer02") == "inactive");
  BOOST_TEST(has(status, "the core of peer02 does not run", "on peer02: mon start"));
  other.core = wire::CoreHealth::stalled;
  BOOST_TEST(has(status, "the core of peer02 stands still", "on peer02: mon restart"));

  status.facts["peer02"].linked = false;
  BOOST_TEST(has(status, "merlind of peer02 is silent", "on peer02: mon start"));
  status.facts["peer02"].goodbye = true;
  BOOST_TEST(has(status, "merlind of peer02 was stopped", "on peer02: mon start"));
  other.via = id(9);
  BOOST_TEST(state_of(status, "peer02") == "unreachable");
  BOOST_TEST(has(status, "peer02 cannot be reached from here, another node hears it", ""));
}

BOOST_AUTO_TEST_CASE(an_active_node_that_runs_nothing_says_why) {
  Status status = usual();
  status.view.nodes[1].phase = wire::NodePhase::drained;
  BOOST_TEST(state_of(status, "peer02") == "active");
  BOOST_TEST(why_of(status, "peer02") == "its checks are handed over until it is told otherwise (mon node undrain peer02)");
  status.view.nodes[0].phase = wire::NodePhase::joining;
  BOOST_TEST(why_of(status, "peer01") == "it takes up what the others know, before it runs anything");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_here_is_said) {
  Status status = usual();
  status.view.nodes[0].core = wire::CoreHealth::gone;
  status.view.side = 1;
  status.config_errors = {{"unknown key 'foo'", "merlin.conf:3:1", "remove it"}};
  status.troubles = {{"the state cannot be saved: disk full", "", "make room"}};
  BOOST_TEST(has(status, "the core is not connected here", "mon start"));
  BOOST_TEST(has(status, "this node is alone", ""));
  BOOST_TEST(has(status, "the last good one stays in effect: merlin.conf:3:1: unknown key 'foo'", "remove it"));
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
  BOOST_TEST(has(status, "begun anew; the old one is /var/lib/merlin/store.db.corrupt-20260101-000000", "remove the old one"));
}

BOOST_AUTO_TEST_CASE(nodes_that_do_not_agree_are_said) {
  Status status = usual();
  cluster::NodeView& other = status.view.nodes[1];
  other.clock_offset = Millis{5'001};
  other.weight = 3;
  status.facts["peer02"].mismatch = "our merlin.conf says it is a peer of ours, its own says it is our poller";
  BOOST_TEST(has(status, "the clock of peer02 is 5.0 s ahead of ours", "NTP"));
  BOOST_TEST(has(status, "gives peer02 the weight 1, in effect is 3", "mon node edit peer02 weight=3"));
  BOOST_TEST(has(status, "its own says it is our poller", ""));
}

using History = std::vector<std::uint64_t>;

// What `status` says of peer02, when the two run these, and had those before, the last first.
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
  // Rolled back to 1, after both had 2.
  BOOST_TEST(relation(1, {2, 1}, 2, {1}) == "older");
  BOOST_TEST(relation(2, {1}, 1, {2, 1}) == "newer");
  BOOST_TEST(relation(1, {2}, 2, {1}) == "differs", "each has what the other had");
}

BOOST_AUTO_TEST_CASE(a_configuration_that_is_not_ours_comes_with_the_command_that_mends_it) {
  Status status = usual();
  cluster::NodeView& other = status.view.nodes[1];
  other.config_digest = 99;
  BOOST_TEST(has(status, "the object configuration of peer02 differs from ours", "mon oconf diff peer02"));
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
  BOOST_TEST(has(status, "peer04 is known to other nodes", "mon node add peer04 type=peer address=ADDRESS"));
  status.refused = {{"untrusted", "no", "10.0.0.4:40000", "SHA256:dd", id(4), "", wall}};
  BOOST_TEST(has(status, "peer04 is known to other nodes", "mon node add peer04 type=peer address=10.0.0.4 fingerprint=SHA256:dd"));
}

// Removed everywhere, it knocks no more: nobody is told to trust it again.
BOOST_AUTO_TEST_CASE(a_stranger_that_has_given_up_is_forgotten) {
  Status status = usual();
  status.refused = {{"untrusted", "no", "10.9.9.9:40000", "SHA256:cc", id(4), "", wall - Millis{60'001}, 7}};
  BOOST_TEST(!has(status, "", "SHA256:cc"));
  status.view.nodes.push_back(view_of(4, "peer04"));
  BOOST_TEST(!has(status, "", "SHA256:cc"));
  BOOST_TEST(has(status, "peer04 is known to other nodes", "mon node add peer04 type=peer address=ADDRESS"));
  status.refused[0].last = wall;
  status.refused[0].reason = "identity";
  BOOST_TEST(!has(status, "", "SHA256:cc"), "trusting it would not help");
}

// Every fix that begins with "mon" can be pasted into a shell, whatever other nodes call themselves.
BOOST_AUTO_TEST_CASE(a_fix_holds_no_name_that_cannot_be_typed) {
  for (const std::string name : {"node f6443f06", "x; reboot", "$(reboot)", "-all", "", "peer01", "peer02"}) {
    Status status = usual();
    status.view.nodes.push_back(view_of(4, name));
    BOOST_TEST(has(status, "is known to other nodes", "mon node add NAME type=peer address=ADDRESS"), name);
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
  // They are not waited for, nor is anybody told to add them a second time.
  NodeBook book;
  book.set_config(config);
  BOOST_TEST(node_settings(config, book, id(1)).peers.size() == 1u);
  Status status = usual(config);
  status.idle_nodes = idle;
  status.refused = {{"untrusted", "no", "10.0.0.7:40000", "SHA256:" + fingerprint_b, id(7), "", wall, 3}};
  BOOST_TEST(!has(status, "10.0.0.7", ""));
  status.view.nodes.push_back(view_of(8, "top"));
  BOOST_TEST(has(status, "top is known to other nodes", "mon node add NAME type=peer"));
}

BOOST_AUTO_TEST_CASE(certs_say_whom_we_trust_and_whom_we_refused) {
  Status status = usual();
  status.refused = {{"untrusted", "no", "10.0.0.3:40000", "SHA256:cc", id(3), "", wall, 4},
                    {"not_ours", "garbage", "10.0.0.9:1", "", {}, "", wall}};
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
  BOOST_TEST(Json::parse(answer_request(R"({"command":"drain"})", false, duties))["ok"] == false);
  BOOST_TEST(duties.ordered == "");
  BOOST_TEST(answer_request(R"({"command":"undrain","node":"peer02"})", true, duties) == R"({"ok":true})");
  BOOST_TEST(duties.ordered == "peer02 undrain");
  duties.outcome.changes = {"peer x added"};
  BOOST_TEST(answer_request(R"({"command":"reload"})", true, duties) == R"({"ok":true,"changes":["peer x added"],"warnings":[]})");
  duties.outcome.errors = {{"a", "b", "c"}};
  BOOST_TEST(answer_request(R"({"command":"reload"})", true, duties) == R"({"ok":false,"errors":[{"what":"a","where":"b","fix":"c"}]})");
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
  const Json answer = Json::parse(answer_request(
      R"({"command":"events","host":"web01","service":"","type":"alert","since_ms":5,"after":6,"limit":1000000})", false, duties));
  BOOST_TEST(*duties.asked.host == "web01");
  BOOST_TEST(*duties.asked.service == "");
  BOOST_TEST((duties.asked.kind == wire::EventKind::alert));
  BOOST_TEST(duties.asked.since_ms == 5);
  BOOST_TEST(duties.asked.after_arrival == 6u);
  BOOST_TEST(duties.asked.limit == kMostEvents);
  BOOST_TEST(answer["arrival"] == 9);
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
  BOOST_TEST(has(status, "12 events of this node are lost", "look at the disk of the store"));
  BOOST_TEST(has(status, "13 events of other nodes are lost", "greater backlog_max_age"));
}
