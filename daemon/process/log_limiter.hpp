// Keeps a log readable, whatever happens: each kind of message is allowed in a short burst and then only occasionally, and all kinds
// together are limited too. Suppressed lines are counted and reported with the next line of their kind. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "shared/base/time.hpp"

namespace merlin::daemon {

class LogLimiter {
 public:
  static constexpr std::uint32_t kBurst = 20;        // of one kind; after that
  static constexpr Millis kPause{10'000};            // one within this time
  static constexpr std::uint32_t kBurstOfAll = 500;  // of all kinds together; after that
  static constexpr Millis kPauseOfAll{200};
  static constexpr std::size_t kMaxKinds = 512;

  // The number of suppressed lines of that kind before this one. Empty if this line must be suppressed too.
  std::optional<std::uint64_t> admit(std::uint64_t kind, SteadyTime now);

  // Two lines are of one kind if they are equal except for numbers, addresses, digests and quoted texts. Otherwise somebody with many
  // addresses could fill the log with lines of as many kinds.
  static std::uint64_t kind_of(std::string_view line);

 private:
  // Gains one place every `pause`, up to `burst`; each line uses one.
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
