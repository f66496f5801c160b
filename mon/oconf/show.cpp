// mon oconf hash, files, changed and diff
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/oconf/here.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/oconf/text_diff.hpp"
#include "mon/ssh/remote_nodes.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

std::string time_text(WallTime time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(time.time_since_epoch() / std::chrono::seconds(1))));
}

// Another node, as its own mon reports on it.
class OtherNode {
 public:
  OtherNode(const config::NodeConfig& node, ssh::LoginRules rules) : node_(node), visitor_(std::move(rules), interrupt_) {}

  Result<oconf::Manifest> manifest() {
    auto session = visitor_.log_in(node_);
    if (!session) return session.error();
    session_ = std::move(*session);
    const auto said = visitor_.run(session_, node_.name, {"mon", "oconf", "files", "--json"});
    if (!said) return said.error();
    return oconf::read_document(ordered_json::parse(said->out, nullptr, false));
  }

  // Its files that `ours` does not have with the same content. After manifest().
  Result<std::vector<oconf::PackedFile>> other_files(const oconf::Manifest& ours) {
    const auto said = visitor_.run(session_, node_.name, {"mon", "oconf", "pack"}, oconf::document_of(ours).dump());
    if (!said) return said.error();
    const auto package = oconf::unpack(said->out);
    if (!package) return Error{package.error().what, node_.name, "try again"};
    return package->files;
  }

  const ssh::Interrupt& interrupt() const { return interrupt_; }

 private:
  const config::NodeConfig& node_;
  const ssh::Interrupt interrupt_;
  Visitor visitor_;
  ssh::Session session_{};
};

void print_difference(Console& console, const oconf::Difference& found) {
  for (const std::string& path : found.added) console.out << "only here   " << plain(path) << '\n';
  for (const std::string& path : found.changed) console.out << "differs     " << plain(path) << '\n';
  for (const std::string& path : found.removed) console.out << "only there  " << plain(path) << '\n';
}

// What would change on the other node if it got our files.
Result<std::string> text_of(const ConfigurationHere& here, const config::NodeConfig& node, OtherNode& other,
                            const oconf::Difference& found) {
  const auto theirs = other.other_files(here.manifest);
  if (!theirs) return theirs.error();
  std::string text;
  const auto compare = [&](const std::string& path, const std::string* before, bool is_here) -> Result<> {
    const auto after = is_here ? oconf::read_object_text(path) : Result<std::string>(std::string());
    if (!after) return after.error();
    const std::string none(oconf::kNoFile);
    const auto difference = oconf::unified_diff({before == nullptr ? none : node.name + ":" + path, before == nullptr ? "" : *before},
                                                {is_here ? here.config.node_name + ":" + path : none, *after}, other.interrupt());
    if (!difference) return difference.error();
    text += *difference;
    return Ok{};
  };
  for (const oconf::PackedFile& file : *theirs) {
    if (auto compared = compare(file.path, &file.content, std::ranges::binary_search(found.changed, file.path)); !compared)
      return compared.error();
  }
  for (const std::string& path : found.added) {
    if (auto compared = compare(path, nullptr, true); !compared) return compared.error();
  }
  return text;
}

Outcome<int> run_oconf_hash(const Call& call, Console& console) {
  const auto here = configuration_here(call);
  if (!here) return here.failure();
  const auto* manifest = &here->manifest;
  if (call.json())
    console.print({{"hash", oconf::digest_of(*manifest)}});
  else
    console.out << oconf::digest_of(*manifest) << '\n';
  return kAllWell;
}

Outcome<int> run_oconf_files(const Call& call, Console& console) {
  const auto here = configuration_here(call, call.has("--resources") ? oconf::Resources::yes : oconf::Resources::no);
  if (!here) return here.failure();
  if (!call.json()) {
    for (const auto* files : {&here->manifest.files, &here->manifest.resources})
      for (const auto& file : *files) console.out << plain(file.path) << '\n';
    return kAllWell;
  }
  auto document = oconf::document_of(here->manifest);
  oconf::add_lineage(document, here->stage.lineage(here->manifest));
  console.print(document);
  return kAllWell;
}

Outcome<int> run_oconf_changed(const Call& call, Console& console) {
  const auto here = configuration_here(call);
  if (!here) return here.failure();
  const WallTime when = oconf::changed_at(here->manifest);
  if (call.json())
    console.print({{"changed", when.time_since_epoch() / std::chrono::seconds(1)}});
  else
    console.out << time_text(when) << '\n';
  return kAllWell;
}

Outcome<int> run_oconf_diff(const Call& call, Console& console) {
  const auto here = configuration_here(call);
  if (!here) return here.failure();
  const auto chosen = choose_nodes(call, here->config);
  if (!chosen) return chosen.failure();
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  const config::NodeConfig& node = chosen->front();
  OtherNode other(node, std::move(*rules));
  const auto theirs = other.manifest();
  if (!theirs) return theirs.error();
  const auto found = oconf::difference(here->manifest, *theirs);
  Result<std::string> text = std::string();
  if (call.has("--text") && !found.empty()) text = text_of(*here, node, other, found);
  if (!text) return text.error();
  if (call.json())
    console.print({{"node", node.name},
                   {"only_here", found.added},
                   {"differs", found.changed},
                   {"only_there", found.removed},
                   {"text", call.has("--text") ? ordered_json(*text) : ordered_json(nullptr)}});
  else if (call.has("--text"))
    console.out << *text;
  else
    print_difference(console, found);
  return found.empty() ? kAllWell : kFailed;
}

}  // namespace

namespace commands {

extern const Command kOconfHash{
    .name = "oconf hash",
    .section = Section::object_configuration,
    .summary = "print one digest of this node's object configuration",
    .details = "SHA-256 of one line 'DIGEST PATH' for each file that the core's main file names by cfg_file and cfg_dir.",
    .examples = {"mon oconf hash", "mon node ctrl --self -- mon oconf hash"},
    .options = {options::kJson},
    .run = run_oconf_hash,
};

extern const Command kOconfFiles{
    .name = "oconf files",
    .section = Section::object_configuration,
    .summary = "list the files that the digest covers",
    .examples = {"mon oconf files"},
    .options = {options::kResources, options::kJson},
    .run = run_oconf_files,
};

extern const Command kOconfChanged{
    .name = "oconf changed",
    .section = Section::object_configuration,
    .summary = "show when one of these files was last changed",
    .examples = {"mon oconf changed"},
    .options = {options::kJson},
    .run = run_oconf_changed,
};

extern const Command kOconfDiff{
    .name = "oconf diff",
    .section = Section::object_configuration,
    .arguments = "NAME",
    .summary = "show how the files differ from those of another node",
    .details =
        "Lists the files that differ. --text also shows their contents as 'diff -u' does: lines with - are on the other node,\n"
        "lines with + here. A push makes these changes there. Exit status 1: there are differences.",
    .examples = {"mon oconf diff peer02", "mon oconf diff peer02 --text"},
    .options = options::with_login({{"--text", "", "show the contents that differ"}, options::kJson}),
    .min_words = 1,
    .max_words = 1,
    .run = run_oconf_diff,
};

}  // namespace commands

}  // namespace merlin::mon
