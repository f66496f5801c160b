// merlin.conf files of earlier Merlin versions load, and settings without effect are reported once.
#include <boost/test/unit_test.hpp>
#include <set>

#include "shared/config/earlier.hpp"
#include "tests/unit/config_memory.hpp"

using namespace merlin;
using namespace merlin::config;
using namespace std::chrono_literals;

namespace {

Config good(std::string_view text) {
  LoadResult result = load(text);
  BOOST_REQUIRE_MESSAGE(result.ok(), text << "\ngives\n" << all_lines(result.errors));
  return *result.config;
}

std::string warnings_of(std::string_view text) {
  const LoadResult result = load(text);
  BOOST_REQUIRE_MESSAGE(result.ok(), text << "\ngives\n" << all_lines(result.errors));
  return all_lines(result.warnings);
}

std::string error_of(std::string_view text) {
  const LoadResult result = load(text);
  BOOST_TEST(!result.config, text);
  return all_lines(result.errors);
}

std::string inside(Scope scope, const std::string& lines) {
  switch (scope) {
    case Scope::top:
      return lines;
    case Scope::module:
      return "module {\n" + lines + "}\n";
    case Scope::daemon:
      return "daemon {\n" + lines + "}\n";
    case Scope::database:
      return inside(Scope::daemon, "database {\n" + lines + "}\n");
    case Scope::push_policy:
      return inside(Scope::daemon, "object_config {\n" + lines + "}\n");
    case Scope::node:
      return "peer a {\n" + lines + "}\n";
    case Scope::node_push:
      return inside(Scope::node, "object_config {\n" + lines + "}\n");
    case Scope::sync:
      return inside(Scope::node, "sync {\n" + lines + "}\n");
    case Scope::http:
    case Scope::core:
      break;
  }
  BOOST_FAIL("no block of earlier versions");
  return "";
}

const Scope kScopes[] = {Scope::top,         Scope::module, Scope::daemon,    Scope::database,
                         Scope::push_policy, Scope::node,   Scope::node_push, Scope::sync};

}  // namespace

