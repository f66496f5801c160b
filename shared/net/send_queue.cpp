#include "shared/net/send_queue.hpp"

#include <algorithm>

namespace merlin::net {

void SendQueue::push(Priority priority, std::string frame) {
  if (frame.empty()) return;
  const auto level = static_cast<std::size_t>(priority);
  bytes_[level] += frame.size();
  total_ += frame.size();
  frames_[level].push_back(std::move(frame));
}

std::string SendQueue::take(std::size_t max_bytes) {
  std::string slice;
  slice.reserve(std::min(max_bytes, total_));
  while (total_ > 0 && slice.size() < max_bytes) {
    take_from(begun_bytes_ > 0 ? begun_level_ : highest_waiting(), max_bytes, slice);
  }
  return slice;
}

void SendQueue::take_from(std::size_t level, std::size_t max_bytes, std::string& slice) {
  const std::string& frame = frames_[level].front();
  const std::size_t count = std::min(frame.size() - begun_bytes_, max_bytes - slice.size());
  slice.append(frame, begun_bytes_, count);
  bytes_[level] -= count;
  total_ -= count;
  begun_level_ = level;
  begun_bytes_ += count;
  if (begun_bytes_ < frame.size()) return;
  begun_bytes_ = 0;
  ++frames_taken_;
  frames_[level].pop_front();
}

std::size_t SendQueue::highest_waiting() const {
  std::size_t level = 0;
  while (bytes_[level] == 0) ++level;
  return level;
}

void SendQueue::clear() {
  for (auto& frames : frames_) frames.clear();
  bytes_ = {};
  total_ = 0;
  begun_bytes_ = 0;
}

}  // namespace merlin::net
