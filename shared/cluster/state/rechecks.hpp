// Objects that two nodes both checked while they were apart (R5). When they meet, one of the two check registers wins, and the losing
// one may have been the later news. So the object's owner checks it again.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/state/table.hpp"

namespace merlin::cluster {

class Rechecks {
 public:
  static constexpr Millis kMeetingLasts{60'000};  // rows that were written apart arrive until then
  static constexpr Millis kKept{60'000};          // for the next owner of the object
  static constexpr std::size_t kMost = 1'000'000;

  // We have lost the node. Rows count as written apart if they are stamped later than everything that we have of the node, or if they
  // entered our table after the last change that it may know. No clock is used: if a clock ran ahead, stamps do not follow the time.
  void lost(const NodeId& node, std::uint64_t known_stamp, std::uint64_t known_change);
  // The two nodes meet again; no row that was written apart has a greater term.
  void met(const NodeId& node, std::uint64_t term, SteadyTime now);
  void forget(const NodeId& node) { apart_.erase(node); }

  // A row of our table, and the content of it that another node has just sent; either may win.
  void compare(const Row& held, const wire::Register& came, SteadyTime now);
  // Another node has found this object; the losing content need not arrive here.
  void add(const ObjectKey& object, std::uint64_t newest, SteadyTime now);
  // Like add(), even if the object has already been checked again since the last loss.
  void again(const ObjectKey& object, std::uint64_t newest, SteadyTime now);
  bool may_concern_rows() const { return !apart_.empty(); }

  struct Look {
    NodeId runner;              // the owner, if it has the row already; empty: none yet
    std::uint64_t checked = 0;  // clock of the row
  };
  // The objects whose owner must be informed now, at most `most`. If the owner changes, the new owner is informed, too, until the
  // object has been checked or too long has passed.
  std::vector<std::pair<ObjectKey, NodeId>> take(const std::function<Look(const ObjectKey&)>& look, std::size_t most, SteadyTime now);
  bool empty() const { return objects_.empty(); }

 private:
  struct Apart {
    std::uint64_t known_stamp = 0;
    std::uint64_t known_change = 0;
    std::optional<std::uint64_t> term;  // of the meeting; empty: not yet, and every row that arrives was written apart
    SteadyTime met{};
  };

  std::map<NodeId, Apart> apart_;
  struct Due {
    SteadyTime since{};
    std::uint64_t newest = 0;  // clock of the later of the two contents
    NodeId told;
  };
  std::map<ObjectKey, Due> objects_;
  std::set<ObjectKey> done_;  // since the last loss; both contents arrive more than once
};

}  // namespace merlin::cluster
