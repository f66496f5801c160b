// Results that this core got without owning the host, until the daemon has them. Bounded: the oldest go first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "wire/messages.hpp"

namespace merlin::neb {

class RawResults {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;

  void push(wire::CheckResult result) {
    bytes_ += cost(result);
    queue_.push_back(std::move(result));
    for (; bytes_ > kMaxBytes; ++dropped_) pop();
  }

  // At most `count`, oldest first.
  std::vector<wire::CheckResult> take(std::size_t count) {
    std::vector<wire::CheckResult> taken;
    for (; count > 0 && !queue_.empty(); --count) taken.push_back(pop());
    return taken;
  }

  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  static std::size_t cost(const wire::CheckResult& result) { return sizeof(result) + result.output.size(); }

  wire::CheckResult pop() {
    wire::CheckResult oldest = std::move(queue_.front());
    queue_.pop_front();
    bytes_ -= cost(oldest);
    return oldest;
  }

  std::deque<wire::CheckResult> queue_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace merlin::neb