// The keys that the parser of some earlier version accepted, in the blocks in which it accepted them.
BOOST_AUTO_TEST_CASE(every_key_of_every_earlier_version_is_accepted_where_it_stood) {
  const std::pair<Scope, const char*> keys[] = {
      {Scope::top, "address = 0.0.0.0"},
      {Scope::top, "binlog_dir = /var/lib/merlin/binlogs/"},
      {Scope::top, "binlog_max_file_size = 5000"},
      {Scope::top, "binlog_max_memory_size = 500"},
      {Scope::top, "binlog_persist = 1"},
      {Scope::top, "ipc_backlog_dir = /var/lib/merlin"},
      {Scope::top, "ipc_binlog = /var/lib/merlin/ipc.binlog"},
      {Scope::top, "ipc_binlog_dir = /var/lib/merlin"},
      {Scope::top, "ipc_blocked_hostgroups = hostgroup1, hostgroup2"},
      {Scope::top, "ipc_debug_read = /tmp/ipc.read.bin"},
      {Scope::top, "ipc_debug_write = /tmp/ipc.write.bin"},
      {Scope::top, "ipc_privatekey = /etc/merlin/key.priv"},
      {Scope::top, "ipc_socket = /var/lib/merlin/ipc.sock"},
      {Scope::top, "ipc_uuid = de305d54-75b4-431b-adb2-eb6b9e546014"},
      {Scope::top, "log_file = /var/log/merlin/merlin.log"},
      {Scope::top, "log_level = info"},
      {Scope::top, "log_levels = info"},
      {Scope::top, "mode = noc"},
      {Scope::top, "oconfsplit_dir = ."},
      {Scope::top, "port = 15551"},
      {Scope::top, "pulse_interval = 10"},
      {Scope::top, "use_syslog = 1"},
      {Scope::module, "binlog_dir = /var/lib/merlin"},
      {Scope::module, "cancel_threads = yes"},
      {Scope::module, "cluster_update = /usr/bin/tool --update"},
      {Scope::module, "event_mask = 0xffff"},
      {Scope::module, "handle_events = all"},
      {Scope::module, "ignore_events = all"},
      {Scope::module, "ipc_blocked_hostgroups = a"},
      {Scope::module, "ipc_debug_read = /tmp/a"},
      {Scope::module, "ipc_debug_write = /tmp/a"},
      {Scope::module, "ipc_reap_interval = 5"},
      {Scope::module, "ipc_socket = /var/lib/merlin/ipc.sock"},
      {Scope::module, "log_file = stdout"},
      {Scope::module, "log_level = all"},
      {Scope::module, "log_levels = all"},
      {Scope::module, "notifies = yes"},
      {Scope::module, "oconfsplit_dir = ."},
      {Scope::module, "pulse_interval = 10"},
      {Scope::module, "use_syslog = 1"},
      {Scope::daemon, "address = 0.0.0.0"},
      {Scope::daemon, "binlog_persist = 0"},
      {Scope::daemon, "import_program = php /opt/import.php"},
      {Scope::daemon, "ipc_blocked_hostgroups = a"},
      {Scope::daemon, "ipc_debug_read = /tmp/a"},
      {Scope::daemon, "ipc_socket = /var/lib/merlin/ipc.sock"},
      {Scope::daemon, "log_file = /var/log/merlin/daemon.log"},
      {Scope::daemon, "log_level = warn"},
      {Scope::daemon, "log_levels = err"},
      {Scope::daemon, "merlin_user = naemon"},
      {Scope::daemon, "pidfile = /var/run/merlin.pid"},
      {Scope::daemon, "port = 15551"},
      {Scope::daemon, "pulse_interval = 10"},
      {Scope::daemon, "use_syslog = 0"},
      {Scope::database, "commit_interval = 10s"},
      {Scope::database, "commit_queries = 100"},
      {Scope::database, "conn_str = x"},
      {Scope::database, "database = merlin"},
      {Scope::database, "db_database = merlin"},
      {Scope::database, "db_host = localhost"},
      {Scope::database, "db_pass = merlin"},
      {Scope::database, "db_port = 3306"},
      {Scope::database, "db_table = report_data"},
      {Scope::database, "db_user = merlin"},
      {Scope::database, "enabled = yes"},
      {Scope::database, "host = localhost"},
      {Scope::database, "host_perfdata_table = a"},
      {Scope::database, "log_notifications = yes"},
      {Scope::database, "log_report_data = yes"},
      {Scope::database, "logsql = 1"},
      {Scope::database, "name = merlin"},
      {Scope::database, "pass = merlin"},
      {Scope::database, "perfdata_table = a"},
      {Scope::database, "port = 3306"},
      {Scope::database, "service_perfdata_table = a"},
      {Scope::database, "track_current = no"},
      {Scope::database, "track_current_status = no"},
      {Scope::database, "type = mysql"},
      {Scope::database, "user = merlin"},
      {Scope::push_policy, "fetch = mon oconf fetch"},
      {Scope::push_policy, "pull = mon oconf fetch"},
      {Scope::push_policy, "push = mon oconf push"},
      {Scope::push_policy, "script_flags = -x"},
      {Scope::node, "accept_runcmd = 0"},
      {Scope::node, "address = 192.0.2.7"},
      {Scope::node, "auto_delete = 300"},
      {Scope::node, "connect = yes"},
      {Scope::node, "data_timeout = 30"},
      {Scope::node, "encrypted = 1"},
      {Scope::node, "encryption = 0"},
      {Scope::node, "fixed_srcport = yes"},
      {Scope::node, "host = 192.0.2.7"},
      {Scope::node, "hostgroup = linux"},
      {Scope::node, "hostgroups = linux, windows"},
      {Scope::node, "max_sync_attempts = 3"},
      {Scope::node, "notifies = yes"},
      {Scope::node, "port = 15551"},
      {Scope::node, "publickey = /etc/merlin/a.pub"},
      {Scope::node, "takeover = yes"},
      {Scope::node, "uuid = de305d54-75b4-431b-adb2-eb6b9e546014"},
      {Scope::node_push, "dest = /etc/nagios"},
      {Scope::node_push, "fetch = mon oconf fetch master01"},
      {Scope::node_push, "fetch_name = twin"},
      {Scope::node_push, "fetch_timeout = 60"},
      {Scope::node_push, "pull = mon oconf fetch master01"},
      {Scope::node_push, "push = no"},
      {Scope::node_push, "push_timeout = 60"},
      {Scope::node_push, "source = /etc/nagios"},
      {Scope::node_push, "ssh_key = /root/.ssh/id_rsa"},
      {Scope::node_push, "ssh_port = 2222"},
      {Scope::node_push, "ssh_user = monitor"},
      {Scope::sync, "/etc/passwd"},
      {Scope::sync, "restart = yes"},
  };
  for (const auto& [scope, line] : keys) {
    for (const char* end : {"\n", ";\n", "; # why\n", ";# why\n"}) good(inside(scope, line + std::string(end)));
  }
}

