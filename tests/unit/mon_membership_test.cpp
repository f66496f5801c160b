// A change of membership on all nodes: what is sent, what a node does with it, the address that works, and the ssh keys involved.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "mon/nodes/membership.hpp"
#include "mon/nodes/node_variables.hpp"
#include "mon/nodes/reach.hpp"
#include "mon/ssh/known_hosts.hpp"
#include "mon/trust/host_keys.hpp"
#include "shared/config/load.hpp"
#include "shared/net/fd.hpp"
#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;
using namespace merlin;
using namespace merlin::mon;

namespace {

const std::string kDigitsA = "AAAAC3NzaC1lZDI1NTE5AAAAIFTEUOJEzAA6jMbUsFggBlkV1zQTPLDBAEMhdN6c+a0+";
const std::string kDigitsB = "AAAAC3NzaC1lZDI1NTE5AAAAIOB254sdqSTig4o15dM1KyxpLRla18cEzn+YaR6HBdQh";

ssh::KnownHost host(const std::string& name, const std::string& digits, std::uint16_t port = 22) {
  return {name, port, {ssh::read_public_key("ssh-ed25519 " + digits).value()}};
}

// A node with `mon node apply` run on it.
struct Receiver : LocalNode {
  mon_test::Outcome apply(const ordered_json& change, const std::string& options = "") const {
    folder.write("change", change.dump());
    return mon("node apply " + options + " <'" + folder.file("change") + "'");
  }
};

ordered_json adding(const std::string& name, const std::string& address, const ordered_json& settings = ordered_json::object()) {
  const ordered_json peer{{"name", name}, {"settings", settings}, {"addresses", ordered_json::array({address})}};
  return {{"add", ordered_json::array({peer})}, {"remove", ordered_json::array()}};
}

ordered_json removing(const std::string& name) { return {{"add", ordered_json::array()}, {"remove", ordered_json::array({name})}}; }

std::string outcome_of(const mon_test::Outcome& outcome) {
  const auto document = ordered_json::parse(outcome.out, nullptr, false);
  return document.is_object() ? document["nodes"][0]["outcome"].get<std::string>() : outcome.err;
}

// A port of the loopback that accepts connections.
struct Listener {
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(::listen(socket.get(), 4) == 0);
    socklen_t length = sizeof address;
    BOOST_REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port = ::ntohs(address.sin_port);
  }
  net::Fd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_change_survives_the_way_to_the_other_node) {
  const Membership change{.add = {{"peer03", {{"weight", "2"}, {"port", "16000"}}, {"peer03", "10.0.0.3"}, true}}, .remove = {"peer04"}};
  const auto read = read_membership(membership_document(change)).value();
  BOOST_REQUIRE(read.add.size() == 1U);
  BOOST_TEST(read.add[0].name == "peer03");
  BOOST_TEST((read.add[0].settings == change.add[0].settings));
  BOOST_TEST((read.add[0].addresses == change.add[0].addresses));
  BOOST_TEST(read.add[0].is_sender);
  BOOST_TEST((read.remove == change.remove));
}

BOOST_AUTO_TEST_CASE(a_change_with_anything_invalid_is_rejected) {
  BOOST_TEST(!read_membership(ordered_json::parse("[]")).ok());
  BOOST_TEST(!read_membership(ordered_json::parse(R"({"add": []})")).ok());
  BOOST_TEST(!read_membership(adding("pe er", "10.0.0.3")).ok());
  BOOST_TEST(!read_membership(adding("peer03", "10.0.0.3\nweight = 9")).ok());
  BOOST_TEST(!read_membership(adding("peer03", "10.0.0.3", {{"wait", "2"}})).ok());
  BOOST_TEST(!read_membership(adding("peer03", "10.0.0.3", {{"weight", "x"}})).ok());
  BOOST_TEST(!read_membership(removing("a b")).ok());
}

