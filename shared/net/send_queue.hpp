// Frames that wait to be sent on one link, cut into slices. The highest priority goes first; a frame that has been started is completed
// before any other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "shared/net/connection.hpp"

namespace merlin::net {

class SendQueue {
 public:
  // An empty frame is ignored.
  void push(Priority priority, std::string frame);

  // The next bytes, at most `max_bytes`, of as many frames as fit. Empty if nothing waits.
  std::string take(std::size_t max_bytes);

  void clear();

  // Queued bytes, including the rest of a started frame.
  std::size_t bytes(Priority priority) const { return bytes_[static_cast<std::size_t>(priority)]; }
  std::size_t bytes() const { return total_; }
  // Frames whose last byte has been taken.
  std::uint64_t frames_taken() const { return frames_taken_; }

 private:
  std::size_t highest_waiting() const;
  void take_from(std::size_t level, std::size_t max_bytes, std::string& slice);

  std::array<std::deque<std::string>, kPriorities> frames_;
  std::array<std::size_t, kPriorities> bytes_{};
  std::size_t total_ = 0;
  std::size_t begun_level_ = 0;  // valid only while begun_bytes_ > 0
  std::size_t begun_bytes_ = 0;  // taken from the front frame of begun_level_
  std::uint64_t frames_taken_ = 0;
};

}  // namespace merlin::net
