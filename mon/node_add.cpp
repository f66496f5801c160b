// mon node add NAME [type=…] [KEY=VALUE…]
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "config/edit.hpp"
#include "config/edit_file.hpp"
#include "config/key_table.hpp"
#include "config/load.hpp"
#include "config/nearest.hpp"
#include "config/problems.hpp"
#include "mon/commands.hpp"
#include "mon/editing.hpp"
#include "mon/trust_file.hpp"

namespace merlin::mon {
namespace {

constexpr std::string_view here = "node add";

// Takes type= out of the call's settings.
Result<config::NodeType> take_type(Call& call) {
  const auto is_type = [](const auto& setting) { return setting.first == "type"; };
  const auto given = std::ranges::find_if(call.settings, is_type);
  if (given == call.settings.end()) return config::NodeType::poller;
  if (std::ranges::count_if(call.settings, is_type) > 1) return Error{"'type' is given twice", std::string(here), "give it once"};

  const std::string word = given->second;
  call.settings.erase(given);
  const config::BlockSpec* block = config::find_block(config::Scope::top, word);
  if (block != nullptr && block->scope == config::Scope::node) return block->node_type;
  const auto near = config::nearest(word, {"peer", "poller", "master"});
  return Error{fmt::format("unknown type {}", config::quoted(word)), std::string(here),
               near ? fmt::format("nearest is {}", *near) : "type=peer, type=poller or type=master"};
}

bool has_hostgroup(const Call& call) {
  return std::ranges::any_of(call.settings, [](const auto& setting) {
    const config::KeySpec* key = config::find_key(config::Scope::node, setting.first);
    return key != nullptr && key->name == "hostgroup" && !setting.second.empty();
  });
}

Result<> check(const Call& call, config::NodeType type, const Before& before) {
  const std::string& name = call.words.front();
  if (auto settings = check_settings(call); !settings) return settings;
  if (before.config && before.config->find_node(name) != nullptr) {
    return Error{fmt::format("there is a node {} already", config::quoted(name)), std::string(here),
                 fmt::format("change it with: mon node edit {} KEY=VALUE", name)};
  }
  if (type == config::NodeType::poller && !has_hostgroup(call)) {
    return Error{"a poller needs hostgroups", fmt::format("{} {}", here, name), "add hostgroup=NAME,… (or type=peer, type=master)"};
  }
  return Ok{};
}

// The text of a merlin.conf that is not there yet is checked before anything is made; then an empty file,
// which is a good configuration, is edited like any other.
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
        {fmt::format("cannot be made: {}", std::strerror(errno)), call.config_path, "make its folder, or name a file with --config"}};
    return refused;
  }
  ::close(made);
  return config::add_node(call.config_path, type, call.words.front(), call.settings);
}

config::EditResult add(const Call& call, config::NodeType type, const Before& before) {
  if (!before.exists) return add_to_new_file(call, type);
  return config::add_node(call.config_path, type, call.words.front(), call.settings);
}

// A certificate that another node introduced before works from now on, unless the operator named one.
void trust_introduced(const Call& call, const config::Config& config, Console& console) {
  const auto* added = config.find_node(call.words.front());
  const std::string path = trust_path(call.config_path);
  const bool is_known = added != nullptr && added->fingerprints.empty() && ::access(path.c_str(), F_OK) == 0;
  if (!is_known) return;
  const auto set = change_trust(call.config_path, config, [](TrustSet&) {});
  const auto changed = set ? write_trust(call.config_path, config, *set) : set.error();
  if (!changed) return console.error(changed.error());
  for (const std::string& name : *changed) console.out << fmt::format("its certificate is known: {} is trusted\n", name);
}

}  // namespace

int run_node_add(const Call& given, Console& console) {
  Call call = given;
  const auto type = take_type(call);
  const Before before = look_before_edit(call);
  const auto good = type ? check(call, *type, before) : Result<>(type.error());
  if (!good) {
    console.error(good.error());
    return wrong_usage;
  }
  std::erase_if(call.settings, [](const auto& setting) { return setting.second.empty(); });
  const auto edit = add(call, *type, before);
  if (!edit.ok()) return refuse_edit(call, console, before, edit);
  console.out << fmt::format("{} {} added to {}\n", config::type_name(*type), call.words.front(), edit.file);
  print_new_warnings(console, before, edit);
  trust_introduced(call, *edit.config, console);
  return tell_daemon(call, console);
}

}  // namespace merlin::mon
