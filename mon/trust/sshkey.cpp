// mon sshkey push, fetch, show and accept
#include <fmt/format.h>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/read_input.hpp"
#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/ssh_file.hpp"
#include "mon/trust/exchange.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_sshkey_push(const Call& call, Console& console) { return exchange(call, console, {.keys = true, .is_push = true}); }
Outcome<int> run_sshkey_fetch(const Call& call, Console& console) { return exchange(call, console, {.keys = true, .is_push = false}); }

Outcome<int> run_sshkey_show(const Call& call, Console& console) {
  const auto home = ssh::own_home();
  const auto key = home ? ssh::own_public_key(*home, ssh::own_name() + "@" +
                                                         config::load_file(call.config_path).config.value_or(config::Config{}).node_name)
                        : Result<ssh::PublicKey>(home.error());
  if (!key) return key.error();
  console.out << key->line() << '\n';
  return kAllWell;
}

Outcome<int> run_sshkey_accept(const Call&, Console& console) {
  const auto line = read_input_line();
  const auto key = line ? ssh::read_public_key(*line) : line.error();
  const auto home = ssh::own_home();
  const auto added = key && home ? ssh::authorize(*home, *key) : Result<bool>(key ? home.error() : key.error());
  if (!added) return added.error();
  console.out << (*added ? "added\n" : "was there\n");
  return kAllWell;
}

Outcome<int> run_sshkey_forget(const Call& call, Console& console) {
  const std::string& name = call.words.front();
  const bool is_dry = call.has("--dry-run");
  const auto home = ssh::own_home();
  const auto keys = home ? ssh::shown_keys_of_node(*home, name) : home.error();
  if (!keys) return keys.error();
  if (!keys->empty() && !is_dry) {
    const auto changed =
        ssh::change_ssh_file(*home, "authorized_keys", [&](std::string_view text) { return ssh::without_node(text, name); });
    if (!changed) return changed.error();
  }
  for (const std::string& key : *keys) console.out << plain(key) << (is_dry ? "" : " removed") << '\n';
  if (keys->empty() && !is_dry) console.out << fmt::format("no key of {} in {}/.ssh/authorized_keys\n", name, *home);
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kSshkeyPush = options::for_nodes({
    .name = "sshkey push",
    .section = Section::ssh,
    .summary = "add our ssh key on other nodes, and exchange certificates with them",
    .details =
        "Adds our public key to authorized_keys there, and creates an Ed25519 key if we have none. If no key is accepted yet,\n"
        "asks for the password on the terminal. Certificates are exchanged, and each node receives the list of all certificates\n"
        "that we trust, so the nodes also trust each other. Each node also receives the host keys of the others, so ssh between them\n"
        "asks no question; a host key that is known there and differs is never replaced.",
    .examples = {"mon sshkey push --all", "mon sshkey push peer02 --password-file /root/password --accept-new"},
    .run = run_sshkey_push,
});

extern const Command kSshkeyFetch = options::for_nodes({
    .name = "sshkey fetch",
    .section = Section::ssh,
    .summary = "add the ssh keys of other nodes here, and trust their certificates",
    .details = "Adds their public keys to authorized_keys here, and creates an Ed25519 key on nodes that have none.",
    .examples = {"mon sshkey fetch --all"},
    .run = run_sshkey_fetch,
});

extern const Command kSshkeyShow{
    .name = "sshkey show",
    .section = Section::ssh,
    .summary = "show our public key; create one if there is none",
    .examples = {"mon sshkey show"},
    .run = run_sshkey_show,
};

extern const Command kSshkeyForget{
    .name = "sshkey forget",
    .section = Section::ssh,
    .arguments = "NAME",
    .summary = "remove a node's ssh keys from authorized_keys",
    .details =
        "Removes every key whose comment names the node, as in root@peer03; mon names the keys that it creates so. From then on the\n"
        "node cannot log in here with them. --dry-run only lists them.",
    .examples = {"mon sshkey forget peer03", "mon node ctrl --self -- mon sshkey forget peer03"},
    .options = {options::kDryRun},
    .min_words = 1,
    .max_words = 1,
    .run = run_sshkey_forget,
};

extern const Command kSshkeyAccept{
    .name = "sshkey accept",
    .section = Section::ssh,
    .summary = "add a public key from standard input to authorized_keys",
    .details = "'mon sshkey push' runs this on the other node. No key is added twice.",
    .examples = {"mon sshkey accept", "ssh peer02 mon sshkey accept <~/.ssh/id_ed25519.pub"},
    .run = run_sshkey_accept,
};

}  // namespace commands

}  // namespace merlin::mon