BOOST_AUTO_TEST_CASE(a_peer_is_added_once) {
  const Receiver node;
  const auto change = adding("peer03", "127.0.0.3", {{"weight", "2"}, {"port", "1"}});
  BOOST_TEST(outcome_of(node.apply(change, "--dry-run")) == "added");
  BOOST_TEST(node.conf() == node.text());
  BOOST_TEST(outcome_of(node.apply(change)) == "added");
  const std::string after = node.text() + "\npeer peer03 {\n\tweight = 2\n\tport = 1\n\taddress = 127.0.0.3\n}\n";
  BOOST_TEST(node.conf() == after);
  BOOST_TEST(outcome_of(node.apply(change)) == "present");
  BOOST_TEST(outcome_of(node.apply(adding("peer03", "10.0.0.77"))) == "present");  // an address may differ from node to node
  BOOST_TEST(node.conf() == after);
}

BOOST_AUTO_TEST_CASE(a_block_that_differs_is_not_overwritten) {
  const Receiver node;
  const auto other_weight = node.apply(adding("peer02", "10.0.0.2", {{"weight", "3"}}));
  BOOST_TEST(other_weight.status == 1);
  BOOST_TEST(other_weight.err ==
             "mon: node apply: peer01 has peer02 already, with another weight; on peer01: mon node edit peer02 weight=VALUE\n");
  BOOST_TEST(node.apply(adding("peer01", "10.0.0.1")).status == 1);  // that is this node itself
  BOOST_TEST(node.conf() == node.text());
  node.folder.write("merlin.conf", node.text() + "poller poller01 {\n\thostgroup = a\n}\n");
  const auto poller = node.apply(adding("poller01", "10.0.0.9"));
  BOOST_TEST(poller.err == "mon: node apply: peer01 has poller01 as a poller, not as a peer; on peer01: mon node remove poller01\n");
}

BOOST_AUTO_TEST_CASE(a_peer_is_removed_once) {
  const Receiver node;
  BOOST_TEST(outcome_of(node.apply(removing("peer02"), "--dry-run")) == "removed");
  BOOST_TEST(node.conf() == node.text());
  BOOST_TEST(outcome_of(node.apply(removing("peer02"))) == "removed");
  BOOST_TEST(node.conf().find("peer02") == std::string::npos);
  BOOST_TEST(outcome_of(node.apply(removing("peer02"))) == "absent");
}

BOOST_AUTO_TEST_CASE(a_removal_that_is_refused_is_not_reported_as_done) {
  const Receiver node;
  const std::string text = node.text() + "tie = peer02\n";
  node.folder.write("merlin.conf", text);
  for (const char* options : {"--dry-run", ""}) {
    const auto refused = node.apply(removing("peer02"), options);
    BOOST_TEST(refused.status != 0);
    BOOST_TEST(refused.out == "");
    BOOST_TEST(refused.err == "mon: node apply: tie: there is no node 'peer02'; name a peer or this node\n");
    BOOST_TEST(node.conf() == text);
  }
}

BOOST_AUTO_TEST_CASE(everywhere_rejects_bad_input_before_it_goes_anywhere) {
  const LocalNode node;
  node.folder.write("merlin.conf", "node_name = peer01\npeer peer02 {\n\taddress = 127.0.0.2\n\tssh_port = 1\n}\n");
  node.refuses("node add poller01 hostgroup=a --everywhere", 2, "mon: node add: --everywhere adds peers only; type=peer");
  node.refuses("node add peer03 type=peer wait=2 --everywhere", 2, "mon: node add: unknown option 'wait'");
  node.refuses("node add 'a b' type=peer --everywhere", 2, "mon: node add a b: ");
  node.refuses("node add peer01 type=peer --everywhere", 2, "mon: node add peer01: ");
  node.refuses("node add peer02 type=peer weight=7 --everywhere", 2,
               "mon: node add: peer02 exists here, with another weight; mon node edit peer02 weight=VALUE\n");
  // No ssh server is there.
  node.refuses("node add peer03 type=peer address=127.0.0.1 ssh_port=1 --everywhere --timeout 2", 1, "mon: peer03: cannot connect to ");
}

