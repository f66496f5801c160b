// mon oconf hash, files, changed and diff
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mon/commands.hpp"
#include "mon/fleet.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf_here.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

std::string time_text(WallTime time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(time.time_since_epoch() / std::chrono::seconds(1))));
}

// Theirs, as their own mon reads it.
Result<oconf::Manifest> manifest_there(const config::NodeConfig& node, ssh::LoginRules rules) {
  const ssh::Interrupt interrupt;
  Visitor visitor(std::move(rules), interrupt);
  const auto session = visitor.log_in(node);
  if (!session) return session.error();
  const auto said = visitor.run(*session, node.name, {"mon", "oconf", "files", "--json"});
  if (!said) return said.error();
  return oconf::read_document(ordered_json::parse(said->out, nullptr, false));
}

void print_difference(Console& console, const oconf::Difference& found) {
  for (const std::string& path : found.added) console.out << "only here   " << plain(path) << '\n';
  for (const std::string& path : found.changed) console.out << "differs     " << plain(path) << '\n';
  for (const std::string& path : found.removed) console.out << "only there  " << plain(path) << '\n';
}

}  // namespace

int run_oconf_hash(const Call& call, Console& console) {
  const auto here = configuration_here(call, console);
  if (!here) return failed;
  const auto* manifest = &here->manifest;
  if (call.json())
    console.print({{"hash", oconf::digest_of(*manifest)}});
  else
    console.out << oconf::digest_of(*manifest) << '\n';
  return all_well;
}

int run_oconf_files(const Call& call, Console& console) {
  const auto here = configuration_here(call, console, call.has("--resources") ? oconf::Resources::yes : oconf::Resources::no);
  if (!here) return failed;
  if (!call.json()) {
    for (const auto* files : {&here->manifest.files, &here->manifest.resources})
      for (const auto& file : *files) console.out << plain(file.path) << '\n';
    return all_well;
  }
  auto document = oconf::document_of(here->manifest);
  oconf::add_lineage(document, here->stage.lineage(here->manifest));
  console.print(document);
  return all_well;
}

int run_oconf_changed(const Call& call, Console& console) {
  const auto here = configuration_here(call, console);
  if (!here) return failed;
  const WallTime when = oconf::changed_at(here->manifest);
  if (call.json())
    console.print({{"changed", when.time_since_epoch() / std::chrono::seconds(1)}});
  else
    console.out << time_text(when) << '\n';
  return all_well;
}

int run_oconf_diff(const Call& call, Console& console) {
  const auto here = configuration_here(call, console);
  if (!here) return failed;
  const Chosen chosen = choose_nodes(call, here->config, console);
  if (chosen.nodes.empty()) return chosen.status;
  auto rules = login_rules(call, console);
  if (!rules) return failed;
  const auto theirs = manifest_there(chosen.nodes.front(), std::move(*rules));
  if (!theirs) {
    console.error(theirs.error());
    return failed;
  }
  const auto found = oconf::difference(here->manifest, *theirs);
  if (call.json())
    console.print(
        {{"node", chosen.nodes.front().name}, {"only_here", found.added}, {"differs", found.changed}, {"only_there", found.removed}});
  else
    print_difference(console, found);
  return all_well;
}

}  // namespace merlin::mon
