// Keys of module { }, daemon { } and core { }.
#include "config/key_lists.hpp"

namespace merlin::config {
namespace {

using namespace std::chrono_literals;

constexpr Choice database_types[] = {{"sqlite", 0}, {"postgresql", 1}};
constexpr Choice auto_words[] = {{"no", 0}, {"push", 1}};
constexpr Choice core_types[] = {{"auto", 0}, {"nagios4", 1}, {"naemon", 2}};
constexpr std::string_view on_the_machine = "found on the machine";

std::vector<KeySpec> module_keys() {
  return {
      {.scope = Scope::module,
       .name = "daemon",
       .rule = of(ValueType::endpoint),
       .default_text = "unix:/run/merlin/merlind.sock",
       .unset = "the socket named by ipc_socket",
       .in_effect = true,
       .help = "Where the core's module finds merlind; HOST:PORT is reached by TLS.",
       .apply = [](Target& t, const Value& v) { t.config.module.daemon = v.endpoint; }},
      {.scope = Scope::module,
       .name = "log_level",
       .rule = one_of(log_levels),
       .default_text = "info",
       .unset = "log_level at the top of the file",
       .in_effect = true,
       .help = "The least important kind of message the module logs.",
       .apply = [](Target& t, const Value& v) { t.config.module.log_level = log_level_of(v); }},
      {.scope = Scope::module,
       .name = "log_file",
       .rule = of(ValueType::log_target),
       .default_text = "/var/log/merlin/module.log",
       .in_effect = true,
       .help = "Where the module logs, besides the core's own log.",
       .apply = [](Target& t, const Value& v) { t.config.module.log_file = v.text; }},
      {.scope = Scope::module,
       .name = "notifies",
       .rule = of(ValueType::yes_no),
       .default_text = "yes",
       .in_effect = true,
       .help = "Whether this node sends notifications.",
       .apply = [](Target& t, const Value& v) { t.config.module.notifies = v.yes(); }},
  };
}

std::vector<KeySpec> daemon_keys() {
  return {
      {.scope = Scope::daemon,
       .name = "pidfile",
       .rule = of(ValueType::path),
       .default_text = "/run/merlin/merlind.pid",
       .in_effect = true,
       .help = "The file with merlind's process id.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.pidfile = v.text; }},
      {.scope = Scope::daemon,
       .name = "user",
       .rule = of(ValueType::name),
       .default_text = "merlin",
       .in_effect = true,
       .help = "The user merlind runs as when it is started by root.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.user = v.text; }},
      {.scope = Scope::daemon,
       .name = "control_socket",
       .rule = of(ValueType::socket_path),
       .default_text = "/run/merlin/control.sock",
       .in_effect = true,
       .help = "The unix socket on which merlind answers mon.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.control_socket = v.text; }},
      {.scope = Scope::daemon,
       .name = "backlog_max_age",
       .rule = a_time(1min, 8760h),
       .default_text = "7d",
       .help = "How long events are kept for a node that is away; after that it gets the whole state instead.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.backlog_max_age = v.millis(); }},
      {.scope = Scope::daemon,
       .name = "backlog_max_size",
       .rule = a_size(1 << 20, 1LL << 40),
       .default_text = "1GiB",
       .help = "How much of them is kept at most.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.backlog_max_size = v.bytes(); }},
  };
}

std::vector<KeySpec> database_keys() {
  return {
      {.scope = Scope::database,
       .name = "enabled",
       .rule = of(ValueType::yes_no),
       .default_text = "yes",
       .help = "Whether there is a report database at all.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.database.enabled = v.yes(); }},
      {.scope = Scope::database,
       .name = "type",
       .rule = one_of(database_types),
       .default_text = "sqlite",
       .help = "The kind of database.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.database.type = static_cast<DatabaseType>(v.number); }},
      {.scope = Scope::database,
       .name = "path",
       .rule = of(ValueType::path),
       .default_text = "/var/lib/merlin/reports.db",
       .help = "The file of an sqlite database.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.database.path = v.text; }},
      {.scope = Scope::database,
       .name = "conninfo",
       .rule = of(ValueType::text),
       .default_text = "host=db.example.org dbname=merlin",
       .unset = "none",
       .help = "How to reach a PostgreSQL database, in libpq's words.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.database.conninfo = v.text; }},
      {.scope = Scope::database,
       .name = "keep",
       .rule = a_time(24h, 24h * 36500),
       .default_text = "365d",
       .help = "How long reports are kept.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.database.keep = v.millis(); }},
  };
}

std::vector<KeySpec> http_and_push_keys() {
  return {
      {.scope = Scope::http,
       .name = "address",
       .aliases = {"host"},
       .rule = of(ValueType::address),
       .default_text = "127.0.0.1",
       .help = "The address of the metrics, health and status page.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.http.address = v.text; }},
      {.scope = Scope::http,
       .name = "port",
       .rule = a_port(),
       .default_text = "15580",
       .unset = "no such page",
       .help = "Its port; without one it is off.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.http.port = v.port(); }},
      {.scope = Scope::push_policy,
       .name = "push",
       .rule = of(ValueType::text),
       .default_text = "mon oconf push",
       .unset = "mon oconf push",
       .help = "The command that gives our object configuration to the other nodes.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.object_config.push = v.text; }},
      {.scope = Scope::push_policy,
       .name = "fetch",
       .aliases = {"pull"},
       .rule = of(ValueType::text),
       .default_text = "mon oconf fetch",
       .unset = "mon oconf fetch",
       .help = "The command that gets theirs.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.object_config.fetch = v.text; }},
      {.scope = Scope::push_policy,
       .name = "auto",
       .rule = one_of(auto_words),
       .default_text = "no",
       .help = "Whether merlind pushes by itself when ours is newer.",
       .apply = [](Target& t, const Value& v) { t.config.daemon.object_config.automatic = static_cast<AutoPush>(v.number); }},
  };
}

std::vector<KeySpec> core_keys() {
  return {
      {.scope = Scope::core,
       .name = "type",
       .rule = one_of(core_types),
       .default_text = "auto",
       .in_effect = true,
       .help = "Which monitoring core runs here.",
       .apply = [](Target& t, const Value& v) { t.config.core.type = static_cast<CoreType>(v.number); }},
      {.scope = Scope::core,
       .name = "config",
       .rule = of(ValueType::path),
       .default_text = "/etc/nagios4/nagios.cfg",
       .unset = on_the_machine,
       .in_effect = true,
       .help = "The core's main configuration file.",
       .apply = [](Target& t, const Value& v) { t.config.core.config = v.text; }},
      {.scope = Scope::core,
       .name = "binary",
       .rule = of(ValueType::path),
       .default_text = "/usr/sbin/nagios4",
       .unset = on_the_machine,
       .in_effect = true,
       .help = "The core's program.",
       .apply = [](Target& t, const Value& v) { t.config.core.binary = v.text; }},
      {.scope = Scope::core,
       .name = "start",
       .rule = of(ValueType::text),
       .default_text = "systemctl start nagios4",
       .unset = on_the_machine,
       .in_effect = true,
       .help = "The command that starts the core.",
       .apply = [](Target& t, const Value& v) { t.config.core.start = v.text; }},
      {.scope = Scope::core,
       .name = "stop",
       .rule = of(ValueType::text),
       .default_text = "systemctl stop nagios4",
       .unset = on_the_machine,
       .in_effect = true,
       .help = "The command that stops it.",
       .apply = [](Target& t, const Value& v) { t.config.core.stop = v.text; }},
      {.scope = Scope::core,
       .name = "restart",
       .rule = of(ValueType::text),
       .default_text = "systemctl restart nagios4",
       .unset = on_the_machine,
       .in_effect = true,
       .help = "The command that restarts it.",
       .apply = [](Target& t, const Value& v) { t.config.core.restart = v.text; }},
      {.scope = Scope::core,
       .name = "verify",
       .rule = of(ValueType::text),
       .default_text = "nagios4 -v /etc/nagios4/nagios.cfg",
       .unset = on_the_machine,
       .in_effect = true,
       .help = "The command that checks its object configuration.",
       .apply = [](Target& t, const Value& v) { t.config.core.verify = v.text; }},
  };
}

}  // namespace

std::vector<KeySpec> program_keys() {
  std::vector<KeySpec> keys;
  for (const auto& part : {module_keys(), daemon_keys(), database_keys(), http_and_push_keys(), core_keys()}) {
    keys.insert(keys.end(), part.begin(), part.end());
  }
  return keys;
}

}  // namespace merlin::config
