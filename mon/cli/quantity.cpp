#include "mon/cli/quantity.hpp"

#include <fmt/format.h>

#include <cmath>

namespace merlin::mon {

std::string age_text(double ms) {
  const double seconds = ms / 1000;
  if (seconds < 2) return "now";
  if (seconds < 120) return fmt::format("{:.0f}s", std::floor(seconds));
  if (seconds < 120 * 60) return fmt::format("{:.0f}m", std::floor(seconds / 60));
  if (seconds < 48 * 3600) return fmt::format("{:.0f}h", std::floor(seconds / 3600));
  return fmt::format("{:.0f}d", std::floor(seconds / 86400));
}

std::string latency_text(double ms) {
  if (ms < 9.95) return fmt::format("{:.1f}ms", ms);
  return ms < 999.5 ? fmt::format("{:.0f}ms", ms) : fmt::format("{:.1f}s", ms / 1000);
}

std::string offset_text(double ms) {
  if (std::abs(ms) < 0.5) return "0ms";
  if (std::abs(ms) < 999.5) return fmt::format("{:+.0f}ms", ms);
  return std::abs(ms) < 100'000 ? fmt::format("{:+.1f}s", ms / 1000) : fmt::format("{:+.0f}s", ms / 1000);
}

std::string share_text(double share) {
  const double percent = share * 100;
  return percent > 0 && percent < 0.5 ? "<1%" : fmt::format("{:.0f}%", percent);
}

}  // namespace merlin::mon
