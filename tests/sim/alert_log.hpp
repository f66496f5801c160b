// Every alert line of a run, with the core that wrote it.
#pragma once

#include <string>
#include <vector>

#include "shared/base/time.hpp"
#include "tests/sim/core_lives.hpp"

namespace merlin::sim {

struct LoggedAlert {
  enum class As {
    owner,
    receiver,  // of a result that this core forwards to the owner
    shown      // of another node's row
  };
  std::size_t object = 0;
  CoreLife by;
  Millis at{0};
  As as = As::owner;
  int state = 0;
  bool hard = false;
  int attempt = 0;
  std::string output;  // unique per result
};

class AlertLog {
 public:
  void logged(LoggedAlert alert) { alerts_.push_back(std::move(alert)); }
  // Sorted by time.
  const std::vector<LoggedAlert>& alerts() const { return alerts_; }

 private:
  std::vector<LoggedAlert> alerts_;
};

}  // namespace merlin::sim
