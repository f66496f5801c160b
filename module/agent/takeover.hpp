// Continues the schedule of objects that were taken over: checks due later keep their time, overdue ones run
// oldest first at a limited rate. Pure except for the calls to the core.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "module/agent/objects.hpp"
#include "module/agent/row_table.hpp"

namespace merlin::neb {

class Takeover {
 public:
  // Even in the smallest cluster, overdue checks run at this rate per second at least.
  static constexpr double kSlowestRate = 10;
  // At most the checks of this part of a second start at one moment.
  static constexpr double kBurstSeconds = 0.2;

  // All outlive this.
  Takeover(Core& core, const Objects& objects, RowTable& rows);

  // Checks per second; 0: four times the average rate of all objects of this core.
  void set_rate(double rate);
  double rate() const { return rate_; }

  void add(Index object);
  // Runs the check again as if it were overdue, even if a new row arrives before.
  void recheck(Index object);
  // The check has run, or the object was released.
  void drop(Index object) { waiting_[object] = not_waiting; }
  // The object has a new row.
  void renew(Index object);
  bool waits(Index object) const { return waiting_[object] != not_waiting; }
  bool idle() const { return fresh_.empty() && overdue_.empty(); }
  std::size_t waiting() const { return overdue_.size() + fresh_.size() - next_fresh_; }

  // Does a part of the work, at most `moves` events; true if there is more to do at once. Call at each tick.
  bool step(Now now, std::size_t moves);

 private:
  struct Overdue {
    Seconds due;
    Index object;
    bool operator>(const Overdue& other) const { return due != other.due ? due > other.due : object > other.object; }
  };

  void place(Index object, Seconds now);
  void run(Index object, Seconds now);
  double measure() const;

  Core& core_;
  const Objects& objects_;
  RowTable& rows_;
  const double measured_rate_;
  double rate_;
  double tokens_ = 0;
  SteadyTime last_step_{};
  std::vector<Index> fresh_;  // taken over, not scheduled yet
  std::size_t next_fresh_ = 0;
  enum Waiting : std::uint8_t { not_waiting = 0, for_its_time, for_recheck };
  std::vector<Waiting> waiting_;
  std::priority_queue<Overdue, std::vector<Overdue>, std::greater<>> overdue_;
};

}  // namespace merlin::neb