BOOST_AUTO_TEST_CASE(an_old_key_is_reported_once_with_its_reason) {
  BOOST_TEST(
      warnings_of("binlog_persist = 1\nencrypted = 1\nmodule {\ncluster_update = /x\nencrypted = 0\n}\npeer a {\naccept_runcmd = 0\n}\n") ==
      "merlin.conf:1:1: 'binlog_persist' is an old key without effect: the data for nodes that are away is always on disk; "
      "remove it\n"
      "merlin.conf:2:1: 'encrypted' is an old key without effect: links between nodes are always encrypted; remove it\n"
      "merlin.conf:4:1: 'cluster_update' is an old key without effect: Merlin runs no command when the nodes' files differ; remove it\n"
      "merlin.conf:8:1: 'accept_runcmd' is an old key without effect: Merlin runs no commands for other nodes; mon node ctrl runs one "
      "over ssh; remove it\n");
}

BOOST_AUTO_TEST_CASE(the_list_of_old_keys_is_sound) {
  std::set<std::pair<int, std::string_view>> names;
  for (const OldKey& key : old_keys()) {
    BOOST_TEST(!key.reason.empty(), key.name);
    BOOST_TEST(names.emplace(key.scope ? static_cast<int>(*key.scope) : -1, key.name).second, key.name);
    for (const Scope scope : kScopes) {
      if (key.scope.value_or(scope) != scope) continue;
      BOOST_TEST(find_key(scope, key.name) == nullptr, key.name);
      const LoadResult result = load(inside(scope, std::string(key.name) + " = x\n"));
      BOOST_TEST(result.ok(), key.name);
      BOOST_TEST(result.warnings.size() >= 1U, key.name);
    }
  }
  for (const auto& [scope, name] : moved_keys()) {
    BOOST_TEST(find_moved_key(scope, name) != nullptr, name);
    BOOST_TEST(find_key(scope, name) == nullptr, name);
  }
}

BOOST_AUTO_TEST_CASE(the_minimal_file_of_the_field_case) {
  const LoadResult result = load(R"(pulse_interval = 10
log_levels = info;
ipc_binlog_dir = /var/lib/merlin
module {
	cluster_update = /usr/bin/tool --update
}
daemon {
	merlin_user = naemon;
	database {
		name = merlin;
		type = mysql;
		commit_queries = 100;
	}
}
peer twin {
	address = 192.0.2.2; # main site
	accept_runcmd = 0;
	object_config {
		fetch_name = twin;
	}
}
test {
	anything = goes
	nested {
	}
}
)");
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_CHECK(result.config->pulse_interval == 10s);
  BOOST_CHECK(result.config->core_timeout == 30s);
  BOOST_CHECK(result.config->log_level == LogLevel::info);
  BOOST_CHECK(result.config->daemon.database.type == DatabaseType::sqlite);
  BOOST_TEST(result.config->daemon.user == "merlin");
  BOOST_TEST(result.config->nodes.at(0).address == "192.0.2.2");
  std::set<std::string> named;
  for (const Error& warning : result.warnings) named.insert(warning.where);
  for (const char* place : {"3:1", "5:2", "8:2", "10:3", "11:10", "12:3", "17:2", "19:3", "22:1"}) {
    BOOST_TEST(named.count("merlin.conf:" + std::string(place)) == 1U, place << " in\n" << all_lines(result.warnings));
  }
}

