// mon oconf fetch
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mon/commands.hpp"
#include "mon/fleet.hpp"
#include "mon/oconf_here.hpp"
#include "mon/site.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using oconf::Standing;

// A node that may have a newer configuration than ours.
struct Source {
  const config::NodeConfig* node = nullptr;
  ssh::Session session{};
  std::optional<Error> fault{};
  oconf::Manifest manifest{};
  oconf::Lineage lineage{};
  Standing standing = Standing::same;
};

class Fetcher {
 public:
  Fetcher(const Call& call, Console& console, ConfigurationHere& here, ssh::LoginRules rules)
      : call_(call), console_(console), here_(here), visitor_(std::move(rules), interrupt_), ours_(here.stage.lineage(here.manifest)) {}

  int run(const std::vector<config::NodeConfig>& nodes) {
    for (const auto& node : nodes) sources_.push_back({.node = &node});
    ssh::side_by_side(
        sources_.size(), [this](std::size_t i) { ask(sources_[i]); }, [](std::size_t) {});
    for (const Source& source : sources_) {
      if (source.fault) console_.error(*source.fault);
    }
    const auto chosen = choose();
    if (!chosen) {
      console_.error(chosen.error());
      return failed;
    }
    if (*chosen == nullptr)
      return std::ranges::any_of(sources_, [](const Source& source) { return source.fault.has_value(); }) ? failed : all_well;
    return take(**chosen);
  }

  // What each node has, and whose was taken, for --json.
  ordered_json document() const {
    ordered_json nodes = ordered_json::array();
    for (const Source& source : sources_) {
      ordered_json node{{"name", source.node->name}, {"error", nullptr}, {"config", nullptr}, {"version", nullptr}};
      if (source.fault) node["error"] = source.fault->text();
      if (!source.fault) node["config"] = word_of(source.standing);
      if (!source.fault) node["version"] = oconf::document_of(source.lineage.now);
      nodes.push_back(std::move(node));
    }
    return {{"nodes", std::move(nodes)}, {"taken", taken_.empty() ? ordered_json(nullptr) : ordered_json(taken_)}};
  }

 private:
  static const char* word_of(Standing standing) {
    constexpr std::array words{"same", "older", "newer", "differs"};
    return words.at(static_cast<std::size_t>(standing));
  }

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
    source.standing = oconf::standing(ours_, source.lineage);
  }

  bool is_wanted(const Source& source) const {
    if (source.fault || source.standing == Standing::same) return false;
    return source.standing == Standing::newer || (call_.has("--force") && !call_.words.empty()) || is_first(source);
  }

  // A node that has made and taken no version yet, such as one that was just installed, has nothing to lose.
  bool is_first(const Source& source) const {
    return ours_.history.empty() && source.standing == Standing::differs && !source.lineage.history.empty();
  }

  // The newest of all; null, and said, where there is none. Error: nobody can say which that is.
  Result<Source*> choose() {
    Source* best = nullptr;
    for (Source& source : sources_) {
      if (!is_wanted(source)) continue;
      if (best == nullptr) {
        best = &source;
        continue;
      }
      const Standing against = oconf::standing(best->lineage, source.lineage);
      if (against == Standing::differs)
        return Error{fmt::format("the configurations of {} and {} do not come from each other", best->node->name, source.node->name),
                     std::string(call_.command->name), fmt::format("choose one: mon oconf fetch {}", best->node->name)};
      if (against == Standing::newer) best = &source;
    }
    if (best != nullptr) return best;
    for (const Source& source : sources_) {
      if (source.fault) continue;
      if (source.standing == Standing::differs)
        return Error{fmt::format("its configuration (version {}) and ours (version {}) do not come from each other",
                                 oconf::name_of(source.lineage.now), oconf::name_of(ours_.now)),
                     source.node->name,
                     fmt::format("compare them (mon oconf diff {0}), then mon oconf fetch {0} --force", source.node->name)};
      console_.out << fmt::format("{}: {}\n", source.node->name,
                                  source.standing == Standing::same ? "the same already" : "older than ours");
    }
    return static_cast<Source*>(nullptr);
  }

  int take(const Source& source) {
    const auto found = oconf::difference(source.manifest, here_.manifest);
    console_.out << fmt::format("{}: version {}, {} new, {} changed, {} to remove\n", source.node->name, oconf::name_of(source.lineage.now),
                                found.added.size(), found.changed.size(), found.removed.size())
                 << std::flush;
    if (call_.has("--dry-run")) return all_well;
    const auto said = visitor_.run(source.session, source.node->name, {"mon", "oconf", "pack"}, oconf::document_of(here_.manifest).dump());
    auto package = said ? oconf::unpack(said->out) : Result<oconf::Package>(said.error());
    if (package && source.standing == Standing::differs) {
      // Taken on purpose: from now on it comes from both.
      package->history = oconf::above({source.lineage.now, package->history}, ours_).history;
    }
    const auto done = package ? install_package(call_, here_, *package, call_.has("--no-restart") ? Restart::no : Restart::yes)
                              : Result<>(package.error());
    if (!done) {
      console_.error(done.error());
      return failed;
    }
    taken_ = source.node->name;
    console_.out << fmt::format("version {} of {} is in place\n", package->history.back().counter, source.node->name);
    return all_well;
  }

  const Call& call_;
  Console& console_;
  ConfigurationHere& here_;
  const ssh::Interrupt interrupt_;
  Visitor visitor_;
  const oconf::Lineage ours_;
  std::vector<Source> sources_;
  std::string taken_;  // whose is in place here now
};

}  // namespace

int run_oconf_fetch(const Call& call, Console& console) {
  auto here = configuration_here(call, console);
  if (!here) return failed;
  Chosen chosen = choose_nodes(call, here->config, console);
  if (chosen.nodes.empty()) return chosen.status;
  for (const auto& node : chosen.nodes) {
    if (node.type != config::NodeType::peer)
      console.note(fmt::format("{}: left out, the object configuration of a {} is not ours", node.name, config::type_name(node.type)));
  }
  std::erase_if(chosen.nodes, [](const auto& node) { return node.type != config::NodeType::peer; });
  if (chosen.nodes.empty()) return failed;
  auto rules = login_rules(call, console);
  if (!rules) return failed;
  std::ostringstream unread;
  Console quiet{unread, console.err};
  Fetcher fetcher(call, call.json() ? quiet : console, *here, std::move(*rules));
  const int status = fetcher.run(chosen.nodes);
  if (call.json()) console.print(fetcher.document());
  return status;
}

}  // namespace merlin::mon
