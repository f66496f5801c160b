// Every notification of a run by its true time and sender: what contacts receive, whatever the nodes believe.
#pragma once

#include <cstdint>
#include <vector>

#include "shared/base/time.hpp"

namespace merlin::sim {

struct Telling {
  std::size_t object = 0;
  std::size_t node = 0;
  bool recovery = false;
  int number = 0;
  std::uint64_t start = 0;  // of the problem, as the sender counted it
  Millis at{0};
  bool alone = false;  // sent by a core without a daemon, which cannot ask
};

// Notifications that the core's own filters suppressed: a recovery, or a problem in a downtime or with an acknowledgement.
struct Filtered {
  std::size_t object = 0;
  Millis at{0};
  bool problem = false;
};

class NotificationLog {
 public:
  void told(const Telling& telling) { tellings_.push_back(telling); }
  void filtered(const Filtered& filtered) { filtered_.push_back(filtered); }
  // Sorted by time.
  const std::vector<Telling>& tellings() const { return tellings_; }

  const std::vector<Filtered>& filtered() const { return filtered_; }

 private:
  std::vector<Telling> tellings_;
  std::vector<Filtered> filtered_;
};

}  // namespace merlin::sim
