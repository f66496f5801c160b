// What the digest of a table was some seconds ago, by the hybrid clock of what changed since. News is always on its way
// between busy nodes, so that their tables are hardly ever equal now; what they were two seconds ago is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace merlin::cluster {

inline constexpr std::size_t kDigestSeconds = 64;  // seconds with changes that are remembered

class DigestHistory {
 public:
  // A register changed, the digest by `exclusive_or`; `hlc`: the greater of the stamps of the old and the new content.
  void changed(std::uint64_t hlc, std::uint64_t exclusive_or);
  // All that changed by what is stamped later than this second of the hybrid clock; none: it is not remembered.
  std::optional<std::uint64_t> changes_after(std::uint64_t second) const;

  static std::uint64_t second_of(std::uint64_t hlc) { return (hlc >> 16) / 1000; }

 private:
  std::map<std::uint64_t, std::uint64_t> by_second_;
  std::uint64_t forgotten_ = 0;  // the latest second that is no longer remembered
};

}  // namespace merlin::cluster
