// Refused nodes and the reasons, for `status`, `certs` and the log. Bounded, whatever arrives. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"

namespace merlin::daemon {

// Why a link was refused, by one of its two ends. In the order of their words, in which `status` counts them.
enum class RefusalReason : std::uint8_t {
  busy,           // there is a better link with the same node
  cluster,        // it belongs to another cluster
  crowded,        // too many connections
  gave_up,        // the other end closed it before the handshake was complete
  identity,       // its certificate, its hello and our merlin.conf do not name one node
  no_descriptor,  // this process has no file descriptor left
  not_a_core,     // its user may not use the module's socket
  not_ours,       // what it sent is not our protocol
  other,
  refused_us,     // it does not trust our certificate
  second_module,  // another process connects as the module while the core's own module is connected
  timed_out,      // no handshake in time
  unknown_node,   // no block of merlin.conf is about it
  untrusted,      // we do not trust its certificate
  version,        // no common protocol version
};
std::string_view word_of(RefusalReason reason);  // "refused_us"

struct RefusedPeer {
  RefusalReason reason = RefusalReason::other;
  std::string text;         // one line
  std::string address;      // its address
  std::string fingerprint;  // of its certificate; empty: it presented none
  NodeId node_id;           // from its certificate or its hello; can be empty
  std::string block;        // the block that it matches; empty: none
  WallTime last{};
  std::uint64_t count = 1;
};

class Refusals {
 public:
  static constexpr std::size_t kMaxPeers = 64;
  static constexpr std::size_t kMaxSources = 1024;
  static constexpr Millis kLogPause{60'000};

  // Records the refusal, together with earlier ones of the same certificate (or, without one, of the same network and reason). True: a log
  // line is due, at most one per minute for each network and reason.
  bool note(RefusedPeer peer, Now now);

  // Only counts it: this happens between good nodes too.
  void count(RefusalReason reason) { ++counts_[reason]; }

  // The node with that certificate is accepted now, or that block was removed.
  void forget_certificate(std::string_view fingerprint);
  void forget_block(std::string_view block);

  const std::vector<RefusedPeer>& peers() const { return peers_; }
  // Number of refused links since the start, by reason.
  const std::map<RefusalReason, std::uint64_t>& counts() const { return counts_; }

 private:
  bool log_is_due(const std::string& source, SteadyTime now);

  std::vector<RefusedPeer> peers_;  // the oldest first
  std::map<RefusalReason, std::uint64_t> counts_;
  std::map<std::string, SteadyTime> logged_;
};

// "10.0.0.2" of "10.0.0.2:40000", "fe80::1" of "[fe80::1]:40000".
std::string host_of_address(std::string_view address);
// Likewise, but of IPv6 only the network, because one machine can have all addresses of it: "fe80::/64".
std::string network_of_address(std::string_view address);

}  // namespace merlin::daemon
