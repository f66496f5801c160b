// From text to the model: defaults, every kind of error with its position, and warnings.
#include <boost/test/unit_test.hpp>

#include "tests/unit/config_memory.hpp"

using namespace merlin;
using namespace merlin::config;
using namespace std::chrono_literals;

namespace {

Config loaded(std::string_view text) {
  LoadResult result = load(text);
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  return *result.config;
}

// The only error of a text.
std::string load_error(std::string_view text) {
  const LoadResult result = load(text);
  BOOST_CHECK(!result.config);
  BOOST_REQUIRE_MESSAGE(result.errors.size() == 1, text << " gives " << all_lines(result.errors));
  return result.errors[0].text();
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_empty_file_gives_the_defaults_of_the_model) {
  Config expected;
  expected.node_name = "testhost";
  MemorySources sources;
  const LoadResult result = load_text("", std::string(kDefaultPath), sources);
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_CHECK(*result.config == expected);
  BOOST_TEST(result.warnings.empty());
}

BOOST_AUTO_TEST_CASE(an_empty_node_block_gives_the_defaults_of_the_model) {
  NodeConfig expected;
  expected.name = expected.address = "p2";
  const Config config = loaded("peer p2 {\n}\n");
  BOOST_REQUIRE_EQUAL(config.nodes.size(), 1);
  BOOST_CHECK(config.nodes[0] == expected);
  BOOST_TEST(config.nodes[0].where.text == "merlin.conf:1:1");
}

BOOST_AUTO_TEST_CASE(settings_reach_the_model) {
  const Config config = loaded(R"(
node_name = a1
cluster = north
address = 10.0.0.1, ::1
port = 15552
pulse_interval = 500ms
weight = 3
copies = all
confirm = 2
partition majority
tie = a1
when_isolated = hold
takeover_rate = 50
perfdata = all
log_notifications = own
log_level = warn
use_syslog = on
ipc_socket = /tmp/m.sock
ipc_blocked_hostgroups = g1,g2
module {
  notifies = yes
}
daemon {
  control_socket = /tmp/c.sock
  backlog_max_age = 2d
  backlog_max_size = 5MiB
  database {
    type = postgresql
    conninfo = "host=db dbname=merlin"
  }
  http { }
  object_config {
    pull = mon oconf fetch
    auto = push
  }
}
core {
  type = naemon
  config = /etc/naemon/naemon.cfg
  restart = systemctl restart naemon
}
peer b1 {
  host = 10.0.0.2
  connect = no
  weight = 0
  max_rate = 1MiB
  fingerprint = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
  sync {
    delete = yes
    /etc/a /etc/b
    /opt/plugins/
    "/with space" = /etc/c
  }
  object_config {
    push = yes sir
  }
}
slave p1 {
  hostgroups = linux, windows
  takeover = no
}
noc m1 {
}
)");
  BOOST_TEST(config.node_name == "a1");
  BOOST_TEST(config.cluster == "north");
  BOOST_CHECK((config.listen_addresses == std::vector<std::string>{"10.0.0.1", "::1"}));
  BOOST_TEST(config.port == 15552);
  BOOST_CHECK(config.pulse_interval == 500ms);
  BOOST_CHECK(config.weight == 3U);
  BOOST_TEST(config.copies == kCopiesAll);
  BOOST_TEST(config.confirm == 2U);
  BOOST_CHECK(config.partition == Partition::majority);
  BOOST_CHECK(config.tie == "a1");
  BOOST_CHECK(config.when_isolated == WhenIsolated::hold);
  BOOST_CHECK(config.takeover_rate == 50U);
  BOOST_CHECK(config.perfdata == Perfdata::all);
  BOOST_CHECK(config.log_notifications == LogNotifications::own);
  BOOST_CHECK(config.log_level == LogLevel::warning);
  BOOST_CHECK(config.module.log_level == LogLevel::warning);
  BOOST_TEST(config.use_syslog);
  BOOST_TEST(config.module.daemon.unix_path == "/tmp/m.sock");
  BOOST_TEST(config.blocked_hostgroups.size() == 2);
  BOOST_TEST(config.daemon.control_socket == "/tmp/c.sock");
  BOOST_CHECK(config.daemon.backlog_max_age == 48h);
  BOOST_TEST(config.daemon.backlog_max_size == 5U << 20);
  BOOST_CHECK(config.daemon.database.type == DatabaseType::postgresql);
  BOOST_CHECK(config.daemon.object_config.fetch == "mon oconf fetch");
  BOOST_CHECK(config.daemon.object_config.automatic == AutoPush::push);
  BOOST_CHECK(config.core.type == CoreType::naemon);
  BOOST_CHECK(config.core.restart == "systemctl restart naemon");

  const NodeConfig* peer = config.find_node("b1");
  BOOST_REQUIRE(peer != nullptr);
  BOOST_TEST(peer->address == "10.0.0.2");
  BOOST_TEST(!peer->connect);
  BOOST_CHECK(peer->weight == 0U);
  BOOST_CHECK(peer->max_rate == 1U << 20);
  BOOST_CHECK((peer->fingerprints == std::vector<std::string>{std::string(64, 'a')}));
  BOOST_TEST(peer->sync.delete_extra);
  BOOST_REQUIRE_EQUAL(peer->sync.entries.size(), 3);
  BOOST_TEST(peer->sync.entries[0].dest == "/etc/b");
  BOOST_TEST(peer->sync.entries[1].dest == "/opt/plugins/");
  BOOST_TEST(peer->sync.entries[2].source == "/with space");
  BOOST_CHECK(peer->object_config.push == "yes sir");
  const NodeConfig* poller = config.find_node("p1");
  BOOST_REQUIRE(poller != nullptr);
  BOOST_CHECK(poller->type == NodeType::poller);
  BOOST_TEST(poller->hostgroups.size() == 2);
  BOOST_TEST(!poller->takeover);
  BOOST_CHECK(config.find_node("m1")->type == NodeType::master);
  BOOST_TEST(config.find_node("nobody") == nullptr);
}

BOOST_AUTO_TEST_CASE(the_documented_file_sync_block_parses_and_its_placeholders_are_named) {
  const LoadResult result =
      load("peer peer02 {\naddress = <ip>\nport = <port>\nsync {\n/opt/monitor/etc/htpasswd.users /opt/monitor/etc/htpasswd.users\n}\n}\n");
  BOOST_TEST(all_lines(result.errors) ==
             "merlin.conf:2:11: address: '<ip>' is not a host name, an IPv4 or an IPv6 address\n"
             "merlin.conf:3:8: port: '<port>' is not a whole number from 1 to 65535\n");
}

BOOST_AUTO_TEST_CASE(the_documented_sync_blocks_with_real_addresses) {
  const Config files = loaded(
      "peer peer02 {\naddress = 10.0.0.2\nport = 15551\nsync {\n/opt/monitor/etc/htpasswd.users /opt/monitor/etc/htpasswd.users\n}\n}\n");
  BOOST_TEST(files.nodes.at(0).sync.entries.at(0).source == "/opt/monitor/etc/htpasswd.users");
  const Config folder = loaded("peer peer02 {\naddress = 10.0.0.2\nport = 15551\nsync {\n/opt/plugins/custom/\n}\n}\n");
  BOOST_TEST(folder.nodes.at(0).sync.entries.at(0).dest == "/opt/plugins/custom/");
}

BOOST_AUTO_TEST_CASE(all_errors_are_told_at_once) {
  const LoadResult result = load("prot = 1\nport = x\nmodule {\n  dameon = a\n  notifies = perhaps\n}\npeeer a {\n}\npoller b {\n}\n");
  BOOST_TEST(all_lines(result.errors) ==
             "merlin.conf:1:1: unknown key 'prot'; did you mean 'port'?\n"
             "merlin.conf:2:8: port: 'x' is not a whole number from 1 to 65535\n"
             "merlin.conf:4:3: unknown key 'dameon' in module { }; did you mean 'daemon'?\n"
             "merlin.conf:5:14: notifies: 'perhaps' is not yes or no\n"
             "merlin.conf:7:1: unknown block 'peeer'; did you mean 'peer'?\n"
             "merlin.conf:9:1: poller 'b' has no hostgroup; add hostgroup = NAME to it\n");
}

BOOST_AUTO_TEST_CASE(single_errors) {
  const std::pair<const char*, const char*> cases[] = {
      {"port", "merlin.conf:1:1: 'port' has no value; give a whole number from 1 to 65535"},
      {"port =", "merlin.conf:1:1: 'port' has no value; give a whole number from 1 to 65535"},
      {"port = \"\"", "merlin.conf:1:8: port: '' is not a whole number from 1 to 65535"},
      {"weight = 1\nweight = 2", "merlin.conf:2:1: 'weight' is set twice, first at merlin.conf:1:1; remove one of the two"},
      {"peer a {\nweight = 1\nweight = 1\n}", "merlin.conf:3:1: 'weight' is set twice, first at merlin.conf:2:1; remove one of the two"},
      {"pidfile = /a", "merlin.conf:1:1: unknown key 'pidfile'; it belongs in daemon { }"},
      {"qwertyuiop = 1", "merlin.conf:1:1: unknown key 'qwertyuiop'; remove it, or see merlin.conf.example for what there is"},
      {"module = x", "merlin.conf:1:1: 'module' is a block; write its keys in braces behind it"},
      {"core a {\n}", "merlin.conf:1:6: the core block takes no name; write core {"},
      {"peer {\n}", "merlin.conf:1:1: the peer block has no name; write peer NAME {"},
      {"peer a/b {\n}", "merlin.conf:1:6: the name of a peer: 'a/b' is not a name of letters, digits, '.', '_' and '-'"},
      {"core {\n}\ncore {\n}", "merlin.conf:3:1: a second core block, the first is at merlin.conf:1:1; put everything into one"},
      {"daemon {\npeer a {\n}\n}", "merlin.conf:2:1: unknown block 'peer' in daemon { }"},
      {"module {\ninclude x\n}", "merlin.conf:2:1: include in module { }; include stands at the top of a file only"},
      {"pulse_interval = 50ms", "merlin.conf:1:18: pulse_interval: '50ms' is not a time from 100ms to 1m"},
      {"weight = 1001", "merlin.conf:1:10: weight: '1001' is not a whole number from 0 to 1000"},
      {"perfdata = onwer", "merlin.conf:1:12: perfdata: 'onwer' is not owner or all; did you mean owner?"},
      {"module {\ndaemon = ::1:15551\n}", "merlin.conf:2:10: daemon: '::1:15551' is not unix:/PATH, HOST:PORT or [IPV6]:PORT"},
      {"peer a {\nsync {\n/a b\n}\n}", "merlin.conf:3:4: 'b' is not an absolute path; write SOURCE DEST, both beginning with '/'"},
      {"peer a {\nsync {\na/b /c\n}\n}", "merlin.conf:3:1: 'a/b' is not an absolute path; begin it with '/'"},
      {"peer a {\nsync {\n/a/../b /c\n}\n}", "merlin.conf:3:1: '/a/../b' has '..' in it; write the path without '..'"},
      {"peer a {\nsync {\n/a /c/..\n}\n}", "merlin.conf:3:4: '/c/..' has '..' in it; write the path without '..'"},
  };
  for (const auto& [text, error] : cases) BOOST_TEST(load_error(text) == error);
}

BOOST_AUTO_TEST_CASE(what_settings_must_be_to_each_other) {
  const std::pair<const char*, const char*> cases[] = {
      {"peer a {\n}\npoller A {\naddress = b\nhostgroup = g\n}",
       "merlin.conf:3:1: a second node 'A', the first is at merlin.conf:1:1; remove or rename one"},
      {"node_name = a\npeer a {\n}", "merlin.conf:2:1: peer 'a' is this node itself; remove the block, or set node_name to another name"},
      {"peer testhost {\n}", "merlin.conf:1:1: peer 'testhost' is this node itself; remove the block, or set node_name to another name"},
      {"peer a {\naddress = c\n}\npeer b {\naddress = C\n}",
       "merlin.conf:4:1: peer 'b' has the address of peer 'a': c port 15551; correct one of the two"},
      {"partition = majority\npeer a {\n}",
       "merlin.conf:1:1: partition = majority with two voting nodes has no majority when they are cut; set tie = NODE, or add a node"},
      {"tie = b\npeer a {\n}", "merlin.conf:1:1: tie: there is no node 'b'; name a peer or this node"},
      {"tie = a\npeer a {\nnotifies = no\n}", "merlin.conf:1:1: tie: 'a' has no vote; name a peer with notifies = yes"},
      {"core_timeout = 1s\npulse_interval = 2s",
       "merlin.conf:1:1: core_timeout (1s) is shorter than pulse_interval (2s); make it at least as long"},
      {"core_timeout = 900ms", "merlin.conf:1:1: core_timeout (900ms) is shorter than pulse_interval (1s); make it at least as long"},
      {"ipc_socket = /run/merlin/control.sock", "merlin.conf: control_socket and ipc_socket are the same; give each a path of its own"},
      {"daemon {\ndatabase {\nconninfo = x\n}\n}",
       "merlin.conf:3:1: conninfo is for postgresql; set type = postgresql, or remove conninfo"},
  };
  for (const auto& [text, error] : cases) BOOST_TEST(load_error(text) == error);
  const std::string key = "fingerprint = " + std::string(64, 'a');
  BOOST_TEST(load_error("peer a {\n" + key + "\n}\npeer b {\n" + key + "\n}") ==
             "merlin.conf:4:1: peer 'b' has a fingerprint of peer 'a'; a certificate belongs to one node: correct one of the two");
}

BOOST_AUTO_TEST_CASE(a_majority_of_two_needs_a_tie_and_no_more) {
  loaded("partition = majority\ntie = a\npeer a {\n}");
  loaded("partition = majority\npeer a {\n}\npeer b {\n}");
  loaded("partition = majority\nmodule {\nnotifies = no\n}\npeer a {\n}");
  loaded("partition = majority\npeer a {\n}\npoller b {\nhostgroup = g\nnotifies = no\n}\npeer c {\n}");
}

BOOST_AUTO_TEST_CASE(a_preset_changes_defaults_and_explicit_keys_win) {
  const Config wan = loaded("preset = wan\n");
  BOOST_CHECK(wan.pulse_interval == 5s);
  BOOST_CHECK(wan.core_timeout == 15s);
  BOOST_CHECK(wan.isolation_grace == 30s);
  const Config mixed = loaded("pulse_interval = 2s\npreset = wan\n");
  BOOST_CHECK(mixed.pulse_interval == 2s);
  BOOST_CHECK(mixed.join_timeout == 90s);
}

BOOST_AUTO_TEST_CASE(folders_follow_the_files_they_belong_to) {
  MemorySources sources;
  const auto daemon = [&](std::string_view text, const std::string& path) { return load_text(text, path, sources).config.value().daemon; };
  const DaemonConfig moved = daemon("daemon {\ndatabase {\npath = /srv/m/reports.db\n}\n}\n", "/tmp/n1/merlin.conf");
  BOOST_TEST(moved.tls_dir == "/tmp/n1/tls");
  BOOST_TEST(moved.state_dir == "/var/lib/merlin", "the report database has nothing to do with it");
  const DaemonConfig top = daemon("daemon {\ndatabase {\npath = /reports.db\n}\n}\n", "/merlin.conf");
  BOOST_TEST(top.tls_dir == "/tls");
  const DaemonConfig named = daemon("daemon {\ntls_dir = /a\nstate_dir = /b\n}\n", "/tmp/n1/merlin.conf");
  BOOST_TEST(named.tls_dir == "/a");
  BOOST_TEST(named.state_dir == "/b");
}

BOOST_AUTO_TEST_CASE(keys_whose_feature_comes_later_are_kept_and_named) {
  const LoadResult result = load(
      "copies = 2\nport = 1\npeer a {\ntakeover = no\n}\npeer b {\ntakeover = no\nsync {\nwatch = yes\n/a/\n}\n}\n"
      "poller c {\nhostgroup = g\nssh_port = 2\n}\n");
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_TEST(all_lines(result.warnings) ==
             "merlin.conf:1:1: 'copies' is not in effect yet\n"
             "merlin.conf:4:1: 'takeover' is not in effect yet\n"
             "merlin.conf:13:1: 'poller' blocks are not in effect yet\n");
  BOOST_TEST(result.config->copies == 2U);
  BOOST_TEST(result.config->find_node("b")->sync.watch);
  BOOST_TEST(result.config->find_node("c")->ssh_port == 2);
}

BOOST_AUTO_TEST_CASE(a_host_name_that_is_no_node_name_asks_for_one) {
  MemorySources sources;
  sources.name = "bad name";
  const LoadResult result = load_text("", "merlin.conf", sources);
  BOOST_TEST(all_lines(result.errors) ==
             "merlin.conf: node_name is not set, and the host name cannot stand for it: 'bad name' is not a name of letters, digits, '.', "
             "'_' and '-'; "
             "set node_name\n");
  BOOST_TEST(load_text("node_name = a", "merlin.conf", sources).ok());
}

BOOST_AUTO_TEST_CASE(where_a_block_stands_is_no_difference) {
  Config above = loaded("peer a {\n}\n");
  Config below = loaded("\n\npeer a {\n}\n");
  BOOST_CHECK(above == below);
  BOOST_CHECK(!(above == loaded("peer a {\nport = 1\n}\n")));
}

BOOST_AUTO_TEST_CASE(includes_are_read_as_part_of_the_file) {
  MemorySources sources;
  sources.files = {{"/etc/m/merlin.conf", "include conf.d/*\ninclude /etc/one.conf\nweight = 2\n"},
                   {"/etc/m/conf.d/a.conf", "peer a {\n}\n"},
                   {"/etc/m/conf.d/b.conf", "peer b {\n}\n"},
                   {"/etc/one.conf", "include m/two.conf\n"},
                   {"/etc/m/two.conf", "cluster = x\nweight = 1\n"}};
  LoadResult result = load_file("/etc/m/merlin.conf", sources);
  BOOST_TEST(all_lines(result.errors) ==
             "/etc/m/two.conf:2:1: 'weight' is set twice, first at /etc/m/merlin.conf:3:1; remove one of the two\n");
  BOOST_TEST(result.files.size() == 5);
  sources.files["/etc/m/two.conf"] = "cluster = x\n";
  result = load_file("/etc/m/merlin.conf", sources);
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_TEST(result.config->nodes.size() == 2);
  BOOST_TEST(result.config->nodes[1].where.text == "/etc/m/conf.d/b.conf:1:1");
  BOOST_TEST(result.config->cluster == "x");
}

BOOST_AUTO_TEST_CASE(includes_that_go_wrong) {
  MemorySources sources;
  const auto error = [&](std::string text) {
    sources.files["/m.conf"] = std::move(text);
    return all_lines(load_file("/m.conf", sources).errors);
  };
  sources.files["/b.conf"] = "include /m.conf\n";
  sources.files["/c.conf"] = "\n";
  BOOST_TEST(error("include /m.conf\n") == "/m.conf:1:1: the file '/m.conf' includes itself; remove this include\n");
  BOOST_TEST(error("include b.conf\n") == "/b.conf:1:1: the file '/m.conf' includes itself; remove this include\n");
  BOOST_TEST(error("include c.conf\ninclude /c.conf\n") == "/m.conf:2:1: the file '/c.conf' is included twice; remove one include\n");
  BOOST_TEST(error("include gone.conf\n") == "/m.conf:1:1: cannot read the file: No such file or directory: '/gone.conf'\n");
  BOOST_TEST(error("include\n") == "/m.conf:1:1: include names no file; write include FILE\n");
  BOOST_TEST(error("include nothing.d/*\n").empty());
  BOOST_TEST(all_lines(load_file("/gone.conf", sources).errors) == "/gone.conf: cannot read the file: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(includes_are_bounded) {
  MemorySources sources;
  for (int i = 0; i < 200; ++i) sources.files["/deep/" + std::to_string(i)] = "include /deep/" + std::to_string(i + 1) + "\n";
  BOOST_TEST(all_lines(load_file("/deep/0", sources).errors) == "/deep/8:1:1: more than 8 includes inside each other\n");
  sources.files["/m.conf"] = "include /deep/*\n";
  for (auto& [path, text] : sources.files) {
    if (path != "/m.conf") text = "";
  }
  BOOST_TEST(all_lines(load_file("/m.conf", sources).errors) == "/m.conf:1:1: more than 100 files\n");
  for (auto& [path, text] : sources.files) {
    if (path != "/m.conf") text = std::string(kMaxFileSize / 2, '\n');
  }
  BOOST_TEST(all_lines(load_file("/m.conf", sources).errors) == "/m.conf:1:1: all files together are larger than 4194304 bytes\n");
  BOOST_TEST(all_lines(load(std::string(kMaxFileSize + 1, '\n')).errors) ==
             "merlin.conf: the text is larger than 1048576 bytes; split it by include\n");
}

BOOST_AUTO_TEST_CASE(errors_are_bounded) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "qwertyuiop" + std::to_string(i) + " = 1\n";
  const LoadResult result = load(text);
  BOOST_REQUIRE_EQUAL(result.errors.size(), 101);
  BOOST_TEST(result.errors.back().text() == "and 400 more errors");
}
