// The digests of the object configurations that this node's core had, in a small file beside the store: a node whose digest is in it is
// older than we are (R10). A configuration that was restored is in it twice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::daemon {

// The current one, and as many before it as a NodeInfo can contain.
inline constexpr std::size_t kLongestConfigHistory = 65;

class ConfigHistory {
 public:
  // An unreadable file counts as missing: it only decides which configuration is newer.
  void load(const std::string& path);
  Result<> save(const std::string& path) const;

  // The core has this configuration now. False: it is already the newest, or 0.
  bool note(std::uint64_t digest);
  const std::vector<std::uint64_t>& digests() const { return digests_; }
  // As sent to other nodes: the ones before the newest, the latest first.
  std::vector<std::uint64_t> before_the_last() const;

 private:
  std::vector<std::uint64_t> digests_;  // the newest is the last
};

// One line of 16 hex digits for each; other lines are ignored.
std::vector<std::uint64_t> parse_config_history(std::string_view text);

}  // namespace merlin::daemon
