// What happened in a run: a hash over all messages, and on request the story in lines.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "shared/base/hash.hpp"
#include "shared/base/time.hpp"

namespace merlin::sim {

// For people.
std::string seconds(Millis time);

class Story {
 public:
  using Sink = std::function<void(const std::string& line)>;

  // Passes each line to `sink` as it occurs; without a sink only the hash is kept.
  void tell_to(Sink sink) { sink_ = std::move(sink); }
  bool is_told() const { return static_cast<bool>(sink_); }

  void note(std::string_view bytes) { hash_ = hash64(bytes, hash_); }
  void note(Millis now, std::string_view what) {
    const std::int64_t milliseconds = now.count();
    hash_ = hash64({reinterpret_cast<const char*>(&milliseconds), sizeof milliseconds}, hash_);
    note(what);
  }
  // Not part of the hash itself, unlike the messages that it describes.
  void tell(Millis now, const std::string& who, const std::string& what);
  std::uint64_t hash() const { return hash_; }

 private:
  Sink sink_;
  std::uint64_t hash_ = 1;
};

}  // namespace merlin::sim
