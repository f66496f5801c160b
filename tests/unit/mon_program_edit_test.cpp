// What mon writes to merlin.conf byte for byte, what it refuses, and that merlind is informed.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;

BOOST_AUTO_TEST_CASE(add_appends_a_block_and_leaves_the_rest_as_it_was) {
  const LocalNode local_node;
  const Outcome outcome = local_node.mon("node add peer03 type=peer address=10.0.0.3 --weight=2");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.out == "peer peer03 added to merlin.conf\n");
  BOOST_TEST(outcome.err == kNotRunning);
  BOOST_TEST(local_node.conf() == local_node.text() + "\npeer peer03 {\n\taddress = 10.0.0.3\n\tweight = 2\n}\n");
}

BOOST_AUTO_TEST_CASE(add_makes_a_file_that_is_not_there_readable_for_all) {
  const LocalNode local_node;
  std::filesystem::remove(local_node.folder.file("merlin.conf"));
  ::umask(022);
  BOOST_TEST(local_node.mon("node add peer02 type=peer").status == 0);
  BOOST_TEST(local_node.conf() == "peer peer02 {\n}\n");
  struct stat info {};
  BOOST_REQUIRE(::stat(local_node.folder.file("merlin.conf").c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0644);
}

BOOST_AUTO_TEST_CASE(a_refused_add_makes_no_file) {
  const LocalNode local_node;
  std::filesystem::remove(local_node.folder.file("merlin.conf"));
  for (const char* arguments : {"node add peer02", "node add 'pe er' type=peer", "node add peer02 type=peer weight=x"}) {
    BOOST_TEST(local_node.mon(arguments).status == 2);
    BOOST_TEST(local_node.folder.entries() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(edit_changes_values_where_they_stand) {
  const LocalNode local_node;
  BOOST_TEST(local_node.mon("node edit peer02 address=10.0.0.9 weight=3").status == 0);
  std::string expected = local_node.text();
  expected.replace(expected.find("10.0.0.2"), 8, "10.0.0.9");
  expected.insert(expected.find("}\n", expected.find("15551")), "\tweight = 3\n");
  BOOST_TEST(local_node.conf() == expected);
  BOOST_TEST(local_node.mon("node edit peer02 weight= address=10.0.0.2").status == 0);
  BOOST_TEST(local_node.conf() == local_node.text());
}

BOOST_AUTO_TEST_CASE(rename_and_remove_touch_their_block_alone) {
  const LocalNode local_node;
  BOOST_TEST(local_node.mon("node rename peer02 nagios02").status == 0);
  std::string expected = local_node.text();
  expected.replace(expected.find("peer02"), 6, "nagios02");
  BOOST_TEST(local_node.conf() == expected);
  const Outcome removed = local_node.mon("node remove nagios02");
  BOOST_TEST(removed.out == "nagios02 removed from merlin.conf\n");
  BOOST_TEST(local_node.conf().find("nagios02") == std::string::npos);
  BOOST_TEST(local_node.conf().find("# our cluster\nnode_name = peer01   # us\n") == 0u);
}

BOOST_AUTO_TEST_CASE(bad_edits_change_nothing) {
  const LocalNode local_node;
  local_node.refuses("node add peer02 type=peer", 2,
                     "mon: node add: a node 'peer02' already exists; to change it: mon node edit peer02 KEY=VALUE; if it was reinstalled: "
                     "mon cert push peer02\n");
  local_node.refuses("node add peer03 type=pier", 2, "mon: node add: unknown type 'pier'; did you mean peer?\n");
  local_node.refuses("node add peer03 type=peer adress=10.0.0.3", 2, "mon: node add: unknown option 'adress'; did you mean 'address'?\n");
  local_node.refuses("node add peer03 typ=peer", 2, "mon: node add: unknown option 'typ'; did you mean 'type'?\n");
  local_node.refuses("node add peer03 type=peer type=poller", 2, "mon: node add: 'type' is given twice");
  local_node.refuses("node add peer03 type=peer address=a host=b", 2, "mon: node add: 'host' is given twice");
  local_node.refuses("node add poller01", 2, "mon: node add poller01: a poller needs hostgroups; add hostgroup=NAME");
  local_node.refuses("node add poller01 hostgroup=", 2, "mon: node add poller01: a poller needs hostgroups");
  local_node.refuses("node add peer01 type=peer", 2, "mon: node add peer01: ");
  local_node.refuses("node add 'a b' type=peer", 2, "mon: node add a b: ");
  local_node.refuses("node add peer03 type=peer fingerprint=SHA256:12", 2, "mon: node add: fingerprint");
  local_node.refuses("node edit peer02", 2, "mon: node edit: no KEY=VALUE given");
  local_node.refuses("node edit peer2 weight=1", 2, "mon: node edit: there is no node 'peer2'; did you mean peer02?\n");
  local_node.refuses("node edit peer02 weight=heavy", 2, "mon: node edit: weight");
  local_node.refuses("node edit peer02 type=master", 2, "mon: node edit: a node's type cannot be edited");
  local_node.refuses("node edit peer02 weight=", 2, "mon: node edit: 'weight' is not set in the block of peer02; nothing to remove");
  local_node.refuses("node rename peer02 peer02", 2, "mon: node rename: a node 'peer02' already exists");
  local_node.refuses("node rename peer02 'b c'", 2, "mon: node rename peer02: ");
  local_node.refuses("node rename peer09 peer10", 2, "mon: node rename: there is no node 'peer09'; did you mean peer02?\n");
  local_node.refuses("node remove peer02 peer9", 2, "mon: node remove: there is no node 'peer9'");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_wrong_already_is_not_edited) {
  const LocalNode local_node;
  local_node.folder.write("merlin.conf", local_node.text() + "wieght = 5\n");
  local_node.refuses("node edit peer02 port=1", 1, "mon: merlin.conf:12:1: ");
  local_node.refuses("node list", 1, "mon: merlin.conf:12:1: ");
  BOOST_TEST(local_node.mon("--config /no/such/folder/merlin.conf node add p type=peer").status == 1);
}

BOOST_AUTO_TEST_CASE(two_edits_at_once_both_hold) {
  const LocalNode local_node;
  std::vector<std::thread> edits;
  std::vector<Folder> folders(4);
  for (int i = 0; i < 4; ++i) {
    edits.emplace_back([&, i] {
      run_mon(folders[static_cast<std::size_t>(i)],
              "--config '" + local_node.folder.file("merlin.conf") + "' node add p" + std::to_string(i) + " type=peer");
    });
  }
  for (auto& edit : edits) edit.join();
  BOOST_TEST(local_node.mon("node list").out.size() == std::string("  peer02\n").size() + 4 * std::string("  p0\n").size());
}

BOOST_AUTO_TEST_CASE(merlind_is_told_of_every_edit_once) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json&) {
    return line_of({{"ok", true}, {"changes", {"x"}}, {"warnings", ordered_json::array()}});
  });
  BOOST_TEST(local_node.mon("node add peer03 type=peer").err == "");
  BOOST_TEST(local_node.mon("node remove peer02 peer03").status == 0);
  const std::vector<ordered_json> expected(2, ordered_json{{"command", "reload"}});
  BOOST_TEST((daemon.requests() == expected));
}

BOOST_AUTO_TEST_CASE(a_reload_that_merlind_refuses_is_told_and_fails) {
  const LocalNode local_node;
  FakeDaemon daemon(local_node.folder.file("sock"), [](const ordered_json&) {
    return line_of({{"ok", false}, {"errors", ordered_json::array({{{"what", "no"}, {"where", "merlin.conf:1:1"}, {"fix", "mend"}}})}});
  });
  const Outcome outcome = local_node.mon("node add peer03 type=peer");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.err == "mon: merlin.conf is written, but merlind rejected it:\nmon: merlin.conf:1:1: no; mend\n");
  BOOST_TEST(local_node.conf().find("peer03") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_local_node_is_edited_at_the_top_of_the_file) {
  const LocalNode local_node;
  const Outcome outcome = local_node.mon("node edit --self weight=2");
  BOOST_TEST(outcome.status == 0, outcome.err);
  BOOST_TEST(outcome.out == "peer01 changed in merlin.conf\n");
  std::string expected = local_node.text();
  expected.insert(expected.find("daemon {"), "weight = 2\n");
  BOOST_TEST(local_node.conf() == expected);
  BOOST_TEST(local_node.mon("node edit --self weight=").status == 0);
  BOOST_TEST(local_node.conf() == local_node.text());
  local_node.refuses("node edit --self", 2, "mon: node edit: no KEY=VALUE given");
  local_node.refuses("node edit --self wieght=2", 2, "mon: node edit: unknown key 'wieght'; did you mean 'weight'?\n");
  local_node.refuses("node edit --self weight=heavy", 2, "mon: merlin.conf:");
  local_node.refuses("node edit --self weight=", 2, "mon: node edit: 'weight' is not set in merlin.conf; nothing to remove\n");
  local_node.refuses("node edit --self peer02 weight=2", 2, "mon: node edit: --self is this node, 'peer02' another one");
  local_node.refuses("node edit weight=2", 2, "mon: node edit: NAME is missing");
}

BOOST_AUTO_TEST_CASE(an_included_file_is_edited_where_it_sets_the_key) {
  const LocalNode local_node;
  local_node.folder.write("own.conf", "weight = 3\n");
  local_node.folder.write("merlin.conf", local_node.text() + "include own.conf\n");
  BOOST_TEST(local_node.mon("node edit --self weight=4").out == "peer01 changed in own.conf\n");
  BOOST_TEST(local_node.folder.read("own.conf") == "weight = 4\n");
  BOOST_TEST(local_node.conf() == local_node.text() + "include own.conf\n");
}
