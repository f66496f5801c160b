#include "packaging/man/pages.hpp"
#include "packaging/man/roff.hpp"
#include "shared/config/earlier.hpp"

namespace merlin::manual {
namespace {

using namespace config;

std::string default_words(const KeySpec& spec) {
  const std::string usual(spec.unset.empty() ? spec.default_text : spec.unset);
  return spec.wan_default_text.empty() ? usual : usual + " (with preset = wan: " + std::string(spec.wan_default_text) + ")";
}

std::string not_yet(bool in_effect) { return in_effect ? "" : " (not in effect yet)"; }

std::string key_entry(const KeySpec& spec) {
  std::string names = bold(spec.name);
  for (const std::string_view alias : spec.aliases) names += ", " + bold(alias);
  const std::string meaning =
      std::string(spec.help) + not_yet(spec.in_effect) + "\nValue: " + accepted(spec.rule) + ". Default: " + default_words(spec) + ".";
  return entry(names, plain(meaning));
}

std::string key_entries(Scope scope) {
  std::string text;
  for (const KeySpec& spec : all_keys()) {
    if (spec.scope == scope) text += key_entry(spec);
  }
  return text;
}

std::string heading(const BlockSpec& block) {
  const std::string outer = block.parent == Scope::top ? "" : block.parent == Scope::node ? "peer NAME { } " : "daemon { } ";
  const std::string old_name = block.old_name.empty() ? "" : " (earlier name: " + std::string(block.old_name) + ")";
  return outer + std::string(block.name) + (block.labelled ? " NAME { }" : " { }") + old_name;
}

std::string block_text(const BlockSpec& block) {
  const bool repeated = block.scope == Scope::node && block.node_type != NodeType::peer;
  return subsection(heading(block)) + paragraph(plain(std::string(block.help) + not_yet(block.in_effect))) +
         (repeated ? paragraph("The same keys as in a peer block.") : key_entries(block.scope));
}

std::string syntax() {
  return section("SYNTAX") +
         prose(
             "One file configures the daemon, the module and the command of a node. An empty file is valid for a single node.\n"
             "  key = value\n"
             "  block { … }\n"
             "  block NAME { … }\n"
             "  include FILE-OR-PATTERN\n"
             "A # at the beginning of a line or after a space starts a comment. A ; at the end of a line is ignored. Values can be "
             "quoted.\n"
             "Units of times are ms s m h d w, units of sizes KiB MiB GiB (and K M G). Yes and no can be yes no on off true false 1 0.\n"
             "A wrong file never stops monitoring: running programs keep the last valid configuration and list every mistake.");
}

std::string old_key_names() {
  std::string names;
  for (const OldKey& key : old_keys()) names += (names.empty() ? "" : ", ") + std::string(key.name);
  return names;
}

}  // namespace

std::string configuration_page() {
  std::string text =
      header("merlin.conf", "5", "Merlin") + section("NAME") + "merlin.conf \\- configuration of a node of a Merlin cluster\n";
  text += syntax() + section("KEYS AT THE TOP OF THE FILE") + key_entries(Scope::top) + section("BLOCKS");
  for (const BlockSpec& block : all_blocks()) text += block_text(block);
  text += section("OLD KEYS") +
          paragraph(plain("Accepted without effect, so that files of earlier versions can be read. mon and the log list them: " +
                          old_key_names() + "."));
  text += section("FILES") + entry(italic("/etc/merlin/merlin.conf"), "the file") +
          entry(italic("/usr/share/merlin/merlin.conf.example"), "every key with its default");
  return text + section("SEE ALSO") + bold("mon") + "(1), " + bold("merlind") + "(8)\n";
}

}  // namespace merlin::manual
