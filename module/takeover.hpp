// Continues the schedule of objects that were taken up: what is due later keeps its time, what is overdue is run
// oldest first at a limited rate. Pure but for the calls to the core.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "module/objects.hpp"
#include "module/row_table.hpp"

namespace merlin::neb {

class Takeover {
 public:
  // However small the cluster, its overdue checks need not wait longer than this many a second allow.
  static constexpr double kSlowestRate = 10;
  // At most that much of a second's checks start in one moment.
  static constexpr double kBurstSeconds = 0.2;

  // All outlive this.
  Takeover(Core& core, const Objects& objects, RowTable& rows);

  // Checks a second; 0: four times the average of all that this core knows.
  void set_rate(double rate);
  double rate() const { return rate_; }

  void add(Index object);
  // Run again as if it were overdue, whatever its row says by then.
  void recheck(Index object);
  // It is run, or released.
  void drop(Index object) { waiting_[object] = not_waiting; }
  // It has a new row.
  void renew(Index object);
  bool waits(Index object) const { return waiting_[object] != not_waiting; }
  bool idle() const { return fresh_.empty() && overdue_.empty(); }
  std::size_t waiting() const { return overdue_.size() + fresh_.size() - next_fresh_; }

  // Some of the work, at most `moves` events; returns true when there is more to do at once. Call at each tick.
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
  std::vector<Index> fresh_;  // taken up, not looked at yet
  std::size_t next_fresh_ = 0;
  enum Waiting : std::uint8_t { not_waiting = 0, for_its_time, for_recheck };
  std::vector<Waiting> waiting_;
  std::priority_queue<Overdue, std::vector<Overdue>, std::greater<>> overdue_;
};

}  // namespace merlin::neb
