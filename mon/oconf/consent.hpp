// Why a push must not replace the configuration of another node without consent. Pure.
#pragma once

#include <optional>
#include <string>

#include "mon/oconf/foreign.hpp"
#include "mon/oconf/version.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

struct Objection {
  Error reason;          // with --force as the fix
  std::string question;  // for a person who may agree instead: it contains what would be lost
};

// Empty: the push may replace it.
std::optional<Objection> objection(const std::string& node, const Lineage& ours, const Lineage& theirs, const ForeignFiles& foreign);

}  // namespace merlin::mon::oconf
