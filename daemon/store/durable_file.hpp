// The state of a node that must survive its daemon (cluster::Durable), in one small file: replaced in one step, synced, and with a
// checksum, so that damage is detected. Blocks while the disk works.
#pragma once

#include <string>
#include <string_view>

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"
#include "shared/cluster/interface/settings.hpp"

namespace merlin::daemon {

// How far ahead of the wall clock the version clock of a node without saved state starts: more than a limit is ever written ahead, so that
// it is above everything that this node wrote before.
inline constexpr Millis kClockSafeMargin{120'000};

struct RestoredState {
  enum class Condition { whole, missing, damaged, unreadable };

  cluster::Durable state;
  Condition condition = Condition::whole;
  std::string detail;  // for the log; empty if the file is valid
};

class DurableFile {
 public:
  explicit DurableFile(std::string path) : path_(std::move(path)) {}

  // Never fails: without a valid file the state continues from values that are safe at this wall clock, and `condition` contains the
  // reason. A damaged file is kept as PATH.damaged.
  RestoredState load(WallTime now) const;

  // Error: nothing has changed on disk.
  Result<> save(const cluster::Durable& state) const;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Conversion to and from the file's text. Error: invalid.
std::string durable_text(const cluster::Durable& state);
Result<cluster::Durable> parse_durable(std::string_view text);

}  // namespace merlin::daemon
