// merlin.conf.example and docs/configuration.md say what the table of keys says.
// MERLIN_REWRITE=1 writes both anew from the table.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

#include "config/key_table.hpp"
#include "config/syntax.hpp"
#include "unit/config_memory.hpp"

using namespace merlin;
using namespace merlin::config;

namespace {

const std::string example_path = std::string(MERLIN_SOURCE_DIR) + "/merlin.conf.example";
const std::string docs_path = std::string(MERLIN_SOURCE_DIR) + "/docs/configuration.md";
constexpr std::string_view docs_begin = "<!-- written from the table of keys: begin -->\n";
constexpr std::string_view docs_end = "<!-- written from the table of keys: end -->\n";

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

constexpr std::string_view example_head = R"(# merlin.conf: every block and key of Merlin with its default.
#
# A key that is commented out has the value shown here, or the one its comment names. The lines with a space
# behind the '#' explain the key below them. docs/configuration.md says more.
#
# Times take ms s m h d w, sizes KiB MiB GiB, yes/no also on/off and true/false.
# Other files are read by a line: include conf.d/*.conf

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
  static const char* const labels[] = {" server02", " server03", " server04"};
  const std::string label = block.labelled ? labels[static_cast<int>(block.node_type)] : "";
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
  std::string text(example_head);
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

// The example with each line in force whose "#" has neither a space nor the end of the line behind it, but for
// the keys named.
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

std::string table(Scope scope) {
  std::string text = "| key | takes | default | what it is for |\n| --- | --- | --- | --- |\n";
  for (const KeySpec& spec : all_keys()) {
    if (spec.scope != scope) continue;
    std::string names = "`" + std::string(spec.name) + "`";
    for (std::string_view alias : spec.aliases) names += ", `" + std::string(alias) + "`";
    text += "| " + names + " | " + accepted(spec.rule) + " | " + default_words(spec) + " | " + std::string(spec.help) +
            not_yet(spec.in_effect) + " |\n";
  }
  return text + "\n";
}

std::string heading(const BlockSpec& block) {
  const std::string old_name = block.old_name.empty() ? "" : " (old word: `" + std::string(block.old_name) + "`)";
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
  text += "### Old keys\n\nAccepted in any block and without effect; `mon` and the log name them:";
  std::string in_database;
  for (const OldKey& key : old_keys()) (key.scope ? in_database : text) += " `" + std::string(key.name) + "`";
  return text + ".\nIn the `database` block also:" + in_database + ".\n";
}

std::string docs_text() {
  const std::string present = read(docs_path);
  const std::size_t begin = present.find(docs_begin);
  const std::size_t end = present.find(docs_end);
  BOOST_REQUIRE(begin != std::string::npos && end != std::string::npos);
  return present.substr(0, begin) + std::string(docs_begin) + "\n" + docs_section() + "\n" + present.substr(end);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_example_is_what_the_table_says) {
  if (rewrite()) std::ofstream(example_path) << example_text();
  BOOST_TEST((read(example_path) == example_text()), "merlin.conf.example is out of date: run this test with MERLIN_REWRITE=1");
}

BOOST_AUTO_TEST_CASE(the_documentation_is_what_the_table_says) {
  if (rewrite()) {
    const std::string text = docs_text();
    std::ofstream(docs_path) << text;
  }
  BOOST_TEST((read(docs_path) == docs_text()), "docs/configuration.md is out of date: run this test with MERLIN_REWRITE=1");
}

BOOST_AUTO_TEST_CASE(the_example_is_a_good_configuration_of_defaults) {
  MemorySources sources;
  const LoadResult as_it_is = load_text(read(example_path), std::string(default_path), sources);
  BOOST_REQUIRE_MESSAGE(as_it_is.ok(), all_lines(as_it_is.errors));
  BOOST_CHECK(*as_it_is.config == *load_text("", std::string(default_path), sources).config);

  BOOST_TEST(as_it_is.warnings.empty(), all_lines(as_it_is.warnings));

  std::set<std::string> without_constant;
  for (const KeySpec& spec : all_keys()) {
    if (!spec.unset.empty() && spec.name != "hostgroup") without_constant.insert(std::string(spec.name));
  }
  // These stand elsewhere too, where they have a constant.
  for (const char* name : {"address", "port", "log_level", "push", "restart", "type"}) without_constant.erase(name);
  LoadResult all = load(in_force(read(example_path), without_constant));
  BOOST_REQUIRE_MESSAGE(all.ok(), all_lines(all.errors));
  BOOST_TEST(all.config->nodes.size() == 3);
}

BOOST_AUTO_TEST_CASE(the_example_has_every_key_with_its_default) {
  Document document = parse(in_force(read(example_path), {}));
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
