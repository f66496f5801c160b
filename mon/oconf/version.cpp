#include "mon/oconf/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"

namespace merlin::mon::oconf {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kDigestDigits = 64;
constexpr std::size_t kShownDigits = 12;

std::uint64_t greatest_counter(const History& history) { return history.empty() ? 0 : history.back().counter; }

// The highest counter of that digest in the history; 0: not in the history.
std::uint64_t place_in(const History& history, const std::string& digest) {
  const auto found = std::find_if(history.rbegin(), history.rend(), [&](const Version& version) { return version.digest == digest; });
  return found == history.rend() ? 0 : found->counter;
}

// The version under its own counter, if no other version of the history has that one; else under the next free counter. Behind `last`.
Version with_free_counter(const History& history, Version version, std::uint64_t last) {
  if (std::ranges::find(history, version) != history.end()) return version;
  const bool is_taken = std::ranges::find(history, version.counter, &Version::counter) != history.end();
  if (is_taken || version.counter <= last) version.counter = std::max(greatest_counter(history), last) + 1;
  return version;
}

Version read_version(const ordered_json& document) {
  if (!document.is_object()) return {};
  const std::int64_t counter = std::max<std::int64_t>(0, number_at(document, "counter"));
  return {static_cast<std::uint64_t>(counter), text_at(document, "digest"), text_at(document, "author"), number_at(document, "time")};
}

bool is_whole(const Version& version) {
  return version.counter > 0 && version.digest.size() == kDigestDigits &&
         version.digest.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Lineage lineage_of(History history, const std::string& digest, const std::string& author, std::int64_t time_s) {
  const bool is_recorded = !history.empty() && history.back().digest == digest;
  const Version now = is_recorded ? history.back() : Version{greatest_counter(history) + 1, digest, author, time_s};
  return {now, std::move(history)};
}

History with(History history, const Version& version) {
  const auto same = [&](const Version& other) { return other.counter == version.counter && other.digest == version.digest; };
  if (std::ranges::none_of(history, same)) history.push_back(version);
  std::ranges::stable_sort(history, {}, &Version::counter);
  if (history.size() > kLongestHistory) history.erase(history.begin(), history.end() - kLongestHistory);
  return history;
}

const char* word_of(Relation relation) {
  constexpr std::array words{"same", "behind", "ahead", "diverged"};
  return words.at(static_cast<std::size_t>(relation));
}

Relation relation(const Lineage& ours, const Lineage& theirs) {
  if (ours.now.digest == theirs.now.digest) return Relation::same;
  const bool is_theirs_known = place_in(ours.history, theirs.now.digest) > 0;
  const bool is_ours_known = place_in(theirs.history, ours.now.digest) > 0;
  // A configuration may return to earlier contents: then the longer line is ahead.
  if (is_theirs_known && is_ours_known && ours.now.counter != theirs.now.counter)
    return theirs.now.counter < ours.now.counter ? Relation::behind : Relation::ahead;
  if (is_theirs_known == is_ours_known) return Relation::diverged;
  return is_theirs_known ? Relation::behind : Relation::ahead;
}

Lineage above(Lineage ours, const Lineage& theirs) {
  std::uint64_t last = 0;
  for (const Version& version : with(theirs.history, theirs.now)) {
    const Version added = with_free_counter(ours.history, version, last);
    last = added.counter;
    ours.history = with(std::move(ours.history), added);
  }
  const std::uint64_t greatest = greatest_counter(ours.history);
  const bool stands_above = ours.now.counter > theirs.now.counter && ours.now.counter >= greatest;
  if (!stands_above) ours.now.counter = greatest + 1;
  ours.history = with(std::move(ours.history), ours.now);
  return ours;
}

std::string short_digest(const std::string& digest) { return digest.substr(0, kShownDigits); }

std::string name_of(const Version& version) {
  return version.author.empty() ? std::to_string(version.counter) : fmt::format("{} by {}", version.counter, version.author);
}

ordered_json document_of(const Version& version) {
  return {{"counter", version.counter}, {"digest", version.digest}, {"author", version.author}, {"time", version.time_s}};
}

ordered_json document_of(const History& history) {
  ordered_json document = ordered_json::array();
  for (const Version& version : history) document.push_back(document_of(version));
  return document;
}

History read_history(const ordered_json& document) {
  History history;
  if (!document.is_array()) return history;
  for (const ordered_json& entry : document) {
    const Version version = read_version(entry);
    if (is_whole(version) && history.size() < 10 * kLongestHistory) history.push_back(version);
  }
  std::ranges::stable_sort(history, {}, &Version::counter);
  return history;
}

void add_lineage(ordered_json& document, const Lineage& lineage) {
  document["version"] = document_of(lineage.now);
  document["history"] = document_of(lineage.history);
}

Lineage read_lineage(const ordered_json& document) {
  if (!document.is_object()) return {};
  const auto history = document.find("history");
  const auto version = document.find("version");
  Lineage lineage;
  if (history != document.end()) lineage.history = read_history(*history);
  if (version != document.end()) lineage.now = read_version(*version);
  return lineage;
}

}  // namespace merlin::mon::oconf
