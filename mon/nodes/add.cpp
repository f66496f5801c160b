// mon node add NAME [type=…] [KEY=VALUE…]
#include "mon/nodes/add.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "mon/cli/options.hpp"
#include "mon/nodes/everywhere.hpp"
#include "mon/trust/trust_file.hpp"
#include "shared/config/edit.hpp"
#include "shared/config/edit_file.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/load.hpp"
#include "shared/config/nearest.hpp"
#include "shared/config/problems.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon {
namespace {

constexpr std::string_view kHere = "node add";

bool has_hostgroup(const Call& call) {
  return std::ranges::any_of(call.settings, [](const auto& setting) {
    const config::KeySpec* key = config::find_key(config::Scope::node, setting.first);
    return key != nullptr && key->name == "hostgroup" && !setting.second.empty();
  });
}

// The text of a missing merlin.conf is checked before anything is created; then an empty file, which is a valid configuration, is edited
// like any other.
config::EditResult add_to_new_file(const Call& call, config::NodeType type) {
  const config::BlockName block{std::string(config::type_name(type)), call.words.front()};
  config::EditResult refused;
  const auto text = config::add_block("", {}, block, call.settings);
  if (!text) refused.errors = {text.error()};
  if (text) refused.errors = config::load_text(*text, call.config_path).errors;
  if (!refused.ok()) return refused;

  const int made = ::open(call.config_path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (made < 0) {
    refused.errors = {
        {fmt::format("cannot be created: {}", std::strerror(errno)), call.config_path, "create its folder, or name a file with --config"}};
    return refused;
  }
  ::close(made);
  return config::add_node(call.config_path, type, call.words.front(), call.settings);
}

config::EditResult add(const Call& call, config::NodeType type, const Before& before) {
  if (!before.exists) return add_to_new_file(call, type);
  return config::add_node(call.config_path, type, call.words.front(), call.settings);
}

// A certificate that another node introduced earlier is used from now on, unless the operator named one. Returns the changed blocks.
Result<std::vector<std::string>> trust_introduced(const Call& call, const config::Config& config) {
  const auto* added = config.find_node(call.words.front());
  const std::string path = trust_path(call.config_path);
  const bool is_known = added != nullptr && added->fingerprints.empty() && ::access(path.c_str(), F_OK) == 0;
  if (!is_known) return std::vector<std::string>();
  const auto set = change_trust(call.config_path, config, [](TrustSet&) {});
  return set ? write_trust(call.config_path, config, *set) : set.error();
}

Outcome<int> run_node_add(const Call& given, Console& console) {
  if (given.has("--everywhere")) return add_everywhere(given, console);
  Call call = given;
  const auto type = take_type(call);
  const Before before = look_before_edit(call);
  const auto good = type ? check_new_node(call, *type, before) : Result<>(type.error());
  if (!good) return usage(good.error());
  auto done = add_here(call, *type, before, console);
  const bool has_type = std::ranges::any_of(given.settings, [](const auto& setting) { return setting.first == "type"; });
  if (done && !has_type) console.out << "a node without type= is a poller; for a peer: type=peer\n";
  return done;
}

}  // namespace

Result<config::NodeType> take_type(Call& call) {
  const auto is_type = [](const auto& setting) { return setting.first == "type"; };
  const auto given = std::ranges::find_if(call.settings, is_type);
  if (given == call.settings.end()) return config::NodeType::poller;
  if (std::ranges::count_if(call.settings, is_type) > 1) return Error{"'type' is given twice", std::string(kHere), "give it once"};

  const std::string word = given->second;
  call.settings.erase(given);
  const config::BlockSpec* block = config::find_block(config::Scope::top, word);
  if (block != nullptr && block->scope == config::Scope::node) return block->node_type;
  const auto near = config::nearest(word, {"peer", "poller", "master"});
  return Error{fmt::format("unknown type {}", config::quoted(word)), std::string(kHere),
               near ? fmt::format("did you mean {}?", *near) : "type=peer, type=poller or type=master"};
}

Result<> check_new_node(const Call& call, config::NodeType type, const Before& before) {
  const std::string& name = call.words.front();
  if (auto settings = check_settings(call); !settings) return settings;
  if (before.config && before.config->find_node(name) != nullptr) {
    return Error{fmt::format("a node {} already exists", config::quoted(name)), std::string(kHere),
                 fmt::format("to change it: mon node edit {0} KEY=VALUE; if it was reinstalled: mon cert push {0}", name)};
  }
  if (type == config::NodeType::poller && !has_hostgroup(call)) {
    return Error{"a poller needs hostgroups", fmt::format("{} {}", kHere, name), "add hostgroup=NAME,… (or type=peer, type=master)"};
  }
  return Ok{};
}

Outcome<int> add_here(const Call& given, config::NodeType type, const Before& before, Console& console) {
  Call call = given;
  std::erase_if(call.settings, [](const auto& setting) { return setting.second.empty(); });
  const auto edit = add(call, type, before);
  if (!edit.ok()) return refusal(call, before, edit);
  console.out << fmt::format("{} {} added to {}\n", config::type_name(type), call.words.front(), edit.file);
  for (const Error& warning : new_warnings(before, edit)) console.error(warning);
  const auto trusted = trust_introduced(call, *edit.config);
  if (!trusted) console.error(trusted.error());  // the node is added anyway
  for (const std::string& name : trusted ? *trusted : std::vector<std::string>())
    console.out << fmt::format("its certificate has been received before: {} is trusted\n", name);
  return reload_daemon(call, console);
}

Result<config::Config> config_with_node(const Call& call, config::NodeType type) {
  const bool exists = ::access(call.config_path.c_str(), F_OK) == 0;
  const auto before = exists ? config::disk().read(call.config_path) : Result<std::string>(std::string());
  if (!before) return before.error();
  config::Settings settings = call.settings;
  std::erase_if(settings, [](const auto& setting) { return setting.second.empty(); });
  const auto text = config::add_block(*before, {}, {std::string(config::type_name(type)), call.words.front()}, settings);
  if (!text) return text.error();
  auto loaded = config::load_text(*text, call.config_path);
  if (loaded.config) return std::move(*loaded.config);
  return loaded.errors.front();
}

namespace commands {

extern const Command kNodeAdd{
    .name = "node add",
    .section = Section::nodes,
    .arguments = "NAME [type=peer|poller|master] [KEY=VALUE…] [--everywhere]",
    .summary = "add a node to merlin.conf",
    .details =
        "Without type= the node is a poller, which needs hostgroup=. KEY is any key of a node's block: address, port,\n"
        "hostgroup, weight, connect, takeover, notifies, fingerprint and so on; --KEY=VALUE is the same.\n"
        "Comments and order of merlin.conf stay as they are. A running merlind uses the node at once. If merlin.conf\n"
        "does not exist, it is created.\n"
        "--everywhere adds a peer on all nodes, over ssh: each peer of merlin.conf gets a block for it, with an address that works\n"
        "from there, and it gets a block for each of them. Keys and certificates are exchanged. If a node cannot be reached, run\n"
        "the same command again later; what is done already is not done again.",
    .examples = {"mon node add peer02 type=peer", "mon node add peer02 type=peer address=10.0.0.2 weight=2",
                 "mon node add poller01 type=poller hostgroup=branch,dmz", "mon node add peer03 type=peer --everywhere"},
    .options = options::with_login({kEverywhereOption}),
    .min_words = 1,
    .max_words = 1,
    .takes_settings = true,
    .run = run_node_add,
};

}  // namespace commands

}  // namespace merlin::mon
