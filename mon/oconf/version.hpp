// Versions of an object configuration, and which of two is newer. Pure.
//
// A version is known by its digest; the counter orders the versions of one line of changes. A node's history is every
// version that its present one came from, also those of other nodes that it replaced on purpose. File times decide nothing.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace merlin::mon::oconf {

inline constexpr std::size_t longest_history = 100;

struct Version {
  std::uint64_t counter = 0;
  std::string digest;       // of the whole configuration, as digest_of() makes it
  std::string author;       // the node where it was made
  std::int64_t time_s = 0;  // for people
  bool operator==(const Version&) const = default;
};

using History = std::vector<Version>;  // by counter; each counter and digest once

// What a node has now, and what that came from.
struct Lineage {
  Version now;
  History history;
};

// A node's present content with its recorded history: what was recorded last if its digest fits, else a version that
// is one further and that `author` made.
Lineage lineage_of(History history, const std::string& digest, const std::string& author, std::int64_t time_s);

// The history with `version` in it. The oldest go beyond longest_history.
History with(History history, const Version& version);

enum class Standing { same, older, newer, differs };

// Where theirs stands against ours: older if it lies in our history, newer if ours lies in theirs.
Standing standing(const Lineage& ours, const Lineage& theirs);

// Ours, when it is put over `theirs` on purpose: theirs becomes part of our history, ours gets a counter above it.
Lineage above(Lineage ours, const Lineage& theirs);

// "7 by peer02"
std::string name_of(const Version& version);

nlohmann::ordered_json document_of(const Version& version);
nlohmann::ordered_json document_of(const History& history);
// What is no version is left out.
History read_history(const nlohmann::ordered_json& document);

// {"version": …, "history": […]} of a document; a node that says nothing has made no version yet.
void add_lineage(nlohmann::ordered_json& document, const Lineage& lineage);
Lineage read_lineage(const nlohmann::ordered_json& document);

}  // namespace merlin::mon::oconf
