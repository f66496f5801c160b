#include "mon/commands.hpp"

#include <algorithm>
#include <vector>

#include "config/nearest.hpp"
#include "mon/command_parts.hpp"
#include "mon/fleet.hpp"

namespace merlin::mon {
namespace {

using namespace std::chrono_literals;

constexpr Millis usual_timeout = 30s;
constexpr Millis move_timeout = 120s;     // until hosts have moved
constexpr Millis service_timeout = 120s;  // until daemon and core are up

constexpr Option json{"--json", "", "one JSON document instead of text"};
constexpr Option no_wait{"--no-wait", "", "only give the order"};

constexpr Option all{"--all", "", "all configured nodes"};
constexpr Option type{"--type", "TYPE,…", "only these: peer, poller, master"};

constexpr Option common[] = {
    {"--config", "FILE", "merlin.conf to use (default: $MERLIN_CONF, else /etc/merlin/merlin.conf)"},
    {"--timeout", "TIME", "wait no longer than this: 30, 30s, 500ms, 2m"},
    {"--help", "", "this text"},
};

std::vector<Command> editing_commands() {
  return {
      {.name = "node add",
       .arguments = "NAME [type=peer|poller|master] [KEY=VALUE…]",
       .summary = "add a node to merlin.conf",
       .details = "Without type= it is a poller, which needs hostgroup=. KEY is any key of a node's block: address, port,\n"
                  "hostgroup, weight, connect, takeover, notifies, fingerprint and so on; --KEY=VALUE is the same.\n"
                  "Comments and order of merlin.conf stay. A running merlind takes the node up at once. A merlin.conf that\n"
                  "does not exist is made.",
       .examples = {"mon node add peer02 type=peer", "mon node add peer02 type=peer address=10.0.0.2 weight=2",
                    "mon node add poller01 type=poller hostgroup=branch,dmz"},
       .min_words = 1,
       .max_words = 1,
       .takes_settings = true,
       .timeout = usual_timeout,
       .run = run_node_add},
      {.name = "node remove",
       .arguments = "NAME…",
       .summary = "take nodes out of merlin.conf",
       .details = "Their certificates are no longer trusted. A running merlind closes the links at once.",
       .examples = {"mon node remove peer02", "mon node remove peer02 poller01"},
       .min_words = 1,
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_node_remove},
      {.name = "node edit",
       .arguments = "NAME KEY=VALUE…",
       .summary = "change settings of a node in merlin.conf",
       .details = "KEY= with nothing behind it takes the key away, so that its default holds.",
       .examples = {"mon node edit peer02 address=10.0.0.3", "mon node edit peer02 weight=2 port="},
       .min_words = 1,
       .max_words = 1,
       .takes_settings = true,
       .timeout = usual_timeout,
       .run = run_node_edit},
      {.name = "node rename",
       .arguments = "OLD NEW",
       .summary = "give a node another name in merlin.conf",
       .details = "Without an address of its own the node is reached by its name: by the new one then.",
       .examples = {"mon node rename peer02 nagios02"},
       .min_words = 2,
       .max_words = 2,
       .timeout = usual_timeout,
       .run = run_node_rename},
  };
}

std::vector<Command> showing_commands() {
  return {
      {.name = "node list",
       .summary = "the names of the configured nodes, one a line",
       .examples = {"mon node list", "mon node list --type=peer,poller"},
       .options = {type, json},
       .timeout = usual_timeout,
       .run = run_node_list},
      {.name = "node show",
       .arguments = "[NAME…]",
       .summary = "a node's settings as KEY=value lines, fit for eval",
       .details = "All nodes where none is named, with an empty line between them.",
       .examples = {"mon node show peer02", "eval \"$(mon node show peer02)\"; echo \"$ADDRESS:$PORT\""},
       .options = {type, json},
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_node_show},
      {.name = "node status",
       .summary = "every node's state, and what each problem needs",
       .details = "This node is marked with an asterisk. Columns that do not fit are left out; --wide shows all of them.\n"
                  "Exit status 0: all nodes are active. 1: one is not, or merlind does not run here.",
       .examples = {"mon node status", "mon node status --watch", "mon node status --json"},
       .options = {{"--watch", "", "draw it again every second, until q or Ctrl-C"}, {"--wide", "", "all columns, however wide"}, json},
       .timeout = usual_timeout,
       .run = run_node_status},
      {.name = "node tree",
       .summary = "masters, peers, and poller groups with their hostgroups, drawn",
       .examples = {"mon node tree"},
       .options = {json},
       .timeout = usual_timeout,
       .run = run_node_tree},
      {.name = "node owner",
       .arguments = "HOST",
       .summary = "who runs a host's checks, the whole ranking, and why",
       .examples = {"mon node owner web01"},
       .options = {json},
       .min_words = 1,
       .max_words = 1,
       .timeout = usual_timeout,
       .run = run_node_owner},
      {.name = "events",
       .summary = "what happened on all nodes: alerts, notifications, comments, downtimes",
       .details = "The newest 100, the oldest of them first; with --since all of that time. Every node has the same history, for as\n"
                  "long as backlog_max_age and backlog_max_size say. What a node that was cut off made meanwhile comes late and stands\n"
                  "where it belongs by its time; --follow prints it when it comes.",
       .examples = {"mon events", "mon events --host=web01 --type=notification --since=2d", "mon events --follow --json"},
       .options = {{"--follow", "", "go on with what comes, until Ctrl-C"},
                   {"--host", "NAME", "only of this host and its services"},
                   {"--service", "NAME", "only of services of this description"},
                   {"--type", "TYPE", "alert, notification, comment, downtime, acknowledgement, flapping or attribute"},
                   {"--since", "TIME", "not older than this: 90s, 30m, 2h, 7d"},
                   {"--limit", "NUMBER", "at most so many, the newest"},
                   {"--json", "", "one JSON object a line"}},
       .timeout = usual_timeout,
       .run = run_events},
  };
}

std::vector<Command> moving_commands() {
  return {
      {.name = "node drain",
       .arguments = "[NAME]",
       .summary = "hand all checks of a node over to the others",
       .details = "This node where none is named. Waits until every host has another owner.",
       .examples = {"mon node drain", "mon node drain peer02 --timeout 5m"},
       .options = {no_wait, json},
       .max_words = 1,
       .timeout = move_timeout,
       .run = run_node_drain},
      {.name = "node undrain",
       .arguments = "[NAME]",
       .summary = "let a drained node take its checks back",
       .details = "This node where none is named. Waits until it is ready and has its share.",
       .examples = {"mon node undrain"},
       .options = {no_wait, json},
       .max_words = 1,
       .timeout = move_timeout,
       .run = run_node_undrain},
      {.name = "start",
       .summary = "start merlind, then the core",
       .examples = {"mon start"},
       .options = {no_wait, json},
       .timeout = service_timeout,
       .run = run_start},
      {.name = "stop",
       .summary = "stop the core, then merlind",
       .examples = {"mon stop"},
       .options = {json},
       .timeout = service_timeout,
       .run = run_stop},
      {.name = "restart",
       .summary = "restart merlind and the core, after a goodbye to the other nodes",
       .details = "merlin.conf and the core's own configuration are checked first: nothing is stopped that would not start again.",
       .examples = {"mon restart"},
       .options = {no_wait, json},
       .timeout = service_timeout,
       .run = run_restart},
      {.name = "cert show",
       .summary = "this node's fingerprint, whom it trusts, and whom it refused",
       .examples = {"mon cert show"},
       .options = {json},
       .timeout = usual_timeout,
       .run = run_cert_show},
      {.name = "id", .summary = "this node's id", .examples = {"mon id"}, .options = {json}, .timeout = usual_timeout, .run = run_id},
      {.name = "completion",
       .arguments = "SHELL",
       .summary = "a script that completes mon's command line: bash, zsh or fish",
       .examples = {"mon completion bash", "source <(mon completion bash)"},
       .min_words = 1,
       .max_words = 1,
       .timeout = usual_timeout,
       .run = run_completion},
      {.name = "version",
       .summary = "the versions of mon and of merlind here",
       .examples = {"mon version"},
       .options = {json},
       .timeout = usual_timeout,
       .run = run_version},
  };
}

// Its own options, and those of every command that logs in somewhere.
std::vector<Option> with_login(std::vector<Option> own) {
  std::ranges::copy(login_options(), std::back_inserter(own));
  return own;
}

std::vector<Command> remote_commands() {
  return {
      {.name = "node ctrl",
       .arguments = "[NAME…] [--self] [--all] [--type=TYPE,…] -- COMMAND…",
       .summary = "run a command on other nodes, over ssh",
       .details = "On all configured nodes where none is named, side by side. Several words are a program and its arguments, each\n"
                  "as it was typed; a single word is a line for the shell there: mon node ctrl -- 'ls /etc | wc -l'.\n"
                  "One node: its output as it comes, our standard input, and its exit status. Several: output node by node\n"
                  "under headings, then each status; exit status 1 where one is not 0. Ctrl-C ends the commands there too.\n"
                  "--timeout is for connection and login, not for the command.",
       .examples = {"mon node ctrl peer02 -- mon node add peer01 type=peer", "mon node ctrl --type=peer -- mon restart",
                    "mon node ctrl --self -- uptime"},
       .options = with_login({all, {"--self", "", "on this node too"}, type, json}),
       .max_words = Command::many,
       .takes_command = true,
       .timeout = usual_timeout,
       .run = run_node_ctrl},
  };
}

std::vector<Command> trust_commands() {
  const auto options = with_login({all, type, json});
  return {
      {.name = "sshkey push",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "let us log in at other nodes, and exchange certificates with them",
       .details = "Our public key goes into their authorized_keys; an Ed25519 key is made where we have none. Where no key is accepted\n"
                  "yet a terminal is asked for the password. Certificates are exchanged, and each node is told all that we trust, so\n"
                  "that they trust each other too.",
       .examples = {"mon sshkey push --all", "mon sshkey push peer02 --password-file /root/password --accept-new"},
       .options = options,
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_sshkey_push},
      {.name = "sshkey fetch",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "let other nodes log in here, and trust their certificates",
       .details = "Their public keys come into our authorized_keys; an Ed25519 key is made there where they have none.",
       .examples = {"mon sshkey fetch --all"},
       .options = options,
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_sshkey_fetch},
      {.name = "sshkey show",
       .summary = "our public key, which is made where there is none",
       .examples = {"mon sshkey show"},
       .timeout = usual_timeout,
       .run = run_sshkey_show},
      {.name = "sshkey accept",
       .summary = "take a public key from standard input into authorized_keys",
       .details = "What 'mon sshkey push' runs on the other node. A key that is there already is not added again.",
       .examples = {"mon sshkey accept", "ssh peer02 mon sshkey accept <~/.ssh/id_ed25519.pub"},
       .timeout = usual_timeout,
       .run = run_sshkey_accept},
      {.name = "cert push",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "exchange certificates, and tell the others all that we trust",
       .details = "As 'mon sshkey push', without the keys.",
       .examples = {"mon cert push --all"},
       .options = options,
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_cert_push},
      {.name = "cert fetch",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "trust the certificates of other nodes here",
       .examples = {"mon cert fetch peer02"},
       .options = options,
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_cert_fetch},
      {.name = "cert rotate",
       .summary = "a new key and certificate for this node",
       .details = "All configured nodes are told of the new certificate and trust both; then merlind restarts with it; once all are\n"
                  "linked by it, the old one is trusted nowhere. Where a node cannot be reached nothing is switched: call it again,\n"
                  "and it goes on where it ended. The node's id stays.",
       .examples = {"mon cert rotate"},
       .options = with_login({{"--force", "", "switch even where not every node could be told"}, json}),
       .timeout = usual_timeout,
       .run = run_cert_rotate},
      {.name = "cert introduce",
       .summary = "take what another node trusts from standard input",
       .details = "What 'mon cert push' runs on the other node. A certificate is written into the one block of merlin.conf that has\n"
                  "its node's name, now or when that block is added; one that was removed is taken out.",
       .examples = {"mon cert introduce"},
       .timeout = usual_timeout,
       .run = run_cert_introduce},
  };
}

std::vector<Command> make_table() {
  std::vector<Command> table;
  for (auto part : {editing_commands(), showing_commands(), remote_commands(), trust_commands(), configuration_commands(), sync_commands(),
                    configuration_steps(), log_commands(), check_commands(), moving_commands()}) {
    std::ranges::move(part, std::back_inserter(table));
  }
  return table;
}

std::string_view last_word(std::string_view name) { return name.substr(name.rfind(' ') + 1); }

// The command whose last word that is, or empty.
std::string_view by_last_word(std::string_view word) {
  const auto found = std::ranges::find(all_commands(), word, [](const Command& command) { return last_word(command.name); });
  return found == all_commands().end() ? std::string_view{} : found->name;
}

}  // namespace

std::span<const Command> all_commands() {
  static const std::vector<Command> table = make_table();
  return table;
}

std::span<const Option> common_options() { return common; }

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(all_commands(), name, &Command::name);
  return found == all_commands().end() ? nullptr : &*found;
}

std::string_view nearest_command(std::string_view typed) {
  if (const auto same_word = by_last_word(typed); !same_word.empty()) return same_word;
  std::vector<std::string_view> names;
  std::vector<std::string_view> words;
  for (const Command& command : all_commands()) {
    names.push_back(command.name);
    words.push_back(last_word(command.name));
  }
  if (const auto near = config::nearest(typed, names)) return *near;
  const auto near_word = config::nearest(typed, words);
  return near_word ? by_last_word(*near_word) : std::string_view{};
}

}  // namespace merlin::mon
