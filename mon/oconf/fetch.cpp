// mon oconf fetch
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/oconf/here.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using oconf::Relation;

// A node whose configuration may be ahead of ours.
struct Source {
  const config::NodeConfig* node = nullptr;
  ssh::Session session{};
  std::optional<Error> fault{};
  oconf::Manifest manifest{};
  oconf::Lineage lineage{};
  Relation relation = Relation::same;
};

class Fetcher {
 public:
  Fetcher(const Call& call, Console& console, ConfigurationHere& here, ssh::LoginRules rules)
      : call_(call), console_(console), here_(here), visitor_(std::move(rules), interrupt_), ours_(here.stage.lineage(here.manifest)) {}

  Outcome<int> run(const std::vector<config::NodeConfig>& nodes) {
    for (const auto& node : nodes) sources_.push_back({.node = &node});
    ssh::side_by_side(
        sources_.size(), [this](std::size_t i) { ask(sources_[i]); }, [](std::size_t) {});
    for (const Source& source : sources_) {
      if (source.fault) console_.error(*source.fault);
    }
    const auto chosen = choose();
    if (!chosen) return chosen.error();
    if (*chosen == nullptr)
      return std::ranges::any_of(sources_, [](const Source& source) { return source.fault.has_value(); }) ? kFailed : kAllWell;
    return take(**chosen);
  }

  // Each node's version, and the node whose version was applied, for --json.
  ordered_json document() const {
    ordered_json nodes = ordered_json::array();
    for (const Source& source : sources_) {
      ordered_json node{{"name", source.node->name}, {"error", nullptr}, {"config", nullptr}, {"version", nullptr}};
      if (source.fault) node["error"] = source.fault->text();
      if (!source.fault) node["config"] = oconf::word_of(source.relation);
      if (!source.fault) node["version"] = oconf::document_of(source.lineage.now);
      nodes.push_back(std::move(node));
    }
    return {{"nodes", std::move(nodes)}, {"taken", taken_.empty() ? ordered_json(nullptr) : ordered_json(taken_)}};
  }

 private:
  void ask(Source& source) {
    auto session = visitor_.log_in(*source.node);
    const auto said =
        session ? visitor_.run(*session, source.node->name, {"mon", "oconf", "files", "--json"}) : Result<Said>(session.error());
    if (!said) {
      source.fault = said.error();
      return;
    }
    const auto document = ordered_json::parse(said->out, nullptr, false);
    auto manifest = oconf::read_document(document);
    if (!manifest) {
      source.fault = Error{manifest.error().what, source.node->name, manifest.error().fix};
      return;
    }
    source.session = std::move(*session);
    source.manifest = std::move(*manifest);
    source.lineage = oconf::read_lineage(document);
    source.relation = oconf::relation(ours_, source.lineage);
  }

  bool is_wanted(const Source& source) const {
    if (source.fault || source.relation == Relation::same) return false;
    return source.relation == Relation::ahead || (call_.has("--force") && !call_.words.empty()) || is_first(source);
  }

  // A node that has made and received no version yet, such as a freshly installed one, has nothing to lose.
  bool is_first(const Source& source) const {
    return ours_.history.empty() && source.relation == Relation::diverged && !source.lineage.history.empty();
  }

  // The node with the newest version; null, with a message, if there is none. Error: the newest version cannot be determined.
  Result<Source*> choose() {
    Source* best = nullptr;
    for (Source& source : sources_) {
      if (!is_wanted(source)) continue;
      if (best == nullptr) {
        best = &source;
        continue;
      }
      const Relation against = oconf::relation(best->lineage, source.lineage);
      if (against == Relation::diverged)
        return Error{fmt::format("the configurations of {} and {} have diverged", best->node->name, source.node->name),
                     std::string(call_.command->name), fmt::format("choose one: mon oconf fetch {}", best->node->name)};
      if (against == Relation::ahead) best = &source;
    }
    if (best != nullptr) return best;
    for (const Source& source : sources_) {
      if (source.fault) continue;
      if (source.relation == Relation::diverged)
        return Error{fmt::format("its configuration (version {}) and ours (version {}) have diverged", oconf::name_of(source.lineage.now),
                                 oconf::name_of(ours_.now)),
                     source.node->name,
                     fmt::format("compare them (mon oconf diff {0}), then mon oconf fetch {0} --force", source.node->name)};
      console_.out << fmt::format("{}: {}\n", source.node->name, source.relation == Relation::same ? "already the same" : "behind ours");
    }
    return static_cast<Source*>(nullptr);
  }

  Outcome<int> take(const Source& source) {
    const auto found = oconf::difference(source.manifest, here_.manifest);
    console_.out << fmt::format("{}: version {}, {} new, {} changed, {} to remove\n", source.node->name, oconf::name_of(source.lineage.now),
                                found.added.size(), found.changed.size(), found.removed.size())
                 << std::flush;
    if (call_.has("--dry-run")) return kAllWell;
    const auto said = visitor_.run(source.session, source.node->name, {"mon", "oconf", "pack"}, oconf::document_of(here_.manifest).dump());
    auto package = said ? oconf::unpack(said->out) : Result<oconf::Package>(said.error());
    if (package && source.relation == Relation::diverged) {
      // Fetched on purpose: from now on it descends from both.
      package->history = oconf::above({source.lineage.now, package->history}, ours_).history;
    }
    const auto done = package ? install_package(call_, here_, *package, call_.has("--no-restart") ? Restart::no : Restart::yes)
                              : Result<>(package.error());
    if (!done) return done.error();
    taken_ = source.node->name;
    console_.out << fmt::format("version {} of {} is in place\n", package->history.back().counter, source.node->name);
    return kAllWell;
  }

  const Call& call_;
  Console& console_;
  ConfigurationHere& here_;
  const ssh::Interrupt interrupt_;
  Visitor visitor_;
  const oconf::Lineage ours_;
  std::vector<Source> sources_;
  std::string taken_;  // the node whose configuration is now in place here
};

Outcome<int> run_oconf_fetch(const Call& call, Console& console) {
  auto here = configuration_here(call);
  if (!here) return here.failure();
  auto chosen = choose_nodes(call, here->config);
  if (!chosen) return chosen.failure();
  for (const auto& node : *chosen) {
    if (node.type != config::NodeType::peer)
      console.note(fmt::format("{}: skipped, the object configuration of a {} is not ours", node.name, config::type_name(node.type)));
  }
  std::erase_if(*chosen, [](const auto& node) { return node.type != config::NodeType::peer; });
  if (chosen->empty()) return kFailed;
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  std::ostringstream unread;
  Console quiet{unread, console.err};
  Fetcher fetcher(call, call.json() ? quiet : console, *here, std::move(*rules));
  const Outcome<int> outcome = fetcher.run(*chosen);
  if (call.json()) console.print(fetcher.document());
  return outcome;
}

}  // namespace

namespace commands {

extern const Command kOconfFetch = options::for_nodes({
    .name = "oconf fetch",
    .section = Section::object_configuration,
    .summary = "get the object configuration of a node that is ahead of ours",
    .details =
        "Gets the configuration that is furthest ahead, of all nodes or of the named ones. The core here checks it, and ours is kept\n"
        "(mon oconf history). Then this node is drained and its core restarted. If the core does not start, ours is restored.",
    .examples = {"mon oconf fetch", "mon oconf fetch peer02 --force"},
    .options = {options::kDryRun, options::kNoRestart, {"--force", "", "also a configuration that is not ahead of ours; needs NAME"}},
    .run = run_oconf_fetch,
});

}  // namespace commands

}  // namespace merlin::mon
