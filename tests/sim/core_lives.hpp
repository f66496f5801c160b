// The processes of the cores over time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace merlin::sim {

// One process of a core, from its start to its end.
struct CoreLife {
  std::size_t node = 0;
  std::uint64_t life = 0;

  bool operator==(const CoreLife&) const = default;
};

class CoreEnds {
 public:
  void ended(const CoreLife& core) { ended_.push_back(core); }
  bool has_ended(const CoreLife& core) const { return std::find(ended_.begin(), ended_.end(), core) != ended_.end(); }

 private:
  std::vector<CoreLife> ended_;
};

}  // namespace merlin::sim
