// merlin.conf.example and docs/configuration.md match the table of keys.
// MERLIN_REWRITE=1 writes both from the table.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

#include "shared/config/changes.hpp"
#include "shared/config/earlier.hpp"
#include "shared/config/syntax.hpp"
#include "tests/unit/config_memory.hpp"

using namespace merlin;
using namespace merlin::config;

namespace {

const std::string kExamplePath = std::string(MERLIN_SOURCE_DIR) + "/merlin.conf.example";
const std::string kDocsPath = std::string(MERLIN_SOURCE_DIR) + "/docs/configuration.md";
constexpr std::string_view kDocsBegin = "<!-- written from the table of keys: begin -->\n";
constexpr std::string_view kDocsEnd = "<!-- written from the table of keys: end -->\n";

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool rewrite() { return std::getenv("MERLIN_REWRITE") != nullptr; }

std::string not_yet(bool in_effect) { return in_effect ? "" : " (not in effect yet)"; }

std::string default_words(const KeySpec& spec) {
  if (!spec.unset.empty()) return std::string(spec.unset);
  const std::string wan = spec.wan_default_text.empty() ? "" : " (wan: " + std::string(spec.wan_default_text) + ")";
  return std::string(spec.default_text) + wan;
}

// --- merlin.conf.example ---

constexpr std::string_view kExampleHead = R"(# merlin.conf: every block and key of Merlin with its default.
#
# A key that is commented out has the value shown here, or the default named in its comment. A line with a space
# after the '#' explains the key below it. docs/configuration.md contains more.
#
# Units of times are ms s m h d w, units of sizes KiB MiB GiB. yes and no can also be on and off, or true and false.
# To read other files, add a line such as: include conf.d/*.conf

)";

std::string key_lines(const KeySpec& spec, const std::string& indent) {
  const std::string differs = spec.unset.empty() ? "" : " Default: " + std::string(spec.unset) + ".";
  const std::string wan = spec.wan_default_text.empty() ? "" : " With preset = wan: " + std::string(spec.wan_default_text) + ".";
  return indent + "# " + std::string(spec.help) + differs + wan + not_yet(spec.in_effect) + "\n" + indent + "#" + std::string(spec.name) +
         " = " + std::string(spec.default_text) + "\n";
}

std::string block_lines(const BlockSpec& block, const std::string& indent);

// hostgroup is for pollers, and the only key that is shown for them.
bool shown_in(const BlockSpec& block, const KeySpec& spec) {
  if (block.scope != Scope::node) return true;
  return (spec.name == "hostgroup") == (block.node_type == NodeType::poller) && block.node_type != NodeType::master;
}

std::string content_lines(const BlockSpec& block, const std::string& indent) {
  std::string text;
  for (const KeySpec& spec : all_keys()) {
    if (spec.scope == block.scope && shown_in(block, spec)) text += key_lines(spec, indent);
  }
  if (block.scope == Scope::sync) text += indent + "/etc/merlin/example /etc/merlin/example\n" + indent + "/usr/local/lib/plugins/\n";
  if (block.scope == Scope::node && block.node_type != NodeType::peer) return text;
  for (const BlockSpec& inner : all_blocks()) {
    if (inner.parent == block.scope) text += "\n" + block_lines(inner, indent);
  }
  return text;
}

std::string block_lines(const BlockSpec& block, const std::string& indent) {
  static const char* const kLabels[] = {" server02", " server03", " server04"};
  const std::string label = block.labelled ? kLabels[static_cast<int>(block.node_type)] : "";
  return indent + "# " + std::string(block.help) + not_yet(block.in_effect) + "\n" + indent + std::string(block.name) + label + " {\n" +
         content_lines(block, indent + "\t") + indent + "}\n";
}

// A node block is an example as a whole, so each of its lines is commented out.
std::string commented_out(const std::string& lines) {
  std::string text;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at) + 1;
    const std::string line = lines.substr(at, end - at);
    const bool is_key = line.find("\t#") != std::string::npos && line.find("# ") == std::string::npos;
    text += line[0] == '#' ? line : "#" + (is_key ? std::string(line).erase(line.find('#'), 1) : line);
    at = end;
  }
  return text;
}

std::string example_text() {
  std::string text(kExampleHead);
  for (const KeySpec& spec : all_keys()) {
    if (spec.scope == Scope::top) text += key_lines(spec, "") + "\n";
  }
  bool first = true;
  for (const BlockSpec& block : all_blocks()) {
    if (block.parent != Scope::top) continue;
    const std::string lines = block_lines(block, "");
    text += (first ? "" : "\n") + (block.labelled ? commented_out(lines) : lines);
    first = false;
  }
  return text;
}

// The example with every line enabled whose "#" is followed by neither a space nor the end of the line, except for
// the given keys.
std::string in_force(const std::string& example, const std::set<std::string>& but_not) {
  std::string text;
  for (std::size_t at = 0; at < example.size();) {
    const std::size_t end = example.find('\n', at) + 1;
    std::string line = example.substr(at, end - at);
    const std::size_t hash = line.find_first_not_of('\t');
    const bool out = line[hash] == '#' && line[hash + 1] != ' ' && line[hash + 1] != '\n';
    if (out) line.erase(hash, 1);
    const std::size_t name = line.find_first_not_of("\t");
    const std::size_t equals = line.find(" = ");
    if (equals == std::string::npos || but_not.count(line.substr(name, equals - name)) == 0) text += line;
    at = end;
  }
  return text;
}

const Block* find(const Block& block, Scope parent, Scope scope) {
  if (parent == scope) return &block;
  for (const Block& inner : block.blocks) {
    const BlockSpec* spec = find_block(parent, inner.kind.text);
    const Block* found = spec == nullptr ? nullptr : find(inner, spec->scope, scope);
    if (found != nullptr) return found;
  }
  return nullptr;
}

