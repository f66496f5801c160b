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
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }

  const std::deque<Index>& all() const { return queue_; }
  void clear() {
    while (take() != no_object) {
    }
  }

  // no_object when nothing is left.
  Index take() {
    if (queue_.empty()) return no_object;
    const Index object = queue_.front();
    queue_.pop_front();
    marked_[object] = 0;
    return object;
  }

 private:
  std::vector<std::uint8_t> marked_;
  std::deque<Index> queue_;
};

}  // namespace merlin::neb
