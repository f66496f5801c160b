#include "daemon/process/log_limiter.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
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

namespace {

bool is_in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.'; }

// Hexadecimal digits with at least one decimal one; or an IPv6 address, which may have none. With a port, as part of a digest, or alone.
bool is_changing(std::string_view word) {
  const bool is_hex = word.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  return is_hex && (word.find_first_of("0123456789") != std::string_view::npos || std::ranges::count(word, ':') > 1);
}

// The part of a word that lines of one kind share.
std::string common_part(std::string_view word) {
  if (is_changing(word)) return "";
  std::string part;
  for (std::size_t colon = word.find(':'); !word.empty(); colon = word.find(':')) {
    const std::string_view piece = word.substr(0, colon);
    if (!is_changing(piece)) std::ranges::copy_if(piece, std::back_inserter(part), [](unsigned char c) { return std::isdigit(c) == 0; });
    if (colon == std::string_view::npos) break;
    part += ':';
    word.remove_prefix(colon + 1);
  }
  return part;
}

}  // namespace

std::uint64_t LogLimiter::kind_of(std::string_view line) {
  std::string kind;
  while (!line.empty()) {
    const auto word = std::ranges::find_if_not(line, is_in_word) - line.begin();
    kind += common_part(line.substr(0, static_cast<std::size_t>(word)));
    line.remove_prefix(static_cast<std::size_t>(word));
    if (line.empty()) break;
    const std::size_t quoted = line.front() == '"' ? line.find('"', 1) : 0;
    kind += line.front();
    line.remove_prefix(quoted == std::string_view::npos ? line.size() : quoted + 1);
  }
  return hash64(kind);
}

}  // namespace merlin::daemon
