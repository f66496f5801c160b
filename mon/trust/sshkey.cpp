// mon sshkey push, fetch, show and accept
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <variant>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/read_input.hpp"
#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/permitted.hpp"
#include "mon/ssh/sender.hpp"
#include "mon/ssh/session_mark.hpp"
#include "mon/ssh/ssh_file.hpp"
#include "mon/trust/exchange.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_sshkey_push(const Call& call, Console& console) {
  return exchange(call, console, {.keys = true, .is_push = true, .is_restricted = call.has("--restricted")});
}
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

// The path of this program, for a line of authorized_keys.
Result<std::string> own_program() {
  std::error_code fault;
  const std::string path = std::filesystem::read_symlink("/proc/self/exe", fault).string();
  const bool is_plain = !fault && !path.empty() && path.find_first_of(" \t\r\n\"\\") == std::string::npos;
  if (!is_plain) return Error{"the path of mon cannot be written into authorized_keys", path, "install mon in its usual place"};
  return path;
}

Result<bool> accept(const Call& call, const std::string& home, const ssh::PublicKey& key) {
  if (!call.has("--restricted")) return ssh::authorize(home, key);
  const auto program = own_program();
  if (!program) return program.error();
  return ssh::authorize_restricted(home, key, ssh::restricted_options(ssh::sender_address(), *program));
}

Outcome<int> run_sshkey_accept(const Call& call, Console& console) {
  const auto line = read_input_line();
  const auto key = line ? ssh::read_public_key(*line) : line.error();
  const auto home = ssh::own_home();
  const auto added = key && home ? accept(call, *home, *key) : Result<bool>(key ? home.error() : key.error());
  if (!added) return added.error();
  console.out << (*added ? "added\n" : "was there\n");
  return kAllWell;
}

// Only in the session that asks for it.
Outcome<int> end_group(const ssh::PermittedSignal& wanted) {
  const char* own = std::getenv("SSH_CONNECTION");
  const auto environment = config::disk().read(fmt::format("/proc/{}/environ", wanted.group));
  const std::string entry = fmt::format("SSH_CONNECTION={}", own == nullptr ? "" : own) + std::string(1, '\0');
  const bool is_ours = own != nullptr && environment && environment->find(entry) != std::string::npos;
  if (!is_ours) return Error{"this session has started no such command", "sshkey serve", ""};
  return ::kill(-wanted.group, wanted.signal) == 0 ? kAllWell : kFailed;
}

// Does not return if the command starts.
Outcome<int> become(const ssh::PermittedCommand& command, Console& console) {
  console.err << ssh::mark_of(::getpgrp()) << std::flush;
  std::vector<std::string> words{"mon"};
  words.insert(words.end(), command.words.begin(), command.words.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
  return Error{fmt::format("mon cannot be started: {}", std::strerror(errno)), "sshkey serve", ""};
}

Outcome<int> run_sshkey_serve(const Call&, Console& console) {
  const char* original = std::getenv("SSH_ORIGINAL_COMMAND");
  const auto wanted = ssh::permitted(original == nullptr ? "" : original);
  if (!wanted) return wanted.error();
  if (const auto* signal = std::get_if<ssh::PermittedSignal>(&*wanted)) return end_group(*signal);
  return become(std::get<ssh::PermittedCommand>(*wanted), console);
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
        "asks no question; a host key that is known there and differs is never replaced.\n"
        "--restricted limits the key, from our present address, to the commands that mon itself runs on other nodes. Then mon node\n"
        "ctrl, mon sync and a login with this key are refused there.",
    .examples = {"mon sshkey push --all", "mon sshkey push peer02 --password-file /root/password --accept-new",
                 "mon sshkey push --all --restricted"},
    .options = {{"--restricted", "", "let our key run only what mon itself runs there"}},
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
    .details =
        "'mon sshkey push' runs this on the other node. No key is added twice. --restricted adds it, or changes its line, so that it\n"
        "can run only the commands that mon itself runs on other nodes, and only from the address of this session.",
    .examples = {"mon sshkey accept", "ssh peer02 mon sshkey accept <~/.ssh/id_ed25519.pub"},
    .options = {{"--restricted", "", "only for the commands that mon itself runs here"}},
    .run = run_sshkey_accept,
};

extern const Command kSshkeyServe{
    .name = "sshkey serve",
    .section = Section::ssh,
    .summary = "run the command that a restricted key asks for",
    .details = "authorized_keys names this for keys that 'mon sshkey push --restricted' added. Reads $SSH_ORIGINAL_COMMAND.",
    .examples = {"mon sshkey serve"},
    .is_plumbing = true,
    .run = run_sshkey_serve,
};

}  // namespace commands

}  // namespace merlin::mon