BOOST_AUTO_TEST_CASE(a_default_core_timeout_follows_the_pulse_interval) {
  const std::tuple<const char*, Millis, Millis> cases[] = {
      {"", 1s, 5s},
      {"preset = wan", 5s, 15s},
      {"pulse_interval = 1500ms", 1500ms, 5s},
      {"pulse_interval = 10", 10s, 30s},
      {"module {\npulse_interval = 10\n}", 10s, 30s},
      {"preset = wan\npulse_interval = 2s", 2s, 15s},
      {"preset = wan\npulse_interval = 20s", 20s, 60s},
      {"pulse_interval = 10\ncore_timeout = 12s", 10s, 12s},
      {"pulse_interval = 60s", 60s, 3min},
  };
  for (const auto& [text, pulse, timeout] : cases) {
    const Config config = good(text);
    BOOST_CHECK_MESSAGE(config.pulse_interval == pulse, text);
    BOOST_CHECK_MESSAGE(config.core_timeout == timeout, text << ": " << config.core_timeout.count());
    BOOST_TEST(warnings_of(text).empty(), text);
  }
  BOOST_TEST(error_of("pulse_interval = 10\ncore_timeout = 5s") ==
             "merlin.conf:2:1: core_timeout (5s) is shorter than pulse_interval (10s); make it at least as long\n");
}

BOOST_AUTO_TEST_CASE(values_of_earlier_versions) {
  const std::tuple<Scope, const char*, const char*> cases[] = {
      {Scope::top, "pulse_interval = 0", "pulse_interval: '0' has no meaning today, the default is in effect; remove the line"},
      {Scope::top, "pulse_interval = 120", "pulse_interval: '120' is read as 1m; write pulse_interval = 1m"},
      {Scope::top, "use_syslog = 2", "use_syslog: '2' is read as yes; write use_syslog = yes"},
      {Scope::top, "log_level = -all", "log_level: '-all' is read as error; write log_level = error"},
      {Scope::top, "log_levels = info +debug", "log_levels: 'info +debug' is read as debug; write log_level = debug"},
      {Scope::module, "log_levels = err,warn", "log_levels: 'err,warn' is read as warning; write log_level = warning"},
      {Scope::daemon, "log_level = -info", "log_level: '-info' is read as warning; write log_level = warning"},
      {Scope::module, "notifies = Yes", "notifies: 'Yes' is read as yes; write notifies = yes"},
      {Scope::module, "notifies = n", "notifies: 'n' is read as no; write notifies = no"},
      {Scope::database, "type = mysql",
       "type: 'mysql' is not supported, reports are stored in an SQLite file; set type = sqlite or postgresql, or remove the line"},
      {Scope::database, "type = dbi:mysql",
       "type: 'dbi:mysql' is not supported, reports are stored in an SQLite file; set type = sqlite or postgresql, or remove the line"},
      {Scope::node, "TAKEOVER = FALSE", "TAKEOVER: 'FALSE' is read as no; write takeover = no"},
      {Scope::node, "data_timeout = 0", "data_timeout: '0' has no meaning today, the default is in effect; remove the line"},
      {Scope::node, "data_timeout = 99999", "data_timeout: '99999' is read as 1h; write data_timeout = 1h"},
      {Scope::sync, "restart = yes", "restart: 'yes' is read as mon restart; write restart = mon restart"},
      {Scope::sync, "restart = 0", "restart: '0' names no command, nothing is run; remove the line"},
  };
  for (const auto& [scope, line, warning] : cases) {
    const std::string warnings = warnings_of(inside(scope, line + std::string(";\n")));
    BOOST_TEST((warnings.find(std::string(": ") + warning + "\n") != std::string::npos), line << " gives\n" << warnings);
  }
}

