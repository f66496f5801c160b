// One run: builds the servers of a plan, lets time pass, throws the faults, asks the judge.
#pragma once

#include "sim/judge.hpp"
#include "sim/link_faults.hpp"
#include "sim/network.hpp"
#include "sim/story.hpp"

namespace merlin::sim {

struct Outcome {
  Verdict verdict;
  std::uint64_t hash = 0;
  std::size_t checks = 0;
  int most_beats = 0;  // in a second over a link
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
};

}  // namespace merlin::sim
