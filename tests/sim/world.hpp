// One run: creates the servers of a plan, advances time, causes the faults, and calls the judge.
#pragma once

#include "tests/sim/judge.hpp"
#include "tests/sim/link_faults.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/story.hpp"

namespace merlin::sim {

struct Outcome {
  Verdict verdict;
  std::uint64_t hash = 0;
  std::size_t checks = 0;
  int most_heartbeats = 0;  // per second on one link
  int most_messages = 0;
};

class World {
 public:
  // `plan` outlives this.
  World(const Plan& plan, Story::Sink sink);

  Outcome run();

 private:
  void schedule(const FaultEvent& event);
  bool is_sensible(const FaultEvent& event) const;
  void begin(const FaultEvent& event);
  void end(const FaultEvent& event);
  void remove(std::size_t node, bool removed);
  void heal();
  void sample();
  std::uint64_t changes() const;  // of all tables
  void agree(Millis agreed);
  bool is_over();

  const Plan& plan_;
  Events events_;
  Random random_;
  Story story_;
  Records records_;
  std::vector<NetworkUser*> users_;
  Network network_;
  LinkFaults links_;
  std::vector<std::unique_ptr<Server>> servers_;
  Judge judge_;
  bool healed_ = false;
  std::uint64_t changes_seen_ = 0;
};

}  // namespace merlin::sim