BOOST_AUTO_TEST_CASE(old_values_reach_the_model) {
  BOOST_CHECK(good("log_levels = -all").log_level == LogLevel::error);
  BOOST_CHECK(good("log_levels = -all").module.log_level == LogLevel::error);
  BOOST_CHECK(good("log_level = warn +debug").log_level == LogLevel::debug);
  BOOST_CHECK(good("log_level = -info -warn").log_level == LogLevel::error);
  BOOST_CHECK(good("pulse_interval = 0\npreset = wan").pulse_interval == 5s);
  BOOST_CHECK(good("pulse_interval = 120").core_timeout == 3min);
  BOOST_TEST(!good("module {\nnotifies = N\n}").module.notifies);
  BOOST_TEST(!good("peer a {\nConnect = 0\n}").nodes.at(0).connect);
  BOOST_CHECK(!good("peer a {\ndata_timeout = 0\n}").nodes.at(0).data_timeout);
  BOOST_CHECK(good("peer a {\nsync {\nrestart = yes\n/a\n}\n}").nodes.at(0).sync.restart == "mon restart");
  BOOST_CHECK(!good("peer a {\nsync {\nrestart = no\n/a\n}\n}").nodes.at(0).sync.restart);
  BOOST_CHECK(good("peer a {\nsync {\nrestart = service x reload\n}\n}").nodes.at(0).sync.restart == "service x reload");
  const NodeConfig node = good("peer a {\nobject_config {\nssh_user = monitor\nssh_port = 2222\nssh_key = /k\npush = no\n}\n}").nodes.at(0);
  BOOST_TEST(node.ssh_user == "monitor");
  BOOST_TEST(node.ssh_port == 2222);
  BOOST_CHECK(node.ssh_key == "/k");
  BOOST_CHECK(node.object_config.push == "no");
}

BOOST_AUTO_TEST_CASE(a_word_that_no_version_accepted_stays_an_error) {
  const std::pair<const char*, const char*> cases[] = {
      {"log_level = loud", "merlin.conf:1:13: log_level: 'loud' is not debug, info, warning or error\n"},
      {"module {\nnotifies = perhaps\n}", "merlin.conf:2:12: notifies: 'perhaps' is not yes or no\n"},
      {"use_syslog = maybe", "merlin.conf:1:14: use_syslog: 'maybe' is not yes or no\n"},
      {"core_timeout = 0", "merlin.conf:1:16: core_timeout: '0' is not a time from 500ms to 10m\n"},
      {"daemon {\ndatabase {\ntype = oracle\n}\n}", "merlin.conf:3:8: type: 'oracle' is not sqlite or postgresql\n"},
      {"daemon {\ndatabase {\npaht = /a\n}\n}", "merlin.conf:3:1: unknown key 'paht' in daemon { database { } }; did you mean 'path'?\n"},
      {"daemon {\nobject_config {\nauot = push\n}\n}",
       "merlin.conf:3:1: unknown key 'auot' in daemon { object_config { } }; did you mean 'auto'?\n"},
      {"master {\n}", "merlin.conf:1:1: the master block has no name; write master NAME {\n"},
  };
  for (const auto& [text, error] : cases) BOOST_TEST(error_of(text) == error);
}

BOOST_AUTO_TEST_CASE(old_databases_become_a_file) {
  for (const char* type : {"mysql", "dbi:mysql", "dbi:pgsql", "psql", "pgsql", "postgresql", "sqlite"}) {
    const std::string text =
        std::string("daemon {\ndatabase {\nname = m\nuser = m\npass = m\nhost = h\nport = 3306\ntype = ") + type + ";\n}\n}\n";
    const Config config = good(text);
    BOOST_CHECK_MESSAGE(config.daemon.database.type == DatabaseType::sqlite, type);
    const bool named = warnings_of(text).find("reports are stored in an SQLite file") != std::string::npos;
    BOOST_TEST(named == (std::string(type) != "sqlite"), type << " gives\n" << warnings_of(text));
  }
  for (const char* type : {"psql", "pgsql", "postgresql"}) {
    const std::string text = std::string("daemon {\ndatabase {\ntype = ") + type + "\nconninfo = dbname=m\n}\n}\n";
    BOOST_CHECK_MESSAGE(good(text).daemon.database.type == DatabaseType::postgresql, type);
  }
  BOOST_TEST(error_of("daemon {\ndatabase {\ntype = mysql\nconninfo = dbname=m\n}\n}\n") ==
             "merlin.conf:4:1: conninfo is for postgresql; set type = postgresql, or remove conninfo\n");
}

