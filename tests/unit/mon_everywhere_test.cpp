// `mon node add` and `remove` with --everywhere, over real ssh connections: what each node's merlin.conf contains afterwards, and what is
// reported. The node that runs the commands is called localhost, a name that resolves on every machine.
#include <boost/test/unit_test.hpp>
#include <string>

#include "mon/trust/certificate.hpp"
#include "tests/unit/mon_ssh_node.hpp"

using namespace mon_test;
using namespace merlin;

namespace {

const std::string kRemove = "node remove peer03 --everywhere";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// localhost, peer02 and peer03 are peers of each other; `ours`, `second` and `third` are added to their merlin.conf.
struct Three {
  explicit Three(const std::string& ours = "", const std::string& second = "", const std::string& third = "")
      : peer02("peer02"), peer03("peer03"), here("localhost", ours + peer02.block() + peer03.block()) {
    add(peer02, second + here.block() + peer03.block());
    add(peer03, third + here.block() + peer02.block());
    here.mon("node ctrl --accept-new -- true");
    before_here = here.conf();
    before_02 = peer02.conf();
    before_03 = peer03.conf();
  }
  static void add(const SshNode& node, const std::string& conf) { node.folder.write("merlin.conf", node.conf() + conf); }
  bool nothing_changed() const { return here.conf() == before_here && peer02.conf() == before_02 && peer03.conf() == before_03; }
  // A line of a script that sends Ctrl-C to the mon of this node.
  std::string interrupt() const { return "kill -INT $(cat '" + here.folder.file("pid") + "')"; }

  SshNode peer02, peer03, here;
  std::string before_here, before_02, before_03;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_removed_peer_is_gone_everywhere_and_alone) {
  const Three nodes;
  const Outcome done = nodes.here.mon(kRemove);
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(!has(nodes.here.conf() + nodes.peer02.conf(), "peer03"));
  BOOST_TEST(!has(nodes.peer03.conf(), "peer "));
  BOOST_TEST(has(done.out, "peer02: peer03 removed\n"));
  BOOST_TEST(has(done.out, "peer03: localhost, peer02 removed\n"));
}

BOOST_AUTO_TEST_CASE(a_removal_that_one_node_rejects_changes_no_node) {
  for (const bool is_here : {true, false}) {
    const std::string tie = "tie = peer03\n";
    const Three nodes(is_here ? tie : "", is_here ? "" : tie);
    const Outcome done = nodes.here.mon(kRemove);
    BOOST_TEST(done.status != 0);
    BOOST_TEST(has(done.err, "tie: there is no node 'peer03'; name a peer or this node; nothing was changed on any node\n"), done.err);
    BOOST_TEST(has(done.err, "peer02: ") != is_here);
    BOOST_TEST(done.out == "");
    BOOST_TEST(nodes.nothing_changed());
  }
}

// One after the other, the first removal would leave two voters without `tie`.
BOOST_AUTO_TEST_CASE(a_removed_node_loses_all_its_peers_in_one_step) {
  const Three nodes("", "", "partition = majority\n");
  const Outcome done = nodes.here.mon(kRemove);
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(!has(nodes.peer03.conf(), "peer "));
}

BOOST_AUTO_TEST_CASE(a_removed_node_that_keeps_its_peers_is_a_failure) {
  const Three nodes("", "", "tie = peer02\n");
  const Outcome done = nodes.here.mon(kRemove);
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "tie: there is no node 'peer02'"), done.err);
  BOOST_TEST(has(done.err, "on peer03: mon node remove localhost peer02\n"), done.err);
  BOOST_TEST(!has(done.out, "peer03: "));
  BOOST_TEST(nodes.peer03.conf() == nodes.before_03);
  BOOST_TEST(!has(nodes.here.conf() + nodes.peer02.conf(), "peer03"));
}

BOOST_AUTO_TEST_CASE(a_removal_that_fails_on_a_node_after_all_accepted_it_is_a_failure) {
  const Three nodes;
  nodes.peer02.before_mon("[ \"$*\" = 'node apply' ] && { echo 'mon: disk full' >&2; exit 1; }");
  const Outcome done = nodes.here.mon(kRemove);
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "mon: peer02: disk full; when it can be reached: mon node ctrl peer02 -- mon node remove peer03\n"), done.err);
  BOOST_TEST(!has(done.out, "peer02: peer03 removed"));
}

BOOST_AUTO_TEST_CASE(only_peers_are_removed_from_a_removed_peer) {
  const std::string poller = "poller poller01 {\n\thostgroup = a\n}\n";
  const Three nodes(poller, "", poller);
  const Outcome done = nodes.here.mon(kRemove);
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(has(nodes.peer03.conf(), poller));
  BOOST_TEST(!has(nodes.peer03.conf(), "peer "));
}

BOOST_AUTO_TEST_CASE(ctrl_c_before_the_first_change_changes_nothing) {
  for (const char* step : {"node apply --dry-run", "sshkey forget peer03 --dry-run"}) {
    const Three nodes;
    nodes.peer02.before_mon("[ \"$*\" = '" + std::string(step) + "' ] && { " + nodes.interrupt() + "; sleep 1; }");
    const Outcome done = nodes.here.mon(kRemove);
    BOOST_TEST(done.status == 130);
    BOOST_TEST(done.err == "mon: node remove: interrupted; nothing was changed on any node\n");
    BOOST_TEST(done.out == "");
    BOOST_TEST(nodes.nothing_changed());
  }
}

