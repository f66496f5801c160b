// Keeps a log readable whatever happens: each kind of message may come in a short burst and then only now and then, and
// all kinds together are bounded too. What was left out is counted and said with the next line of its kind. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace merlin::daemon {

class LogLimiter {
 public:
  static constexpr std::uint32_t kBurst = 20;        // of one kind, then
  static constexpr Millis kPause{10'000};            // one in this time
  static constexpr std::uint32_t kBurstOfAll = 500;  // of all kinds together, then
  static constexpr Millis kPauseOfAll{200};
  static constexpr std::size_t kMaxKinds = 512;

  // How many lines of that kind were left out before this one, or nothing when this one is to be left out too.
  std::optional<std::uint64_t> admit(std::uint64_t kind, SteadyTime now);

  // What makes two lines one kind: the text without its numbers and without what stands in quotes.
  static std::uint64_t kind_of(std::string_view line);

 private:
  // Gains one place each `pause`, up to `burst`; a line takes one.
  struct Bucket {
    std::uint32_t places = 0;
    SteadyTime refilled{};
    std::uint64_t left_out = 0;

    void refill(SteadyTime now, std::uint32_t burst, Millis pause);
  };

  Bucket& bucket_of(std::uint64_t kind, SteadyTime now);

  std::unordered_map<std::uint64_t, Bucket> kinds_;
  std::optional<Bucket> all_;
};

}  // namespace merlin::daemon
