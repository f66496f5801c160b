#include "module/agent/stall_guard.hpp"

#include <algorithm>

namespace merlin::neb {
namespace {

// A shorter delay of a tick is no stall, whatever the settings.
constexpr Millis kShortest{250};

}  // namespace

// The daemon counts from the last heartbeat, which may be one interval older than the last turn.
StallGuard::StallGuard(const Settings& settings, SteadyTime now)
    : limit_(std::max(settings.core_timeout - settings.pulse_interval, kShortest)),
      busy_limit_(settings.busy_limit),
      turned_(now),
      saving_since_(now) {}

std::optional<Millis> StallGuard::turn(SteadyTime now, std::uint64_t next_heartbeat) {
  const Millis stood = now - turned_;
  turned_ = now;
  if (stood <= limit_) return std::nullopt;
  awaited_ = next_heartbeat;
  return stood;
}

void StallGuard::saving(bool begins, SteadyTime now) {
  if (begins) {
    saving_since_ = now;
  } else if (now - saving_since_ <= busy_limit_ && saving_since_ - turned_ <= limit_) {
    turned_ = now;
  }
}

bool StallGuard::answered(std::uint64_t heartbeat) {
  if (!awaited_ || heartbeat < *awaited_) return false;
  awaited_.reset();
  return true;
}

}  // namespace merlin::neb