BOOST_AUTO_TEST_CASE(blocks_of_earlier_versions) {
  BOOST_TEST(warnings_of("test {\nx = 1\ny {\n}\n}\n") ==
             "merlin.conf:1:1: 'test' blocks have no effect: it was used only for tests of Merlin; remove it\n");
  good("test_name x {\n}\n");
  good("daemon {\nimport {\nanything = 1\n}\n}\n");
  const std::pair<const char*, const char*> kinds[] = {{"peer", "peer"}, {"master", "master"}, {"noc", "master"}};
  for (const auto& [kind, now] : kinds) {
    const LoadResult result = load(std::string(kind) + " a {\nhostgroup = g\n}\n");
    BOOST_REQUIRE_MESSAGE(result.ok(), kind << all_lines(result.errors));
    BOOST_TEST(result.config->nodes.at(0).hostgroups.empty(), kind);
    BOOST_TEST(result.warnings.back().text() ==
               "merlin.conf:2:1: 'hostgroup' in a " + std::string(now) + " block has no effect: only pollers have hostgroups; remove it");
  }
  const LoadResult nameless = load("peer {\naddress = 192.0.2.9\n}\n");
  BOOST_REQUIRE_MESSAGE(nameless.ok(), all_lines(nameless.errors));
  BOOST_TEST(nameless.config->nodes.at(0).name == "192.0.2.9");
  BOOST_TEST(all_lines(nameless.warnings) ==
             "merlin.conf:1:1: the peer block has no name: the node is called '192.0.2.9'; write peer NAME {\n");
  BOOST_TEST(warnings_of("module main {\n}\n") ==
             "merlin.conf:1:8: the module block takes no name: 'main' has no effect; write module {\n");
  BOOST_TEST(warnings_of("daemon {\nport = 1\n}\ndaemon {\npidfile = /a\n}\n") ==
             "merlin.conf:4:1: a second daemon block, the first is at merlin.conf:1:1: both are in effect; put everything into one\n");
}

BOOST_AUTO_TEST_CASE(of_a_key_that_is_set_twice_the_last_one_counts) {
  const LoadResult result =
      load("log_level = info\nport = 1\nport = 2\ndaemon {\nlog_level = err\n}\npeer a {\nhost = b\naddress = c\n}\n");
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_TEST(result.config->port == 2);
  BOOST_CHECK(result.config->log_level == LogLevel::error);
  BOOST_TEST(result.config->nodes.at(0).address == "c");
  BOOST_TEST(all_lines(result.warnings) ==
             "merlin.conf:3:1: 'port' is set twice, first at merlin.conf:2:1: this one is in effect; remove one of the two\n"
             "merlin.conf:5:1: 'log_level' is set twice, first at merlin.conf:1:1: this one is in effect; remove one of the two\n"
             "merlin.conf:9:1: 'address' is set twice, first at merlin.conf:8:1: this one is in effect; remove one of the two\n");
  const Config lists = good("poller a {\nhostgroup = g\nhostgroups = h, i\n}\nipc_blocked_hostgroups = x\nipc_blocked_hostgroups = y\n");
  BOOST_CHECK((lists.nodes.at(0).hostgroups == std::vector<std::string>{"g", "h", "i"}));
  BOOST_CHECK((lists.blocked_hostgroups == std::vector<std::string>{"x", "y"}));
}

// The configuration that a Merlin of 2009 wrote, except for its paths.
BOOST_AUTO_TEST_CASE(a_file_of_an_old_installation_loads) {
  const Config config = good(R"(
log_level = all;
ipc_socket = /opt/monitor/op5/merlin/ipc.sock;
pulse_interval = 10
module {
	log_file = stdout;
}
daemon {
	pidfile = /var/run/merlin.pid;
	log_file = /opt/monitor/op5/merlin/logs/daemon.log;
	import_program = /opt/monitor/op5/merlin/ocimp
	port = 15516;
	database {
		log_report_data = yes;
		name = merlin;
		user = merlin;
		pass = merlin;
		host = localhost;
		type = mysql;
	}
	object_config {
		push = mon oconf push
		#fetch = mon oconf fetch
	}
}
peer peer1 {
}
)");
  BOOST_TEST(config.port == 15516);
  BOOST_TEST(config.log_file == "/opt/monitor/op5/merlin/logs/daemon.log");
  BOOST_CHECK(config.log_level == LogLevel::debug);
  BOOST_CHECK(config.pulse_interval == 10s);
}
