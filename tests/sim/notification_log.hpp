// Every notification of a run by its true time and sender: what contacts receive, whatever the nodes believe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
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

// A line of another node's notification in a core's log.
struct LoggedElsewhere {
  std::size_t node = 0;
  std::string line;
  bool again = false;  // that core has logged it before
};

class NotificationLog {
 public:
  // Another number for each line that a core logs of its own notifications.
  std::size_t next_line() { return ++lines_; }
  void logged(LoggedElsewhere logged) { logged_.push_back(std::move(logged)); }
  const std::vector<LoggedElsewhere>& logged() const { return logged_; }
  void told(const Telling& telling) { tellings_.push_back(telling); }
  void filtered(const Filtered& filtered) { filtered_.push_back(filtered); }
  // Sorted by time.
  const std::vector<Telling>& tellings() const { return tellings_; }

  const std::vector<Filtered>& filtered() const { return filtered_; }

 private:
  std::size_t lines_ = 0;
  std::vector<LoggedElsewhere> logged_;
  std::vector<Telling> tellings_;
  std::vector<Filtered> filtered_;
};

}  // namespace merlin::sim
