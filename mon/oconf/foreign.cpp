#include "mon/oconf/foreign.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace merlin::mon::oconf {
namespace {

using Content = std::pair<std::string, std::string>;  // path, digest

std::set<Content> contents_of(const std::vector<Manifest>& versions) {
  std::set<Content> contents;
  for (const Manifest& version : versions) {
    for (const ObjectFile& file : version.files) contents.emplace(file.path, file.digest);
  }
  return contents;
}

}  // namespace

ForeignFiles foreign_files(const std::vector<Manifest>& kept_here, const Lineage& ours, const Lineage& theirs, const Manifest& files_there,
                           const Difference& push) {
  ForeignFiles foreign;
  const auto is_theirs = [&](const Version& version) { return version.digest == theirs.now.digest; };
  if (std::ranges::any_of(ours.history, is_theirs)) return foreign;
  const auto known = contents_of(kept_here);
  for (const ObjectFile& file : files_there.files) {
    if (known.contains({file.path, file.digest})) continue;
    if (std::ranges::binary_search(push.changed, file.path)) foreign.changed.push_back(file.path);
    if (std::ranges::binary_search(push.removed, file.path)) foreign.removed.push_back(file.path);
  }
  return foreign;
}

}  // namespace merlin::mon::oconf
