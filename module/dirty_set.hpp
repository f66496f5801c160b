// Objects whose row must go out: one slot an object, in the order in which they became dirty.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "module/core/core.hpp"

namespace merlin::neb {

class DirtySet {
 public:
  DirtySet() = default;
  explicit DirtySet(Index objects) : marked_(objects, 0) {}

  void mark(Index object) {
    if (marked_[object] != 0) return;
    marked_[object] = 1;
    queue_.push_back(object);
  }
  void forget(Index object) { marked_[object] = 0; }
  bool marked(Index object) const { return marked_[object] != 0; }
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }

  // no_object when nothing is left.
  Index take() {
    while (!queue_.empty()) {
      const Index object = queue_.front();
      queue_.pop_front();
      if (marked_[object] == 0) continue;
      marked_[object] = 0;
      return object;
    }
    return no_object;
  }

 private:
  std::vector<std::uint8_t> marked_;
  std::deque<Index> queue_;
};

}  // namespace merlin::neb
