// Rows after which a core crashed. What a core was processing when it crashed is suspected, and sent to the next core one row at a
// time. A row after which two cores crash within ten minutes is quarantined (R6) until it changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/register.hpp"

namespace merlin::cluster {

class RowSuspects {
 public:
  static constexpr Millis kSuspectFor{10 * 60 * 1000};
  static constexpr std::size_t kMost = 4096;  // more are not remembered
  struct Sent {
    RegisterKey key;
    wire::Version version;
    std::uint64_t change = 0;  // of the table: a row that changes need not get another version
  };
  using InHand = std::vector<Sent>;

  void core_lost_with(const InHand& rows, SteadyTime now);
  // A core has applied it and still runs.
  void clear(const RegisterKey& key) { suspects_.erase(key); }

  // It must be sent alone.
  bool suspects(const RegisterKey& key) const { return suspects_.contains(key); }
  bool is_set_aside(const RegisterKey& key, const wire::Version& version) const;
  std::vector<RegisterKey> set_aside() const;
  bool any() const { return !suspects_.empty(); }

 private:
  struct Suspect {
    wire::Version version;
    SteadyTime since{};
    bool set_aside = false;
  };
  std::unordered_map<RegisterKey, Suspect, RegisterKeyHash> suspects_;
};

}  // namespace merlin::cluster
