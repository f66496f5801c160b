// Rows that a core was lost over. What the module had in hand when its core died without a word is suspect and given alone to
// the next one; a row that two cores die over within ten minutes is set aside (R6), until it is another.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "cluster/register.hpp"

namespace merlin::cluster {

class RowSuspects {
 public:
  static constexpr Millis kSuspectFor{10 * 60 * 1000};
  static constexpr std::size_t kMost = 4096;  // those beyond are not remembered
  using InHand = std::vector<std::pair<RegisterKey, wire::Version>>;

  void core_lost_with(const InHand& rows, SteadyTime now);
  // A core has taken it and lives.
  void clear(const RegisterKey& key) { suspects_.erase(key); }

  // It goes alone.
  bool suspects(const RegisterKey& key) const { return suspects_.contains(key); }
  bool is_set_aside(const RegisterKey& key, const wire::Version& version) const;
  std::vector<RegisterKey> set_aside() const;

 private:
  struct Suspect {
    wire::Version version;
    SteadyTime since{};
    bool set_aside = false;
  };
  std::unordered_map<RegisterKey, Suspect, RegisterKeyHash> suspects_;
};

}  // namespace merlin::cluster