BOOST_AUTO_TEST_CASE(the_address_that_answers_is_chosen) {
  const Listener listener;
  const Millis patience(500);
  const std::string unresolvable(70, 'a');  // a label too long for a name server to be asked
  BOOST_TEST(reach({unresolvable, "127.0.0.1"}, listener.port, patience).address == "127.0.0.1");
  BOOST_TEST(reach({unresolvable, "127.0.0.1"}, listener.port, patience).answers);
  const auto silent = reach({unresolvable, "127.0.0.1"}, 1, patience);
  BOOST_TEST(silent.address == "127.0.0.1");
  BOOST_TEST(!silent.answers);
  BOOST_TEST(reach({unresolvable}, 1, patience).address == unresolvable);
}

BOOST_AUTO_TEST_CASE(settings_are_compared_by_their_meaning) {
  const auto config = config::load_text("node_name = x\npeer peer03 {\n weight = 2\n connect = yes\n}\n", "merlin.conf").config;
  BOOST_REQUIRE(config.has_value());
  const auto& node = *config->find_node("peer03");
  BOOST_TEST(differing_keys(node, {{"weight", "2"}, {"connect", "on"}, {"takeover", "1"}}).empty());
  BOOST_TEST((differing_keys(node, {{"weight", "3"}, {"host", "10.0.0.3"}}) == std::vector<std::string>{"weight", "address"}));
}

BOOST_AUTO_TEST_CASE(a_host_key_is_learnt_once_and_never_replaced) {
  const auto a = host("peer03", kDigitsA);
  const std::string once = ssh::with_host("", a);
  BOOST_TEST(once == "peer03 ssh-ed25519 " + kDigitsA + "\n");
  BOOST_TEST(ssh::with_host(once, a) == once);
  BOOST_TEST((ssh::familiarity(once, a) == ssh::Familiarity::same));
  BOOST_TEST((ssh::familiarity(once, host("peer03", kDigitsB)) == ssh::Familiarity::differs));
  BOOST_TEST(ssh::with_host(once, host("peer03", kDigitsB)) == once);
  const std::string port = ssh::with_host("# mine", host("peer03", kDigitsB, 2222));
  BOOST_TEST(port == "# mine\n[peer03]:2222 ssh-ed25519 " + kDigitsB + "\n");
  BOOST_TEST((ssh::familiarity(port, a) == ssh::Familiarity::unknown));
}

BOOST_AUTO_TEST_CASE(a_server_is_known_by_its_name_and_by_the_address_of_its_block) {
  const auto config = config::load_text("node_name = x\npeer peer03 {\n address = 10.0.0.3\n ssh_port = 2222\n}\n", "merlin.conf").config;
  BOOST_REQUIRE(config.has_value());
  const NodeHostKeys sent{"peer03", 22, host("peer03", kDigitsA).keys};
  const auto hosts = hosts_of(*config, sent);
  BOOST_REQUIRE(hosts.size() == 2U);
  BOOST_TEST(hosts[0].name() == "[peer03]:2222");
  BOOST_TEST(hosts[1].name() == "[10.0.0.3]:2222");
  BOOST_TEST(hosts_of(*config, {"peer04", 22, sent.keys}).size() == 1U);
  const auto read = read_host_keys(host_keys_document({sent})).value();
  BOOST_TEST(read[0].keys[0].line() == "ssh-ed25519 " + kDigitsA);
  BOOST_TEST(!read_host_keys(ordered_json::parse(R"({"hosts": [{"name": "a b", "keys": []}]})")).ok());
  BOOST_TEST(!read_host_keys(ordered_json::parse(R"({"hosts": [{"name": "a", "keys": ["x\ny"]}]})")).ok());
}

BOOST_AUTO_TEST_CASE(the_keys_of_a_node_are_those_whose_comment_names_it) {
  const std::string ours = "ssh-ed25519 " + kDigitsA + " root@peer03\n";
  const std::string rest = "# root@peer03\nssh-ed25519 " + kDigitsB + " root@peer031\nssh-ed25519 " + kDigitsB + " peer03\n";
  BOOST_TEST(ssh::keys_of_node(rest + ours, "peer03").size() == 1U);
  BOOST_TEST(ssh::without_node(rest + ours, "peer03") == rest);
  BOOST_TEST(ssh::without_node(ours + rest, "peer03") == rest);
  BOOST_TEST(ssh::without_node(rest, "peer04") == rest);
}
