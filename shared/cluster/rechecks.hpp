// Objects whose check two sides have run while they were apart (R5): of two check registers one stands after the meeting, and
// what lost may have been the later news. So whoever runs the object then checks it again.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "cluster/table.hpp"

namespace merlin::cluster {

class Rechecks {
 public:
  static constexpr Millis kMeetingLasts{60'000};  // rows that were written apart arrive until then
  static constexpr Millis kKept{60'000};          // for who will run the object
  static constexpr std::size_t kMost = 1'000'000;

  // We have lost the node. Written apart is what it has stamped later than all that we have of it, and what entered our table
  // after the change up to which it may know that. Not by any clock: stamps stand still where one ran ahead.
  void lost(const NodeId& node, std::uint64_t known_stamp, std::uint64_t known_change);
  // We meet again; no row that was written apart has a greater term.
  void met(const NodeId& node, std::uint64_t term, SteadyTime now);
  void forget(const NodeId& node) { apart_.erase(node); }

  // A row of our table and what another node has of it, just now; either may be the one that stands.
  void compare(const Row& held, const wire::Register& came, SteadyTime now);
  // Another node has seen it: the content that lost need not come here.
  void add(const ObjectKey& object, std::uint64_t newest, SteadyTime now);
  bool may_concern_rows() const { return !apart_.empty(); }

  struct Look {
    NodeId runner;              // that knows the row already; empty: none yet
    std::uint64_t checked = 0;  // clock of the row
  };
  // Those whose runner is to be told now, at most `most`. Is it another then, that one is told too, until somebody has run it or
  // too long has passed.
  std::vector<std::pair<ObjectKey, NodeId>> take(const std::function<Look(const ObjectKey&)>& look, std::size_t most, SteadyTime now);
  bool empty() const { return objects_.empty(); }

 private:
  struct Apart {
    std::uint64_t known_stamp = 0;
    std::uint64_t known_change = 0;
    std::optional<std::uint64_t> term;  // of the meeting; none: not yet, and what comes was written apart
    SteadyTime met{};
  };

  std::map<NodeId, Apart> apart_;
  struct Due {
    SteadyTime since{};
    std::uint64_t newest = 0;  // clock of the later of the two contents
    NodeId told;
  };
  std::map<ObjectKey, Due> objects_;
  std::set<ObjectKey> done_;  // since the last loss: both contents come more than once
};

}  // namespace merlin::cluster
