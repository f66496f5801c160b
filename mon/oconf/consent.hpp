// Whether a push may replace the configuration of another node. Pure.
#pragma once

#include <optional>
#include <string>

#include "mon/oconf/foreign.hpp"
#include "mon/oconf/version.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

// Why it may not without --force.
struct Objection {
  Error reason;
  // A person who has read the list of the files may agree instead. Nobody agrees to what the list does not show: that the other
  // node has a newer configuration, or changes of its own.
  bool may_be_asked = false;
};

// Empty: it may.
std::optional<Objection> objection(const std::string& node, const Lineage& ours, const Lineage& theirs, const ForeignFiles& foreign);

}  // namespace merlin::mon::oconf
