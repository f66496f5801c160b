#include "mon/oconf/consent.hpp"

#include <fmt/format.h>

#include <utility>

namespace merlin::mon::oconf {

namespace {

Objection objection_of(const std::string& node, std::string what, const std::string& lost, std::string fix) {
  std::string question = fmt::format("{}: {}.{}{} Replace its configuration with ours?", node, what, lost.empty() ? "" : " ", lost);
  return {{std::move(what), node, std::move(fix)}, std::move(question)};
}

}  // namespace

std::optional<Objection> objection(const std::string& node, const Lineage& ours, const Lineage& theirs, const ForeignFiles& foreign) {
  const Relation found = theirs.history.empty() ? Relation::behind : relation(ours, theirs);
  const std::string version_there = name_of(theirs.now);
  const std::string version_here = name_of(ours.now);
  if (found == Relation::ahead)
    return objection_of(node, fmt::format("its configuration (version {}) is ahead of ours (version {})", version_there, version_here),
                        fmt::format("The newer changes of {} would be lost.", node),
                        fmt::format("to use it: mon oconf fetch {}; to replace it: mon oconf push --force", node));
  if (found == Relation::diverged)
    return objection_of(node,
                        fmt::format("its configuration (version {}) was changed there and ours (version {}) here: they have diverged",
                                    version_there, version_here),
                        fmt::format("The changes made on {} would be lost.", node),
                        fmt::format("to compare them: mon oconf diff {} --text; to replace it: mon oconf push --force", node));
  if (foreign.empty()) return std::nullopt;
  return objection_of(node, fmt::format("{} of its files did not come from this node", foreign.changed.size() + foreign.removed.size()), "",
                      fmt::format("to compare them: mon oconf diff {} --text; to replace them: mon oconf push --force", node));
}

}  // namespace merlin::mon::oconf
