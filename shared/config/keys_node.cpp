// Keys of peer, poller and master blocks, and of the blocks inside them.
#include "config/key_lists.hpp"

namespace merlin::config {
namespace {

using namespace std::chrono_literals;

constexpr Scope here = Scope::node;

std::vector<KeySpec> link_keys() {
  return {
      {.scope = here,
       .name = "address",
       .aliases = {"host"},
       .rule = of(ValueType::address),
       .default_text = "server02.example.org",
       .unset = "the block's name",
       .in_effect = true,
       .help = "Where the node is reached: host name, IPv4 or IPv6 address.",
       .apply = [](Target& t, const Value& v) { t.node->address = v.text; }},
      {.scope = here,
       .name = "port",
       .rule = a_port(),
       .default_text = "15551",
       .in_effect = true,
       .help = "The port its merlind listens on.",
       .apply = [](Target& t, const Value& v) { t.node->port = v.port(); }},
      {.scope = here,
       .name = "connect",
       .rule = of(ValueType::yes_no),
       .default_text = "yes",
       .in_effect = true,
       .help = "Whether we connect to it; no waits until it connects to us.",
       .apply = [](Target& t, const Value& v) { t.node->connect = v.yes(); }},
      {.scope = here,
       .name = "fingerprint",
       .aliases = {"fingerprints"},
       .rule = of(ValueType::fingerprints),
       .default_text = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
       .unset = "written by mon when certificates are exchanged",
       .in_effect = true,
       .help = "The SHA-256 fingerprint of its certificate; two of them while it changes its key.",
       .apply = [](Target& t, const Value& v) { t.node->fingerprints = v.list; }},
      {.scope = here,
       .name = "data_timeout",
       .rule = a_time(300ms, 1h),
       .default_text = "30s",
       .unset = "three of its pulse intervals",
       .help = "How long it may be silent before it is taken as gone.",
       .apply = [](Target& t, const Value& v) { t.node->data_timeout = v.millis(); }},
      {.scope = here,
       .name = "max_rate",
       .rule = a_size(1 << 10, 1LL << 40, "unlimited"),
       .default_text = "unlimited",
       .help = "How many bytes a second catching up may use on the link to it.",
       .apply = [](Target& t, const Value& v) { t.node->max_rate = v.is_word ? std::nullopt : std::optional(v.bytes()); }},
  };
}

std::vector<KeySpec> duty_keys() {
  return {
      {.scope = here,
       .name = "hostgroup",
       .aliases = {"hostgroups"},
       .rule = of(ValueType::names),
       .default_text = "group1, group2",
       .unset = "none; a poller needs one",
       .help = "Pollers only: the hostgroups whose hosts it checks for us.",
       .apply = [](Target& t, const Value& v) { t.node->hostgroups = v.list; }},
      {.scope = here,
       .name = "weight",
       .rule = whole(0, 1000),
       .default_text = "1",
       .unset = "1, or what another node's file says of it",
       .in_effect = true,
       .help = "Its share of the checks; what the node says of itself wins. 0 is a standby.",
       .apply = [](Target& t, const Value& v) { t.node->weight = v.count(); }},
      {.scope = here,
       .name = "takeover",
       .rule = of(ValueType::yes_no),
       .default_text = "yes",
       .help = "Whether we check its hosts when it is gone.",
       .apply = [](Target& t, const Value& v) { t.node->takeover = v.yes(); }},
      {.scope = here,
       .name = "notifies",
       .rule = of(ValueType::yes_no),
       .default_text = "yes",
       .help = "Whether it sends notifications; a node that does not has no vote either.",
       .apply = [](Target& t, const Value& v) { t.node->notifies = v.yes(); }},
      {.scope = here,
       .name = "ssh_user",
       .rule = of(ValueType::name),
       .default_text = "root",
       .help = "The user that mon logs in as there.",
       .apply = [](Target& t, const Value& v) { t.node->ssh_user = v.text; }},
      {.scope = here,
       .name = "ssh_port",
       .rule = a_port(),
       .default_text = "22",
       .help = "The port of its ssh server.",
       .apply = [](Target& t, const Value& v) { t.node->ssh_port = v.port(); }},
      {.scope = here,
       .name = "ssh_key",
       .rule = of(ValueType::path),
       .default_text = "/root/.ssh/id_ed25519",
       .unset = "the keys that ssh uses",
       .help = "The private key that mon logs in with.",
       .apply = [](Target& t, const Value& v) { t.node->ssh_key = v.text; }},
  };
}

std::vector<KeySpec> transfer_keys() {
  return {
      {.scope = Scope::node_push,
       .name = "push",
       .rule = of(ValueType::text),
       .default_text = "mon oconf push server02",
       .unset = "push of daemon { object_config { } }",
       .help = "The command that gives our object configuration to this node.",
       .apply = [](Target& t, const Value& v) { t.node->object_config.push = v.text; }},
      {.scope = Scope::node_push,
       .name = "fetch",
       .aliases = {"pull"},
       .rule = of(ValueType::text),
       .default_text = "mon oconf fetch server02",
       .unset = "fetch of daemon { object_config { } }",
       .help = "The command that gets its.",
       .apply = [](Target& t, const Value& v) { t.node->object_config.fetch = v.text; }},
      {.scope = Scope::node_push,
       .name = "source",
       .rule = of(ValueType::path),
       .default_text = "/etc/nagios4/objects",
       .unset = "the core's own place",
       .help = "The file or folder here that is pushed.",
       .apply = [](Target& t, const Value& v) { t.node->object_config.source = v.text; }},
      {.scope = Scope::node_push,
       .name = "dest",
       .rule = of(ValueType::path),
       .default_text = "/etc/nagios4/objects",
       .unset = "the same place as source",
       .help = "Where it is put there.",
       .apply = [](Target& t, const Value& v) { t.node->object_config.dest = v.text; }},
      {.scope = Scope::sync,
       .name = "delete",
       .rule = of(ValueType::yes_no),
       .default_text = "no",
       .help = "Whether files that are gone here are deleted in the folders there.",
       .apply = [](Target& t, const Value& v) { t.node->sync.delete_extra = v.yes(); }},
      {.scope = Scope::sync,
       .name = "watch",
       .rule = of(ValueType::yes_no),
       .default_text = "no",
       .help = "Whether a change is pushed at once.",
       .apply = [](Target& t, const Value& v) { t.node->sync.watch = v.yes(); }},
      {.scope = Scope::sync,
       .name = "restart",
       .rule = of(ValueType::text),
       .default_text = "systemctl reload apache2",
       .unset = "none",
       .help = "The command to run there after a change.",
       .apply = [](Target& t, const Value& v) { t.node->sync.restart = v.text; }},
  };
}

}  // namespace

std::vector<KeySpec> node_keys() {
  std::vector<KeySpec> keys;
  for (const auto& part : {link_keys(), duty_keys(), transfer_keys()}) keys.insert(keys.end(), part.begin(), part.end());
  return keys;
}

}  // namespace merlin::config
