#include "shared/config/validate.hpp"

#include <algorithm>
#include <set>

#include "shared/base/assert.hpp"
#include "shared/config/earlier.hpp"
#include "shared/config/nearest.hpp"

namespace merlin::config {
namespace {

constexpr int kPulsesInCoreTimeout = 3;

std::string folder_with_slash(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

std::string did_you_mean(const std::optional<std::string_view>& word) { return word ? "did you mean '" + std::string(*word) + "'?" : ""; }

// Another scope that has the key: it may be in the wrong block.
std::string belongs_elsewhere(std::string_view name) {
  for (const KeySpec& spec : all_keys()) {
    if (spec.name == name) return "it belongs in " + std::string(scope_text(spec.scope));
  }
  return "remove it, or see merlin.conf.example for what there is";
}

bool escapes(std::string_view path) { return ("/" + std::string(path) + "/").find("/../") != std::string::npos; }

class Validator {
 public:
  Validator(Tree& tree, Sources& sources) : tree_(tree), sources_(sources), readable_(tree.problems.empty()) {
    out_.problems = std::move(tree.problems);
  }

  Validated run() {
    Target top{out_.config};
    for (const KeySpec& spec : all_keys()) {
      if (!inside_node(spec.scope)) apply_default(spec, top, spec.default_text);
    }
    for (const File& file : tree_.files) {
      file_ = &file;
      content(file.root, Scope::top, top, seen_, true);
    }
    apply_preset(top);
    apply_derived();
    // If something could not be read, checking the rest would report errors that are none.
    if (!readable_) return std::move(out_);
    for (Error& error : check_together(out_.config, seen_, tree_.files.front().path)) out_.problems.add(std::move(error));
    return std::move(out_);
  }

 private:
  static bool is_in_node(const KeySpec& spec) { return inside_node(spec.scope); }
  static bool inside_node(Scope scope) { return scope == Scope::node || scope == Scope::node_push || scope == Scope::sync; }

  void fail(Position at, std::string what, std::string fix) { out_.problems.add({std::move(what), file_->where(at), std::move(fix)}); }

  void warn(const std::string& name, std::string what, Position at, std::string fix) {
    if (warned_.insert(name).second) out_.warnings.push_back({std::move(what), file_->where(at), std::move(fix)});
  }

  static void apply_default(const KeySpec& spec, Target& target, std::string_view text) {
    if (!spec.unset.empty()) return;
    const Result<Value> value = read_value(spec.rule, text);
    // asserted: the text is a default of our own key table, not from a file
    MERLIN_ASSERT(value.ok());
    spec.apply(target, *value);
  }

  void apply_preset(Target& top) {
    if (out_.config.preset != Preset::wan) return;
    for (const KeySpec& spec : all_keys()) {
      if (!spec.wan_default_text.empty() && seen_.count(&spec) == 0) apply_default(spec, top, spec.wan_default_text);
    }
  }

  // Defaults that depend on other keys or on the machine.
  void apply_derived() {
    Config& config = out_.config;
    // A core reports once per pulse interval: a shorter limit would regard every late report as a hung core.
    if (seen_.count(find_key(Scope::top, "core_timeout")) == 0) {
      config.core_timeout = std::max(config.core_timeout, kPulsesInCoreTimeout * config.pulse_interval);
    }
    reports_without_server();
    if (seen_.count(find_key(Scope::module, "daemon")) == 0) config.module.daemon = {config.ipc_socket, "", 0};
    if (seen_.count(find_key(Scope::module, "log_level")) == 0) config.module.log_level = config.log_level;
    if (seen_.count(find_key(Scope::daemon, "tls_dir")) == 0 && !tree_.files.empty()) {
      config.daemon.tls_dir = folder_with_slash(tree_.files.front().path) + "tls";
    }
    if (seen_.count(find_key(Scope::top, "node_name")) > 0 || tree_.files.empty()) return;
    config.node_name = sources_.host_name();
    const Result<Value> name = read_value(find_key(Scope::top, "node_name")->rule, config.node_name);
    if (name) return;
    out_.problems.add(
        {"node_name is not set, and the host name cannot stand for it: " + name.error().what, tree_.files.front().path, "set node_name"});
  }

  // Earlier versions described a PostgreSQL server by host, name and user.
  void reports_without_server() {
    DatabaseConfig& database = out_.config.daemon.database;
    if (database.type != DatabaseType::postgresql || database.conninfo) return;
    database.type = DatabaseType::sqlite;
    out_.warnings.push_back({"type: a postgresql database needs conninfo, reports are stored in an SQLite file",
                             seen_.at(find_key(Scope::database, "type")), "add conninfo = \"host=... dbname=...\", or remove the line"});
  }

  // `loud`: whether keys that are not in effect get a warning of their own.
  void content(const Block& block, Scope scope, Target& target, Places& seen, bool loud) {
    for (const Entry& entry : block.entries) this->entry(entry, scope, target, seen, loud);
    for (const Block& inner : block.blocks) this->block(inner, scope, target, loud);
  }

  void entry(const Entry& entry, Scope scope, Target& target, Places& seen, bool loud) {
    const std::string& name = entry.key.text;
    if (scope == Scope::sync && !name.empty() && name.front() == '/') return sync_entry(entry, target);
    if (scope == Scope::top && name == "include") return;
    const KeySpec* moved = find_moved_key(scope, name);
    const KeySpec* spec = moved != nullptr ? moved : find_key(scope, current_name(scope, name));
    if (spec != nullptr) return known_entry(entry, *spec, target, is_in_node(*spec) ? seen : seen_, loud);
    if (const OldKey* old = find_old_key(scope, current_name(scope, name))) {
      return warn(name, quoted(name) + " is an old key without effect: " + std::string(old->reason), entry.key.at, "remove it");
    }
    unknown_entry(entry, scope);
  }

  void unknown_entry(const Entry& entry, Scope scope) {
    const std::string& name = entry.key.text;
    const std::string place = scope == Scope::top ? "" : " in " + std::string(scope_text(scope));
    if (name == "include") return fail(entry.key.at, "include" + place, "include stands at the top of a file only");
    if (scope == Scope::sync && name.find('/') != std::string::npos) {
      return fail(entry.key.at, quoted(name) + " is not an absolute path", "begin it with '/'");
    }
    if (find_block(scope, name) != nullptr) return fail(entry.key.at, quoted(name) + " is a block", "write its keys in braces behind it");
    const std::optional<std::string_view> word = nearest(name, key_names(scope));
    if (!word && ignored_unknown_keys(scope)) {
      return warn(name, quoted(name) + place + " has no effect: Merlin knows no such key", entry.key.at, "remove it");
    }
    fail(entry.key.at, "unknown key " + quoted(name) + place, word ? did_you_mean(word) : belongs_elsewhere(name));
  }

  void known_entry(const Entry& entry, const KeySpec& spec, Target& target, Places& seen, bool loud) {
    const std::string name(entry.key.text);
    if (!entry.value || (entry.value->text.empty() && !entry.value->quoted)) {
      return fail(entry.key.at, quoted(name) + " has no value", "give " + accepted(spec.rule));
    }
    if (spec.scope == Scope::node && spec.name == "hostgroup" && target.node->type != NodeType::poller) {
      const std::string kind(type_name(target.node->type));
      return warn(name + " in " + kind, quoted(name) + " in a " + kind + " block has no effect: only pollers have hostgroups", entry.key.at,
                  "remove it");
    }
    const std::optional<OldValue> old = old_value(spec, entry.value->text);
    if (old) warn(name + " =", name + ": " + quoted(entry.value->text) + " " + old->meaning, entry.value->at, old->fix);
    if (old && !old->replacement) return;
    if (!set_once(entry, spec, seen)) return;
    const Result<Value> value = read_value(spec.rule, old ? *old->replacement : entry.value->text);
    if (!value) return fail(entry.value->at, name + ": " + value.error().what, value.error().fix);
    spec.apply(target, *value);
    if (loud && !spec.in_effect) warn(name, quoted(name) + " is not in effect yet", entry.key.at, "");
  }

  // Records the position of the key. False: it must not be repeated. In earlier versions the last one counted.
  bool set_once(const Entry& entry, const KeySpec& spec, Places& seen) {
    const std::string name(entry.key.text);
    const std::string here = file_->where(entry.key.at);
    const auto [first, is_first] = seen.emplace(&spec, here);
    if (is_first) return true;
    if (!may_repeat(spec)) {
      fail(entry.key.at, quoted(name) + " is set twice, first at " + first->second, "remove one of the two");
      return false;
    }
    if (spec.rule.type != ValueType::names) {
      warn(name + " twice", quoted(name) + " is set twice, first at " + first->second + ": this one is in effect", entry.key.at,
           "remove one of the two");
    }
    first->second = here;
    return true;
  }

  void sync_entry(const Entry& entry, Target& target) {
    SyncEntry sync{entry.key.text, entry.value ? entry.value->text : entry.key.text};
    const Position dest_at = entry.value ? entry.value->at : entry.key.at;
    if (sync.dest.empty() || sync.dest.front() != '/') {
      return fail(dest_at, quoted(sync.dest) + " is not an absolute path", "write SOURCE DEST, both beginning with '/'");
    }
    if (escapes(sync.source)) return fail(entry.key.at, quoted(sync.source) + " has '..' in it", "write the path without '..'");
    if (escapes(sync.dest)) return fail(dest_at, quoted(sync.dest) + " has '..' in it", "write the path without '..'");
    target.node->sync.entries.push_back(std::move(sync));
  }

  void block(const Block& block, Scope parent, Target& target, bool loud) {
    const std::string& name = block.kind.text;
    const BlockSpec* spec = find_block(parent, name);
    if (spec == nullptr) return unknown_block(block, parent);
    if (spec->labelled && !block.label && address_of(block).empty()) {
      return fail(block.kind.at, "the " + name + " block has no name", "write " + name + " NAME {");
    }
    if (!spec->labelled && block.label) {
      if (!is_old_block(*spec)) return fail(block.label->at, "the " + name + " block takes no name", "write " + name + " {");
      warn(name + " label", "the " + name + " block takes no name: " + quoted(block.label->text) + " has no effect", block.label->at,
           "write " + name + " {");
    }
    // An empty block, as in merlin.conf.example, has no effect; an empty node block does.
    const bool asks = spec->labelled || !block.entries.empty() || !block.blocks.empty();
    if (loud && asks && !spec->in_effect) {
      warn(name + " {", quoted(name) + " blocks are not in effect yet", block.kind.at, "");
      loud = false;
    }
    if (spec->scope == Scope::node) return node(block, *spec, loud);
    // Once per node block; for other blocks once in all files.
    const std::string place = std::to_string(static_cast<int>(spec->scope)) + (target.node == nullptr ? "" : "@" + target.node->where.text);
    const auto [first, is_first] = blocks_.emplace(place, file_->where(block.kind.at));
    if (!is_first) {
      const std::string what = "a second " + name + " block, the first is at " + first->second;
      if (!is_old_block(*spec)) return fail(block.kind.at, what, "put everything into one");
      warn(name + " second", what + ": both are in effect", block.kind.at, "put everything into one");
    }
    Places inside;
    content(block, spec->scope, target, target.node == nullptr ? seen_ : inside, loud);
  }

  void unknown_block(const Block& block, Scope parent) {
    if (const char* reason = old_block(parent, block.kind.text)) {
      return warn(block.kind.text + " {", quoted(block.kind.text) + " blocks have no effect: " + reason, block.kind.at, "remove it");
    }
    const std::string place = parent == Scope::top ? "" : " in " + std::string(scope_text(parent));
    fail(block.kind.at, "unknown block " + quoted(block.kind.text) + place, did_you_mean(nearest(block.kind.text, block_names(parent))));
  }

  // Earlier versions used the address of a node without a name as its name. Empty: it has none that is a valid name.
  static std::string address_of(const Block& block) {
    std::string address;
    for (const Entry& entry : block.entries) {
      if (find_key(Scope::node, entry.key.text) == find_key(Scope::node, "address") && entry.value) address = entry.value->text;
    }
    return read_value({ValueType::name}, address) ? address : "";
  }

  void node(const Block& block, const BlockSpec& spec, bool loud) {
    NodeConfig node;
    node.type = spec.node_type;
    node.where.text = file_->where(block.kind.at);
    Target target{out_.config, &node};
    for (const KeySpec& key : all_keys()) {
      if (inside_node(key.scope)) apply_default(key, target, key.default_text);
    }
    name(block, spec, node);
    Places seen;
    content(block, Scope::node, target, seen, loud);
    if (seen.count(find_key(Scope::node, "address")) == 0) node.address = node.name;
    out_.config.nodes.push_back(std::move(node));
  }

  void name(const Block& block, const BlockSpec& spec, NodeConfig& node) {
    if (!block.label) {
      node.name = address_of(block);
      const std::string kind(spec.name);
      return warn(kind + " name", "the " + kind + " block has no name: the node is called " + quoted(node.name), block.kind.at,
                  "write " + kind + " NAME {");
    }
    node.name = block.label->text;
    const Result<Value> name = read_value({ValueType::name}, node.name);
    if (!name) fail(block.label->at, "the name of a " + std::string(spec.name) + ": " + name.error().what, name.error().fix);
  }

  Tree& tree_;
  Sources& sources_;
  bool readable_;
  Validated out_;
  const File* file_ = nullptr;                 // the file being checked
  Places seen_;                                // keys outside node blocks
  std::map<std::string, std::string> blocks_;  // positions of blocks that may occur once
  std::set<std::string> warned_;
};

}  // namespace

Validated validate(Tree& tree, Sources& sources) { return Validator(tree, sources).run(); }

}  // namespace merlin::config
