// The digests of the object configurations that this node's core had, in a small file beside the store: whose
// digest lies in it is older than we are (R10). One that came back stands in it twice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace merlin::daemon {

// The present one, and as many before it as a NodeInfo may name.
inline constexpr std::size_t kLongestConfigHistory = 65;

class ConfigHistory {
 public:
  // What cannot be read is as if there was none: it only says who is newer.
  void load(const std::string& path);
  Result<> save(const std::string& path) const;

  // The core has this one now. False: it is the newest already, or 0.
  bool note(std::uint64_t digest);
  const std::vector<std::uint64_t>& digests() const { return digests_; }
  // As others are told: what it had before the newest, the last first.
  std::vector<std::uint64_t> before_the_last() const;

 private:
  std::vector<std::uint64_t> digests_;  // the newest last
};

// A line of 16 hex digits for each; what is no such line is left out.
std::vector<std::uint64_t> parse_config_history(std::string_view text);

}  // namespace merlin::daemon
