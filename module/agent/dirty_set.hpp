// Objects whose row must be sent: one slot per object, in the order in which they became dirty.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "module/agent/core.hpp"

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
  // Removes the object only if it was the last one to be marked.
  void unmark_last(Index object) {
    if (queue_.empty() || queue_.back() != object) return;
    queue_.pop_back();
    marked_[object] = 0;
  }
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }

  const std::deque<Index>& all() const { return queue_; }
  void clear() {
    while (take() != kNoObject) {
    }
  }

  // kNoObject if the set is empty.
  Index take() {
    if (queue_.empty()) return kNoObject;
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
