// Keys at the top of merlin.conf.
#include "config/key_lists.hpp"

namespace merlin::config {
namespace {

using namespace std::chrono_literals;

constexpr Scope here = Scope::top;

constexpr Choice presets[] = {{"lan", 0}, {"wan", 1}};
constexpr Choice partitions[] = {{"every_side", 0}, {"majority", 1}};
constexpr Choice run_or_hold[] = {{"run", 0}, {"hold", 1}};
constexpr Choice notify_or_hold[] = {{"notify", 0}, {"hold", 1}};
constexpr Choice perfdata_words[] = {{"owner", 0}, {"all", 1}};

std::vector<KeySpec> identity_keys() {
  return {
      {.scope = here,
       .name = "node_name",
       .rule = of(ValueType::name),
       .default_text = "server01",
       .unset = "the machine's host name",
       .in_effect = true,
       .help = "The name of this node, as the other nodes' files have it.",
       .apply = [](Target& t, const Value& v) { t.config.node_name = v.text; }},
      {.scope = here,
       .name = "cluster",
       .rule = of(ValueType::name),
       .default_text = "merlin",
       .in_effect = true,
       .help = "The name of the cluster; nodes of another one are refused, so two clusters never join by accident.",
       .apply = [](Target& t, const Value& v) { t.config.cluster = v.text; }},
      {.scope = here,
       .name = "address",
       .aliases = {"host"},
       .rule = of(ValueType::addresses),
       .default_text = "0.0.0.0, ::",
       .in_effect = true,
       .help = "The addresses merlind listens on.",
       .apply = [](Target& t, const Value& v) { t.config.listen_addresses = v.list; }},
      {.scope = here,
       .name = "port",
       .rule = a_port(),
       .default_text = "15551",
       .in_effect = true,
       .help = "The TCP port merlind listens on.",
       .apply = [](Target& t, const Value& v) { t.config.port = v.port(); }},
      {.scope = here,
       .name = "weight",
       .rule = whole(0, 1000),
       .default_text = "1",
       .unset = "1, or what the other nodes' files say of this node",
       .in_effect = true,
       .help = "This node's share of the checks against the others'; 0 is a standby that only takes over.",
       .apply = [](Target& t, const Value& v) { t.config.weight = v.count(); }},
  };
}

std::vector<KeySpec> time_keys() {
  return {
      {.scope = here,
       .name = "preset",
       .rule = one_of(presets),
       .default_text = "lan",
       .in_effect = true,
       .help = "Defaults of the times below: lan for nodes close to each other, wan for slow or distant links.",
       .apply = [](Target& t, const Value& v) { t.config.preset = static_cast<Preset>(v.number); }},
      {.scope = here,
       .name = "pulse_interval",
       .rule = a_time(100ms, 60s),
       .default_text = "1s",
       .wan_default_text = "5s",
       .in_effect = true,
       .help = "How often a node says that it is alive; three missed pulses and it is taken as gone.",
       .apply = [](Target& t, const Value& v) { t.config.pulse_interval = v.millis(); }},
      {.scope = here,
       .name = "core_timeout",
       .rule = a_time(500ms, 10min),
       .default_text = "5s",
       .wan_default_text = "15s",
       .in_effect = true,
       .help = "How long the core may stand still before its checks are taken over.",
       .apply = [](Target& t, const Value& v) { t.config.core_timeout = v.millis(); }},
      {.scope = here,
       .name = "busy_limit",
       .rule = a_time(0s, 10min),
       .default_text = "5s",
       .wan_default_text = "15s",
       .in_effect = true,
       .help = "How much longer it may stand still when it has said before that it will (start, reload, saving retention).",
       .apply = [](Target& t, const Value& v) { t.config.busy_limit = v.millis(); }},
      {.scope = here,
       .name = "start_hold",
       .rule = a_time(0s, 5min),
       .default_text = "3s",
       .wan_default_text = "10s",
       .in_effect = true,
       .help = "How long a core that has just started waits for its daemon before it acts alone.",
       .apply = [](Target& t, const Value& v) { t.config.start_hold = v.millis(); }},
      {.scope = here,
       .name = "join_timeout",
       .rule = a_time(1s, 1h),
       .default_text = "30s",
       .wan_default_text = "90s",
       .in_effect = true,
       .help = "How long a joining node may take to compare its state with the others before it takes up checks anyway.",
       .apply = [](Target& t, const Value& v) { t.config.join_timeout = v.millis(); }},
      {.scope = here,
       .name = "isolation_grace",
       .rule = a_time(0s, 1h),
       .default_text = "10s",
       .wan_default_text = "30s",
       .in_effect = true,
       .help = "How long a core that lost its daemon keeps its share of the checks before it acts alone.",
       .apply = [](Target& t, const Value& v) { t.config.isolation_grace = v.millis(); }},
      {.scope = here,
       .name = "when_isolated",
       .rule = one_of(run_or_hold),
       .default_text = "run",
       .in_effect = true,
       .help = "What a core without its daemon does then: run every check it knows, or hold them all.",
       .apply = [](Target& t, const Value& v) { t.config.when_isolated = static_cast<WhenIsolated>(v.number); }},
      {.scope = here,
       .name = "takeover_rate",
       .rule = whole(1, 1'000'000, "auto"),
       .default_text = "auto",
       .in_effect = true,
       .help = "How many overdue checks a second a takeover starts at most; auto is four times the cluster's own average rate.",
       .apply = [](Target& t, const Value& v) { t.config.takeover_rate = v.is_word ? std::nullopt : std::optional(v.count()); }},
  };
}

std::vector<KeySpec> sharing_keys() {
  return {
      {.scope = here,
       .name = "copies",
       .rule = whole(1, 64, "all"),
       .default_text = "1",
       .help = "How many nodes run each check; all for every node that knows it.",
       .apply = [](Target& t, const Value& v) { t.config.copies = v.is_word ? copies_all : v.count(); }},
      {.scope = here,
       .name = "confirm",
       .rule = whole(1, 64),
       .default_text = "1",
       .help = "How many nodes must have seen a problem before it is notified.",
       .apply = [](Target& t, const Value& v) { t.config.confirm = v.count(); }},
      {.scope = here,
       .name = "confirm_unavailable",
       .rule = one_of(notify_or_hold),
       .default_text = "notify",
       .help = "What happens when too few nodes can be asked: notify all the same, or hold the notification.",
       .apply = [](Target& t, const Value& v) { t.config.confirm_unavailable = static_cast<ConfirmUnavailable>(v.number); }},
      {.scope = here,
       .name = "partition",
       .rule = one_of(partitions),
       .default_text = "every_side",
       .in_effect = true,
       .help = "Who notifies while the nodes are cut in two: every side, or only the one with the majority of the nodes.",
       .apply = [](Target& t, const Value& v) { t.config.partition = static_cast<Partition>(v.number); }},
      {.scope = here,
       .name = "tie",
       .rule = of(ValueType::name),
       .default_text = "server01",
       .unset = "none",
       .in_effect = true,
       .help = "With two nodes and partition = majority: the node whose side counts as the majority.",
       .apply = [](Target& t, const Value& v) { t.config.tie = v.text; }},
      {.scope = here,
       .name = "perfdata",
       .rule = one_of(perfdata_words),
       .default_text = "owner",
       .in_effect = true,
       .help = "Which cores process performance data: the one that ran the check, or all.",
       .apply = [](Target& t, const Value& v) { t.config.perfdata = static_cast<Perfdata>(v.number); }},
      {.scope = here,
       .name = "ipc_blocked_hostgroups",
       .rule = of(ValueType::names),
       .default_text = "group1, group2",
       .unset = "none",
       .help = "Hostgroups whose hosts this node does not check; another node takes them.",
       .apply = [](Target& t, const Value& v) { t.config.blocked_hostgroups = v.list; }},
  };
}

std::vector<KeySpec> place_keys() {
  return {
      {.scope = here,
       .name = "log_level",
       .rule = one_of(log_levels),
       .default_text = "info",
       .in_effect = true,
       .help = "The least important kind of message to log.",
       .apply = [](Target& t, const Value& v) { t.config.log_level = log_level_of(v); }},
      {.scope = here,
       .name = "log_file",
       .rule = of(ValueType::log_target),
       .default_text = "/var/log/merlin/merlind.log",
       .in_effect = true,
       .help = "Where merlind logs; stderr for the terminal or systemd.",
       .apply = [](Target& t, const Value& v) { t.config.log_file = v.text; }},
      {.scope = here,
       .name = "use_syslog",
       .rule = of(ValueType::yes_no),
       .default_text = "no",
       .in_effect = true,
       .help = "Log to the system log too.",
       .apply = [](Target& t, const Value& v) { t.config.use_syslog = v.yes(); }},
      {.scope = here,
       .name = "ipc_socket",
       .rule = of(ValueType::socket_path),
       .default_text = "/run/merlin/merlind.sock",
       .in_effect = true,
       .help = "The unix socket on which merlind waits for the core's module.",
       .apply = [](Target& t, const Value& v) { t.config.ipc_socket = v.text; }},
  };
}

}  // namespace

std::vector<KeySpec> top_keys() {
  std::vector<KeySpec> keys;
  for (const auto& part : {identity_keys(), time_keys(), sharing_keys(), place_keys()}) keys.insert(keys.end(), part.begin(), part.end());
  return keys;
}

}  // namespace merlin::config
