// Durations of the module's own callbacks: counts in steps of an eighth of a power of two nanoseconds.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace merlin::neb {

class CostMeter {
 public:
  void add(std::uint64_t ns) {
    ++counts_[step_of(ns)];
    ++total_;
    if (ns > worst_ns_) worst_ns_ = ns;
  }
  std::uint64_t count() const { return total_; }
  std::uint64_t worst_ns() const { return worst_ns_; }

  // Upper end of the step that contains this share of all calls; 0 if there were none.
  std::uint64_t quantile_ns(double share) const {
    std::uint64_t seen = 0;
    for (std::size_t step = 0; step < counts_.size(); ++step) {
      seen += counts_[step];
      if (total_ > 0 && static_cast<double>(seen) >= share * static_cast<double>(total_)) return std::min(upper_end(step), worst_ns_);
    }
    return 0;
  }

 private:
  static constexpr std::size_t kSteps = 8 * 40;

  static std::size_t step_of(std::uint64_t ns) {
    if (ns < 8) return static_cast<std::size_t>(ns);
    const std::size_t power = static_cast<std::size_t>(std::bit_width(ns)) - 4;
    const std::size_t step = power * 8 + static_cast<std::size_t>(ns >> power);
    return step < kSteps ? step : kSteps - 1;
  }
  static std::uint64_t upper_end(std::size_t step) {
    if (step < 16) return step;
    return ((step % 8 + 8 + 1) << (step / 8 - 1)) - 1;
  }

  std::array<std::uint64_t, kSteps> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t worst_ns_ = 0;
};

struct Costs {
  CostMeter callbacks;  // the core waits for these during its own work
  CostMeter turns;      // the module's own handlers in the core's loop
};

}  // namespace merlin::neb
