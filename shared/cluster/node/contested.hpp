// Objects that our core owns, and whose result lost to a row that another node wrote (R3): damage, or a node that writes rows of
// objects that it does not own. Kept for a while, for operators.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"

namespace merlin::cluster {

class Contested {
 public:
  static constexpr Millis kKept{10 * 60 * 1000};
  static constexpr std::size_t kMost = 4096;  // more are not recorded

  struct Loss {
    ObjectKey object;
    NodeId writer;  // of the row that won
    std::uint32_t times = 0;
  };

  // `is_sure`: no node had reported a term as great as the row's. Otherwise the row may have been on its way while the object changed
  // its owner, and only the second loss counts.
  void lost(const ObjectKey& object, const NodeId& writer, bool is_sure, SteadyTime now);
  std::vector<Loss> losses(SteadyTime now) const;
  void forget(const ObjectKey& object) { objects_.erase(object); }

 private:
  struct Entry {
    NodeId writer;
    std::uint32_t times = 0;
    bool is_sure = false;
    SteadyTime last{};
  };
  std::map<ObjectKey, Entry> objects_;
};

}  // namespace merlin::cluster
