// The digest of a table some seconds ago, computed from the stamps of what changed since. Between busy nodes, some changes are always
// on their way, so that their tables are hardly ever equal now; as of two seconds ago they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace merlin::cluster {

inline constexpr std::size_t kDigestSeconds = 64;  // seconds with changes that are remembered

class DigestHistory {
 public:
  // A register changed, and with it the digest by XOR with `exclusive_or`. `hlc`: the greater stamp of the old and the new content.
  void changed(std::uint64_t hlc, std::uint64_t exclusive_or);
  // The XOR of all changes with a stamp later than this second of the hybrid clock; empty: no longer remembered.
  std::optional<std::uint64_t> changes_after(std::uint64_t second) const;

  static std::uint64_t second_of(std::uint64_t hlc) { return (hlc >> 16) / 1000; }

 private:
  std::map<std::uint64_t, std::uint64_t> by_second_;
  std::uint64_t forgotten_ = 0;  // the latest second that is no longer remembered
};

}  // namespace merlin::cluster
