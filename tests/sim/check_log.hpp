// Every check of a run by its true time: which node started it, and where its result became state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/time.hpp"

namespace merlin::sim {

struct CheckRun {
  std::size_t object = 0;
  std::size_t node = 0;
  Millis started{0};
  std::optional<Millis> finished;
  bool killed = false;    // together with its core
  bool outdated = false;  // dropped, because a later one was known
  bool hasty = false;     // started by a core that had hung and had not heard from its daemon since
  int processed = 0;      // number of owners that processed it
  Millis processed_at{0};
};

class CheckLog {
 public:
  explicit CheckLog(std::size_t objects) : last_(objects) {}

  // Returns the run's number, which its output contains.
  std::size_t started(std::size_t object, std::size_t node, Millis now) {
    runs_.push_back({object, node, now, std::nullopt, false, false, false, 0, {}});
    last_[object] = runs_.size() - 1;
    return runs_.size() - 1;
  }
  void finished(std::size_t run, Millis now) { runs_[run].finished = now; }
  void killed(std::size_t run) { runs_[run].killed = true; }
  void outdated(std::size_t run) { runs_[run].outdated = true; }
  void hasty(std::size_t run) { runs_[run].hasty = true; }
  void processed(std::size_t run, Millis now) {
    ++runs_[run].processed;
    runs_[run].processed_at = now;
  }

  // A later check was started after this one had ended.
  bool is_outdone(const CheckRun& run) const {
    return std::any_of(runs_.begin(), runs_.end(), [&](const CheckRun& other) {
      return other.object == run.object && other.processed > 0 && other.started > run.started;
    });
  }
  const std::vector<CheckRun>& runs() const { return runs_; }
  std::optional<std::size_t> last_run(std::size_t object) const { return last_[object]; }

  // A check's output contains its run.
  static std::string output_of(std::size_t run) { return "run " + std::to_string(run); }
  static std::size_t run_of(const std::string& output) { return std::stoul(output.substr(4)); }

 private:
  std::vector<CheckRun> runs_;
  std::vector<std::optional<std::size_t>> last_;
};

}  // namespace merlin::sim
