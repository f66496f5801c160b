#include "daemon/process/log_limiter.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "shared/base/hash.hpp"

namespace merlin::daemon {

void LogLimiter::Bucket::refill(SteadyTime now, std::uint32_t burst, Millis pause) {
  const auto gained = (now - refilled) / pause;
  if (gained <= 0) return;
  places = static_cast<std::uint32_t>(std::min<std::int64_t>(burst, places + gained));
  refilled += gained * pause;
}

LogLimiter::Bucket& LogLimiter::bucket_of(std::uint64_t kind, SteadyTime now) {
  // This rarely happens, and the limit for all kinds still applies then.
  if (kinds_.size() >= kMaxKinds && !kinds_.contains(kind)) kinds_.clear();
  return kinds_.try_emplace(kind, Bucket{kBurst, now, 0}).first->second;
}

std::optional<std::uint64_t> LogLimiter::admit(std::uint64_t kind, SteadyTime now) {
  if (!all_) all_ = Bucket{kBurstOfAll, now, 0};
  Bucket& own = bucket_of(kind, now);
  own.refill(now, kBurst, kPause);
  all_->refill(now, kBurstOfAll, kPauseOfAll);
  if (own.places == 0 || all_->places == 0) {
    ++own.left_out;
    return std::nullopt;
  }
  --own.places;
  --all_->places;
  return std::exchange(own.left_out, 0);
}

std::uint64_t LogLimiter::kind_of(std::string_view line) {
  std::string kind;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (quoted || std::isdigit(static_cast<unsigned char>(c))) continue;
    kind += c;
  }
  return hash64(kind);
}

}  // namespace merlin::daemon
