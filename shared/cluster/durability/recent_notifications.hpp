// The latest notifications of other nodes, for the log of our core. Each connection of its module gets all of them, because the previous
// one may have ended before they arrived; the module logs none twice. Bounded, pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

class RecentNotifications {
 public:
  // Older ones are no longer news: a node that was away for long does not fill its log.
  static constexpr Millis kMaxAge{60 * 60 * 1000};
  static constexpr std::size_t kMost = 4096;
  static constexpr std::size_t kMostBytes = std::size_t{4} * 1024 * 1024;

  // `log.time_ms` is by our clock.
  void add(const ObjectKey& object, wire::NotificationLog log, WallTime now);
  // The next one whose object our core has; empty: it has received all.
  std::optional<wire::NotificationLog> next(const std::function<bool(const ObjectKey&)>& has, WallTime now);
  // For the next connection.
  void rewind() { next_ = 0; }

  std::size_t size() const { return recent_.size(); }

 private:
  struct Recent {
    ObjectKey object;
    wire::NotificationLog log;
  };

  static std::size_t bytes_of(const Recent& recent);
  static bool is_old(const Recent& recent, WallTime now);
  void pop_front();

  std::deque<Recent> recent_;
  std::size_t bytes_ = 0;
  std::size_t next_ = 0;
};

}  // namespace merlin::cluster
