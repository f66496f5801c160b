// What of a node must survive its daemon (cluster::Durable), in one small file: replaced in one step, synced,
// and with a checksum, so that a damaged one is found and never believed. Blocks for the disk.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "cluster/node.hpp"

namespace merlin::daemon {

// How far the version clock of a node without memory starts ahead of the wall clock: more than a limit is ever written
// ahead, so that it stands above everything this node had made before.
inline constexpr Millis kClockSafeMargin{120'000};

struct RestoredState {
  enum class Condition { whole, missing, damaged, unreadable };

  cluster::Durable state;
  Condition condition = Condition::whole;
  std::string detail;  // for the log; empty when whole
};

class DurableFile {
 public:
  explicit DurableFile(std::string path) : path_(std::move(path)) {}

  // Never fails: without a whole file the state continues from values that are safe at this wall clock, and
  // `condition` says why. A damaged file is kept beside as PATH.damaged.
  RestoredState load(WallTime now) const;

  // Error: nothing has changed on disk.
  Result<> save(const cluster::Durable& state) const;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The file's text, and back. Error: not whole.
std::string durable_text(const cluster::Durable& state);
Result<cluster::Durable> parse_durable(std::string_view text);

}  // namespace merlin::daemon
