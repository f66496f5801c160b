// Frames that wait for their turn on one link, cut into slices. The highest priority goes first; a frame that has
// begun is finished before any other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "net/connection.hpp"

namespace merlin::net {

class SendQueue {
 public:
  // An empty frame is nothing.
  void push(Priority priority, std::string frame);

  // The next bytes, at most `max_bytes`, of as many frames as fit; empty when nothing waits.
  std::string take(std::size_t max_bytes);

  void clear();

  // Waiting, the rest of a begun frame included.
  std::size_t bytes(Priority priority) const { return bytes_[static_cast<std::size_t>(priority)]; }
  std::size_t bytes() const { return total_; }
  // Whose last byte was taken.
  std::uint64_t frames_taken() const { return frames_taken_; }

 private:
  std::size_t highest_waiting() const;
  void take_from(std::size_t level, std::size_t max_bytes, std::string& slice);

  std::array<std::deque<std::string>, kPriorities> frames_;
  std::array<std::size_t, kPriorities> bytes_{};
  std::size_t total_ = 0;
  std::size_t begun_level_ = 0;  // means something while begun_bytes_ > 0
  std::size_t begun_bytes_ = 0;  // taken from the front frame of begun_level_
  std::uint64_t frames_taken_ = 0;
};

}  // namespace merlin::net
