// Settings of cluster::Node about itself and its peers, and what survives a restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"

namespace merlin::cluster {

// Which sides notify during a network split (R4, R9).
enum class Partition : std::uint8_t { every_side, majority };

// What a configured node is to this one: a node of the same tier, of the tier below, or of the tier above.
enum class Relation : std::uint8_t { peer, poller, master };

struct Settings {
  NodeId self;
  std::string name;
  std::string cluster;
  Millis pulse_interval{1000};
  Millis core_timeout{5000};
  Millis busy_limit{5000};
  Millis join_timeout{30000};
  std::optional<std::uint32_t> weight;        // in this node's own file
  Millis retention{7 * 24 * 60 * 60 * 1000};  // of tombstones, and of records of single events
  double takeover_rate = 0;                   // checks per second; 0: the module measures it
  bool notifies = true;                       // no: this node has no vote and does not notify
  Partition partition = Partition::every_side;
  std::optional<std::string> tie;  // the node whose side counts as the majority at exactly half of the votes

  struct Peer {
    NodeId id;  // empty until its certificate was seen
    std::string name;
    std::optional<std::uint32_t> weight;  // in our file
    bool notifies = true;                 // it has a vote
    Relation relation = Relation::peer;   // today merlind sets peers only
  };
  std::vector<Peer> peers;
};

// An operator's order to drain, as far as it is for people and for the clock.
struct Drain {
  std::string reason;         // one line of at most wire::kMaxDrainReasonBytes; can be empty
  std::int64_t until_ms = 0;  // wall clock: it then ends by itself; 0: only by order

  bool operator==(const Drain&) const = default;
};

// State that must survive a restart. The limits are written ahead, and a restart continues above
// them, so that not every value needs a write.
struct Durable {
  std::uint64_t term_limit = 0;
  std::uint64_t hlc_limit = 0;
  bool drained = false;
  Drain drain{};  // of a drained node

  bool operator==(const Durable&) const = default;
};

}  // namespace merlin::cluster
