#include "mon/nodes/settings_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "shared/config/earlier.hpp"
#include "shared/config/edit.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

using config::KeySpec;
using config::Scope;

struct Written {
  std::string value;
  std::string where;
};

// From one block: the top of the file, daemon { } or a node's block.
struct Values {
  std::map<const KeySpec*, Written> keys;
  std::vector<SettingLine> paths;  // of sync { }
};

bool is_list(const KeySpec& spec) {
  using config::ValueType;
  return spec.rule.type == ValueType::names || spec.rule.type == ValueType::addresses || spec.rule.type == ValueType::fingerprints;
}

bool is_in_node(Scope scope) { return scope == Scope::node || scope == Scope::node_push || scope == Scope::sync; }

class Collector {
 public:
  explicit Collector(const config::Tree& tree) {
    for (const config::File& file : tree.files) collect(file, file.root, Scope::top, "");
  }
  // By node; "" for everything outside a node's block.
  const std::map<std::string, Values>& all() const { return values_; }

 private:
  void collect(const config::File& file, const config::Block& block, Scope scope, const std::string& node) {
    for (const config::Entry& entry : block.entries) take(file, entry, scope, node);
    for (const config::Block& inner : block.blocks) {
      const config::BlockSpec* spec = config::find_block(scope, inner.kind.text);
      if (spec == nullptr) continue;
      collect(file, inner, spec->scope, spec->labelled && inner.label ? inner.label->text : node);
    }
  }

  void take(const config::File& file, const config::Entry& entry, Scope scope, const std::string& node) {
    const std::string where = fmt::format("{}:{}", file.path, entry.key.at.line);
    const std::string value = entry.value ? entry.value->text : "";
    if (scope == Scope::sync && entry.key.text.starts_with('/')) {
      values_[node].paths.push_back({"", entry.key.text, value.empty() ? entry.key.text : value, where, ""});
      return;
    }
    const KeySpec* moved = config::find_moved_key(scope, entry.key.text);
    const KeySpec* spec = moved != nullptr ? moved : config::find_key(scope, config::current_name(scope, entry.key.text));
    if (spec == nullptr) return;
    Written& written = values_[is_in_node(spec->scope) ? node : ""].keys[spec];
    const bool adds_up = is_list(*spec) && !written.value.empty();
    written = {adds_up ? written.value + ", " + value : value, where};
  }

  std::map<std::string, Values> values_;
};

class Lister {
 public:
  Lister(const config::Tree& tree, const config::Config& config, WhichSettings which) : config_(config), which_(which), collected_(tree) {}

  std::vector<SettingLine> list() {
    block(Scope::top, "", "");
    for (const config::BlockSpec& spec : config::all_blocks()) {
      if (spec.parent == Scope::top && !spec.labelled) blocks(spec, "", "");
    }
    for (const config::NodeConfig& node : config_.nodes) {
      const std::string name = fmt::format("{} {}", config::type_name(node.type), node.name);
      block(Scope::node, name, node.name);
      for (const config::BlockSpec& spec : config::all_blocks()) {
        if (spec.parent == Scope::node) blocks(spec, name + " ", node.name);
      }
    }
    return std::move(lines_);
  }

 private:
  void blocks(const config::BlockSpec& spec, const std::string& outer, const std::string& node) {
    const std::string name = fmt::format("{}{}", outer, spec.name);
    block(spec.scope, name, node);
    for (const config::BlockSpec& inner : config::all_blocks()) {
      if (inner.parent == spec.scope) blocks(inner, name + " ", node);
    }
  }

  void block(Scope scope, const std::string& name, const std::string& node) {
    const auto found = collected_.all().find(node);
    const std::size_t before = lines_.size();
    for (const KeySpec& spec : config::all_keys()) {
      if (spec.scope == scope) key(spec, name, found == collected_.all().end() ? nullptr : &found->second);
    }
    if (scope == Scope::sync && found != collected_.all().end()) {
      for (SettingLine line : found->second.paths) {
        line.block = name;
        lines_.push_back(std::move(line));
      }
    }
    // A node is listed because of its block, even an empty one.
    if (scope == Scope::node && lines_.size() == before) lines_.push_back({name, "", "", "", ""});
  }

