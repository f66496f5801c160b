// Who was refused and why: what `status`, `certs` and the log say of it. Bounded whatever comes. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace merlin::daemon {

struct RefusedPeer {
  std::string reason;       // one word: untrusted, cluster, version, …
  std::string text;         // one line
  std::string address;      // where it is or came from
  std::string fingerprint;  // of its certificate; empty: it showed none
  NodeId node_id;           // from its certificate or its hello; may be empty
  std::string block;        // whom we took it for; empty: nobody
  WallTime last{};
  std::uint64_t count = 1;
};

class Refusals {
 public:
  static constexpr std::size_t kMaxPeers = 64;
  static constexpr std::size_t kMaxSources = 1024;
  static constexpr Millis kLogPause{60'000};

  // Remembers it, together with earlier ones of that certificate (or, without one, of that address and reason).
  // True: a line in the log is due, at most one a minute for each source.
  bool note(RefusedPeer peer, Now now);

  // Only counts: what happens between good nodes too.
  void count(const std::string& reason) { ++counts_[reason]; }

  // Whoever showed that certificate is welcome now, or that block is gone.
  void forget_certificate(std::string_view fingerprint);
  void forget_block(std::string_view block);

  const std::vector<RefusedPeer>& peers() const { return peers_; }
  // How many links were refused for each reason since the start.
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  bool log_is_due(const std::string& source, SteadyTime now);

  std::vector<RefusedPeer> peers_;  // the oldest first
  std::map<std::string, std::uint64_t> counts_;
  std::map<std::string, SteadyTime> logged_;
};

// "10.0.0.2" of "10.0.0.2:40000", "fe80::1" of "[fe80::1]:40000".
std::string host_of_address(std::string_view address);

}  // namespace merlin::daemon