// --- docs/configuration.md ---

// The effect of a reload; most keys simply take their new value.
std::string effect_words(const KeySpec& spec) {
  const bool is_late = spec.effect == Effect::start || spec.effect == Effect::core;
  return is_late ? " (" + std::string(effect_text(spec.effect)) + ")" : "";
}

std::string table(Scope scope) {
  std::string text = "| key | value | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const KeySpec& spec : all_keys()) {
    if (spec.scope != scope) continue;
    std::string names = "`" + std::string(spec.name) + "`";
    for (std::string_view alias : spec.aliases) names += ", `" + std::string(alias) + "`";
    text += "| " + names + " | " + accepted(spec.rule) + " | " + default_words(spec) + " | " + std::string(spec.help) +
            not_yet(spec.in_effect) + effect_words(spec) + " |\n";
  }
  return text + "\n";
}

std::string heading(const BlockSpec& block) {
  const std::string old_name = block.old_name.empty() ? "" : " (earlier name: `" + std::string(block.old_name) + "`)";
  const std::string label = block.labelled ? " NAME" : "";
  const std::string outer = block.parent == Scope::top ? "" : block.parent == Scope::node ? "`peer NAME { … }`: " : "`daemon { … }`: ";
  return outer + "`" + std::string(block.name) + label + " { … }`" + old_name;
}

std::string docs_section() {
  std::string text = "### At the top of the file\n\n" + table(Scope::top);
  for (const BlockSpec& block : all_blocks()) {
    text += "### " + heading(block) + "\n\n" + std::string(block.help) + not_yet(block.in_effect) + "\n\n";
    const bool repeated = block.scope == Scope::node && block.node_type != NodeType::peer;
    text += repeated ? "The same keys as in a peer block.\n\n" : table(block.scope);
  }
  text +=
      "### Keys of earlier versions\n\nAccepted without effect. `mon` and the log list them.\n\n| key | where | why it has no effect |\n";
  text += "| --- | --- | --- |\n";
  // Keys of one block and one reason share a row.
  for (std::size_t i = 0; i < old_keys().size(); ++i) {
    const OldKey& key = old_keys()[i];
    std::string names = "`" + std::string(key.name) + "`";
    while (i + 1 < old_keys().size() && old_keys()[i + 1].reason == key.reason && old_keys()[i + 1].scope == key.scope) {
      names += ", `" + std::string(old_keys()[++i].name) + "`";
    }
    text += "| " + names + " | " + (key.scope ? "`" + std::string(scope_text(*key.scope)) + "`" : "any block") + " | " +
            std::string(key.reason) + " |\n";
  }
  return text;
}

std::string docs_text() {
  const std::string present = read(kDocsPath);
  const std::size_t begin = present.find(kDocsBegin);
  const std::size_t end = present.find(kDocsEnd);
  BOOST_REQUIRE(begin != std::string::npos && end != std::string::npos);
  return present.substr(0, begin) + std::string(kDocsBegin) + "\n" + docs_section() + "\n" + present.substr(end);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_example_is_what_the_table_says) {
  if (rewrite()) std::ofstream(kExamplePath) << example_text();
  BOOST_TEST((read(kExamplePath) == example_text()), "merlin.conf.example is out of date: run this test with MERLIN_REWRITE=1");
}

BOOST_AUTO_TEST_CASE(the_documentation_is_what_the_table_says) {
  if (rewrite()) {
    const std::string text = docs_text();
    std::ofstream(kDocsPath) << text;
  }
  BOOST_TEST((read(kDocsPath) == docs_text()), "docs/configuration.md is out of date: run this test with MERLIN_REWRITE=1");
}

BOOST_AUTO_TEST_CASE(the_example_is_a_good_configuration_of_defaults) {
  MemorySources sources;
  const LoadResult as_it_is = load_text(read(kExamplePath), std::string(kDefaultPath), sources);
  BOOST_REQUIRE_MESSAGE(as_it_is.ok(), all_lines(as_it_is.errors));
  BOOST_CHECK(*as_it_is.config == *load_text("", std::string(kDefaultPath), sources).config);

  BOOST_TEST(as_it_is.warnings.empty(), all_lines(as_it_is.warnings));

  std::set<std::string> without_constant;
  for (const KeySpec& spec : all_keys()) {
    if (!spec.unset.empty() && spec.name != "hostgroup") without_constant.insert(std::string(spec.name));
  }
  // Other places have these too, as constants.
  for (const char* name : {"address", "port", "log_level", "push", "restart", "type"}) without_constant.erase(name);
  LoadResult all = load(in_force(read(kExamplePath), without_constant));
  BOOST_REQUIRE_MESSAGE(all.ok(), all_lines(all.errors));
  BOOST_TEST(all.config->nodes.size() == 3);
}

BOOST_AUTO_TEST_CASE(the_example_has_every_key_with_its_default) {
  Document document = parse(in_force(read(kExamplePath), {}));
  BOOST_TEST(document.errors.empty());
  for (const KeySpec& spec : all_keys()) {
    std::string shown;
    for (const Block& block : document.root.blocks) {
      const BlockSpec* outer = find_block(Scope::top, block.kind.text);
      BOOST_REQUIRE(outer != nullptr);
      const Block* place = spec.scope == Scope::top ? &document.root : find(block, outer->scope, spec.scope);
      if (place == nullptr) continue;
      for (const Entry& entry : place->entries) {
        if (entry.key.text == spec.name && entry.value) shown = entry.value->text;
      }
    }
    BOOST_TEST(shown == spec.default_text, spec.name << " is shown as '" << shown << "'");
  }
}