BOOST_AUTO_TEST_CASE(ctrl_c_after_the_first_change_names_what_is_left) {
  const Three nodes;
  nodes.peer02.before_mon("[ \"$*\" = 'node apply' ] && { " + nodes.interrupt() + "; sleep 5; }");
  const Outcome done = nodes.here.mon(kRemove);
  BOOST_TEST(done.status == 130);
  BOOST_TEST(has(done.out, "peer03 removed from merlin.conf\n"));
  BOOST_TEST(
      has(done.err, "mon: peer02: interrupted while it made the change, which may be done there; mon node remove peer03 --everywhere"),
      done.err);
  BOOST_TEST(has(done.err, "mon: node remove: interrupted; to finish it: mon node remove peer03 --everywhere\n"), done.err);
  BOOST_TEST(nodes.peer02.conf() == nodes.before_02);
  nodes.peer02.before_mon("");
  BOOST_TEST(nodes.here.mon(kRemove).status == 0);
  BOOST_TEST(!has(nodes.peer02.conf(), "peer03"));
}

BOOST_AUTO_TEST_CASE(ssh_keys_that_cannot_be_listed_are_named) {
  const Three nodes;
  nodes.peer02.before_mon("[ \"$1\" = sshkey ] && { echo 'mon: no such file' >&2; exit 1; }");
  const Outcome done = nodes.here.mon(kRemove);
  BOOST_TEST(done.status == 1);
  const std::string line =
      "mon: peer02: the ssh keys of peer03 there cannot be listed: no such file; on peer02: mon sshkey forget peer03 --dry-run\n";
  BOOST_TEST(has(done.err, line), done.err);
  BOOST_TEST(!has(nodes.here.conf() + nodes.peer02.conf(), "peer03"));
  // On this node, also without --everywhere.
  std::filesystem::create_directory(nodes.here.folder.file("home/.ssh/authorized_keys"));
  const Outcome alone = nodes.here.mon("node remove peer02");
  BOOST_TEST(alone.status == 1);
  BOOST_TEST(has(alone.out, "peer02 removed from merlin.conf\n"));
  BOOST_TEST(has(alone.err, "the ssh keys of peer02 there cannot be listed"), alone.err);
}

BOOST_AUTO_TEST_CASE(an_added_peer_gets_what_holds_everywhere) {
  const SshNode peer02("peer02");
  const SshNode peer03("peer03");
  const SshNode here("localhost", "module {\n\tnotifies = no\n}\n" + peer02.block("\tmax_rate = 2MiB\n"));
  const std::string add = "node add peer03 type=peer max_rate=1MiB weight= " + peer03.settings() + " --everywhere --accept-new";
  const Outcome done = here.mon(add);
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(has(peer02.conf(), "peer peer03 {\n"));
  BOOST_TEST(has(peer02.conf(), "\tmax_rate = 1MiB\n"));
  BOOST_TEST(has(peer03.conf(), "\tmax_rate = 2MiB\n"));
  BOOST_TEST(has(peer03.conf(), "peer localhost {\n\tnotifies = no\n"), peer03.conf());
  BOOST_TEST(!has(here.conf(), "weight"));
  const Outcome again = here.mon(add);
  BOOST_TEST(again.status == 0, again.err);
}

BOOST_AUTO_TEST_CASE(the_command_that_finishes_an_addition_can_be_used_as_it_is) {
  const SshNode peer03("peer03");
  const SshNode here("localhost", "peer peer02 {\n\taddress = 127.0.0.1\n\tssh_port = 1\n}\n");
  const std::string file = here.folder.file("merlin.conf");
  const Outcome done =
      here.mon("node add peer03 type=peer " + peer03.settings() + " weight= --everywhere --accept-new --timeout 3 --config '" + file + "'");
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "mon node add peer03 type=peer " + peer03.settings() + " weight= --everywhere --config merlin.conf\n"),
             done.err);
}

// Somebody introduced an earlier certificate of the new node. Only the one that it has now may be trusted.
BOOST_AUTO_TEST_CASE(an_earlier_certificate_of_an_added_node_is_replaced) {
  const SshNode peer03("peer03");
  const SshNode here("localhost");
  const std::string old(64, 'a');
  here.folder.write("tls/trusted.json", R"({"certificates": [{"fingerprint": ")" + old +
                                            R"(", "node_id": "00000000000000000000000000000001", "names": ["peer03"], "version": 1}]})");
  const Outcome done = here.mon("node add peer03 type=peer " + peer03.settings() + " --everywhere --accept-new");
  BOOST_TEST(done.status == 0, done.err);
  const auto theirs = mon::own_certificate(peer03.folder.file("merlin.conf"));
  BOOST_REQUIRE(theirs.ok());
  BOOST_TEST(has(here.conf(), mon::digits_of(theirs->fingerprint)), here.conf() + done.out + done.err);
  BOOST_TEST(!has(here.conf(), old));
}
