// Versions of an object configuration: how the files of one node relate to those of another. Pure.
//
// This is the authority on files: on what a push or fetch may replace. merlind has an authority of its own on what the cores run,
// which it calls older and newer (config_relation() in daemon/control/status.hpp). Both may be right at once, while edited files
// are not running in any core yet; therefore the words differ.
//
// A digest identifies a version; the counter orders the versions of one line of changes. A node's history contains every
// version from which its present one descends, including those of other nodes that it replaced on purpose. File times decide nothing.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace merlin::mon::oconf {

inline constexpr std::size_t kLongestHistory = 100;

struct Version {
  std::uint64_t counter = 0;
  std::string digest;       // of the whole configuration, as digest_of() makes it
  std::string author;       // the node where it was made
  std::int64_t time_s = 0;  // for display only
  bool operator==(const Version&) const = default;
};

using History = std::vector<Version>;  // by counter; each counter and digest once

// A node's present version, and its ancestors.
struct Lineage {
  Version now;
  History history;
};

// A node's present content with its recorded history: the last recorded version if its digest matches, else a new version
// with the next counter, made by `author`.
Lineage lineage_of(History history, const std::string& digest, const std::string& author, std::int64_t time_s);

// The history including `version`. The oldest versions beyond kLongestHistory are dropped.
History with(History history, const Version& version);

enum class Relation { same, behind, ahead, diverged };
const char* word_of(Relation relation);

// How theirs relates to ours: behind if it is in our history, ahead if ours is in theirs.
Relation relation(const Lineage& ours, const Lineage& theirs);

// Our lineage after it has replaced `theirs` on purpose: theirs becomes part of our history, and ours gets a higher counter.
Lineage above(Lineage ours, const Lineage& theirs);

// A digest for people: its first 12 digits, which commands accept for the whole.
std::string short_digest(const std::string& digest);

// "7 by peer02"
std::string name_of(const Version& version);

nlohmann::ordered_json document_of(const Version& version);
nlohmann::ordered_json document_of(const History& history);
// Invalid entries are skipped.
History read_history(const nlohmann::ordered_json& document);

// Adds {"version": …, "history": […]} to a document; a node without these has made no version yet.
void add_lineage(nlohmann::ordered_json& document, const Lineage& lineage);
Lineage read_lineage(const nlohmann::ordered_json& document);

}  // namespace merlin::mon::oconf
