#include "mon/oconf/consent.hpp"

#include <fmt/format.h>

namespace merlin::mon::oconf {

std::optional<Objection> objection(const std::string& node, const Lineage& ours, const Lineage& theirs, const ForeignFiles& foreign) {
  const Relation found = theirs.history.empty() ? Relation::behind : relation(ours, theirs);
  const std::string version_there = name_of(theirs.now);
  const std::string version_here = name_of(ours.now);
  if (found == Relation::ahead)
    return Objection{{fmt::format("its configuration (version {}) is ahead of ours (version {})", version_there, version_here), node,
                      fmt::format("to use it: mon oconf fetch {}; to replace it: mon oconf push --force", node)}};
  if (found == Relation::diverged)
    return Objection{{fmt::format("its configuration (version {}) was changed there and ours (version {}) here: they have diverged",
                                  version_there, version_here),
                      node, fmt::format("to compare them: mon oconf diff {} --text; to replace it: mon oconf push --force", node)}};
  if (foreign.empty()) return std::nullopt;
  return Objection{{fmt::format("{} of its files did not come from this node", foreign.changed.size() + foreign.removed.size()), node,
                    fmt::format("to compare them: mon oconf diff {} --text; to replace them: mon oconf push --force", node)},
                   true};
}

}  // namespace merlin::mon::oconf