  void key(const KeySpec& spec, const std::string& block, const Values* values) {
    if (values != nullptr) {
      if (const auto written = values->keys.find(&spec); written != values->keys.end()) {
        const std::string origin = spec.in_effect ? "" : "not in effect yet";
        lines_.push_back({block, std::string(spec.name), written->second.value, written->second.where, origin});
        return;
      }
    }
    if (which_ == WhichSettings::written || !spec.in_effect || spec.name == "hostgroup") return;
    lines_.push_back(default_of(spec, block));
  }

  SettingLine default_of(const KeySpec& spec, const std::string& block) const {
    SettingLine line{block, std::string(spec.name), "", "", "default"};
    const bool is_top = spec.scope == Scope::top;
    if (is_top && spec.name == "node_name") return {block, line.key, config_.node_name, "", std::string(spec.unset)};
    // Its default follows pulse_interval.
    if (is_top && spec.name == "core_timeout") line.value = config::duration_text(config_.core_timeout);
    const bool is_wan = config_.preset == config::Preset::wan && !spec.wan_default_text.empty();
    if (!spec.unset.empty())
      line.origin = spec.unset;
    else if (line.value.empty())
      line.value = is_wan ? spec.wan_default_text : spec.default_text;
    return line;
  }

  const config::Config& config_;
  const WhichSettings which_;
  const Collector collected_;
  std::vector<SettingLine> lines_;
};

// "peer peer02 sync" as blocks: {"peer peer02", "sync"}.
std::vector<std::string> path_of(const std::string& block) {
  std::vector<std::string> path;
  std::string_view rest = block;
  while (!rest.empty()) {
    std::size_t end = rest.find(' ');
    const bool has_label = path.empty() && (rest.starts_with("peer ") || rest.starts_with("poller ") || rest.starts_with("master "));
    if (has_label && end != std::string_view::npos) end = rest.find(' ', end + 1);
    path.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return path;
}

std::string line_text(const SettingLine& line) {
  if (line.value.empty()) return fmt::format("# {}: {}", line.key, line.origin);
  const auto written = config::written_value(line.value);
  const std::string where = line.where.empty() || line.origin.empty() ? line.where + line.origin : line.where + ", " + line.origin;
  return fmt::format("{} = {}  # {}", line.key, written ? *written : line.value, where);
}

}  // namespace

std::vector<SettingLine> settings_of(const config::Tree& tree, const config::Config& config, WhichSettings which) {
  return Lister(tree, config, which).list();
}

std::string settings_text(const std::vector<SettingLine>& settings) {
  std::string text;
  std::vector<std::string> open;
  const auto close_to = [&](std::size_t depth) {
    for (; open.size() > depth; open.pop_back()) text += std::string(open.size() - 1, '\t') + "}\n";
  };
  for (const SettingLine& line : settings) {
    const auto path = path_of(line.block);
    const auto [same, unused] = std::ranges::mismatch(open, path);
    close_to(static_cast<std::size_t>(same - open.begin()));
    for (std::size_t i = open.size(); i < path.size(); ++i) {
      if (i == 0 && !text.empty()) text += '\n';
      text += std::string(i, '\t') + path[i] + " {\n";
      open.push_back(path[i]);
    }
    if (!line.key.empty()) text += std::string(open.size(), '\t') + line_text(line) + '\n';
  }
  close_to(0);
  return text;
}

nlohmann::ordered_json settings_document(const std::vector<SettingLine>& settings) {
  nlohmann::ordered_json document = nlohmann::ordered_json::array();
  const auto or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
  };
  for (const SettingLine& line : settings) {
    if (line.key.empty()) continue;
    document.push_back({{"block", or_null(line.block)}, {"key", line.key}, {"value", or_null(line.value)}, {"where", or_null(line.where)}});
  }
  return document;
}

}  // namespace merlin::mon
