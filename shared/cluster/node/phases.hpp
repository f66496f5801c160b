// The progress of this node (R1, R6, R8): its start, joining, and stored rows that the other nodes have to confirm.
#pragma once

#include <utility>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

inline constexpr Millis kStartWait{3'000};        // a new daemon waits this long for heartbeats of its peers before it decides
inline constexpr Millis kStartWaitLinked{5'000};  // and this long if there are links, but not yet heartbeats in both directions

class Phases {
 public:
  explicit Phases(SteadyTime now) : started_(now), joining_since_(now) {}

  // ---- the start: nothing is decided until the peers have had time to send heartbeats
  bool is_start_over() const { return is_start_over_; }
  void end_start() { is_start_over_ = true; }
  Millis since_start(SteadyTime now) const { return now - started_; }

  // ---- joining: this node is not yet in sync with the others, so it owns nothing that another node claims
  bool is_joining() const { return phase_ == wire::NodePhase::joining; }
  wire::NodePhase phase() const { return phase_; }  // joining or ready; operators decide about draining
  // Begins to join, possibly again.
  void join(SteadyTime now) {
    phase_ = wire::NodePhase::joining;
    joining_since_ = now;
    is_in_sync_ = false;
  }
  // Without a core, a node cannot join. The time still counts from the last join().
  void core_lost() {
    phase_ = wire::NodePhase::joining;
    is_in_sync_ = false;
  }
  void joined() { phase_ = wire::NodePhase::ready; }
  Millis joining_for(SteadyTime now) const { return now - joining_since_; }
  // A joining node is in sync long before it is ready, if other nodes hold it back because it was lost often. What
  // happens after that is news for its core.
  void in_sync() { is_in_sync_ = true; }
  bool is_catching_up() const { return is_joining() && !is_in_sync_; }

  // ---- unconfirmed rows. A comment or downtime that the other nodes lack is either new to them, or was deleted so long ago that
  // they have forgotten it. A node that was away for longer than the retention cannot tell which.
  void was_away(Millis away, Millis retention) { is_behind_ = away > retention; }
  bool is_unconfirmed(const wire::Register& content) const {
    const bool deletable = content.kind == wire::RegisterKind::comment || content.kind == wire::RegisterKind::downtime;
    return is_behind_ && deletable && content.rank == 0;
  }
  void keep_unconfirmed(wire::Register content) { unconfirmed_.push_back(std::move(content)); }
  // This node has compared with all ready nodes: from now on every row counts.
  std::vector<wire::Register> take_unconfirmed() {
    is_behind_ = false;
    return std::exchange(unconfirmed_, {});
  }

 private:
  SteadyTime started_{};
  bool is_start_over_ = false;
  wire::NodePhase phase_ = wire::NodePhase::joining;
  bool is_in_sync_ = false;
  SteadyTime joining_since_{};
  bool is_behind_ = false;
  std::vector<wire::Register> unconfirmed_;  // only while is_behind_
};

}  // namespace merlin::cluster
