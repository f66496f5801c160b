// The module's half of ownership (R1, R8): what this core runs now, with or without its daemon.
// Pure: no I/O, no clock. The module feeds it what its link says and asks it at each tick; the simulator
// runs the very same code.
//
//   holding    just loaded: runs nothing until the first epoch, at most start_hold
//   following  the daemon's epochs say what runs
//   grace      the daemon is lost: the last claims stand for isolation_grace, or as long as it announced
//   isolated   alone: everything the core knows (run) or nothing (hold); writes with side 0
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "base/time.hpp"
#include "cluster/versions.hpp"
#include "wire/messages.hpp"

namespace merlin::cluster {

// A host key, or the service key of a lone service: one whose host is run by a node that does not know it.
using Unit = std::uint64_t;

class CoreSide {
 public:
  enum class Mode { holding, following, grace, isolated };

  struct Settings {
    Millis start_hold{3000};
    Millis isolation_grace{10000};
    bool run_when_isolated = true;
  };

  // What changed for the core; `whole` means: forget the last set, `added` is all of it.
  struct Change {
    bool whole = false;
    bool everything = false;  // with whole: all that the core knows
    std::vector<Unit> added;
    std::vector<Unit> removed;
    bool any() const { return whole || !added.empty() || !removed.empty(); }
  };

  CoreSide(Settings settings, SteadyTime now) : settings_(settings), since_(now) {}

  // The daemon has welcomed us: epochs begin anew with the link; what we run stands until the first.
  void on_welcome(const wire::CoreWelcome& welcome);
  // Answer it with claims() once the change is in the core. Epochs older than the last one change nothing.
  Change on_epoch(const wire::Epoch& epoch);
  void on_daemon_away(Millis away, SteadyTime now);
  void on_daemon_lost(SteadyTime now);
  // Call at least every 100 ms.
  Change tick(SteadyTime now);
  void set_settings(Settings settings) { settings_ = settings; }

  // What we say we run; after the host set of an isolated core, `everything` is spelled out by the caller.
  bool runs(Unit unit) const { return everything_ || units_.contains(unit); }
  bool runs_everything() const { return everything_; }
  const std::unordered_set<Unit>& units() const { return units_; }

  Mode mode() const { return mode_; }
  // Whether notifications and event handlers of owned objects may go out: not in grace or while holding.
  bool gate_open() const { return mode_ == Mode::following || (mode_ == Mode::isolated && settings_.run_when_isolated); }

  // The version for a write made now.
  wire::Version next_version(WallTime wall);
  // A register from elsewhere was seen: later writes here are greater.
  void observe(const wire::Version& version) { clock_.observe(version.hlc); }

  std::uint64_t epoch() const { return epoch_; }
  const NodeId& node_id() const { return node_id_; }
  std::uint64_t clock() const { return clock_.last(); }

 private:
  Change become_isolated();

  Settings settings_;
  Mode mode_ = Mode::holding;
  SteadyTime since_;                      // when holding or grace began
  std::optional<SteadyTime> away_until_;  // announced by the daemon
  bool connected_ = false;
  bool everything_ = false;
  std::unordered_set<Unit> units_;
  NodeId node_id_;
  std::uint64_t epoch_ = 0;
  std::uint64_t term_ = 0;
  std::uint32_t side_ = 0;
  HybridClock clock_;
};

}  // namespace merlin::cluster
