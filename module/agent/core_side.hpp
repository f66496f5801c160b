// The module's part of ownership (R1, R8): what this core runs now, with or without its daemon.
// Pure: no I/O, no clock. The agent passes it the events of its link and calls it at each tick; the simulator
// runs the same code.
//
//   holding    just loaded: runs nothing until the first epoch, at most start_hold
//   following  the daemon's epochs determine what runs
//   grace      the daemon is lost: the last claims remain valid for isolation_grace, or as long as it announced
//   isolated   without a daemon: everything that the core has configured (run) or nothing (hold); writes with view size 0
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

class CoreSide {
 public:
  enum class Mode { holding, following, grace, isolated };

  struct Settings {
    Millis start_hold{3000};
    Millis isolation_grace{10000};
    bool run_when_isolated = true;
  };

  // Changes for the core; `whole` means: discard the previous set, `added` is the complete new one.
  struct Change {
    bool whole = false;
    bool everything = false;  // with whole: all that the core has configured
    std::vector<Unit> added;
    std::vector<Unit> removed;
    bool any() const { return whole || !added.empty() || !removed.empty(); }
  };

  CoreSide(Settings settings, SteadyTime now) : settings_(settings), since_(now) {}

  // The daemon has welcomed this module: each link starts a new series of epochs; the present set stays until the first one.
  void on_welcome(const wire::CoreWelcome& welcome);
  // Answer it with claims() once the core has applied the change. Epochs older than the last one change nothing.
  Change on_epoch(const wire::Epoch& epoch);
  void on_daemon_away(Millis away, SteadyTime now);
  void on_daemon_lost(SteadyTime now);
  // Call at least every 100 ms.
  Change tick(SteadyTime now);
  void set_settings(Settings settings) { settings_ = settings; }

  // Whether this core claims the unit; for an isolated core, which runs everything, the caller lists the units.
  bool runs(Unit unit) const { return everything_ || units_.contains(unit); }
  bool runs_everything() const { return everything_; }
  const std::unordered_set<Unit>& units() const { return units_; }

  Mode mode() const { return mode_; }
  // Whether notifications and event handlers of owned objects may be executed: not in grace or while holding.
  bool gate_open() const { return mode_ == Mode::following || (mode_ == Mode::isolated && settings_.run_when_isolated); }

  // The version for a write made now.
  wire::Version next_version(WallTime wall);
  // A register of another node has been read: later writes here get a greater version.
  void observe(const wire::Version& version) { clock_.observe(version.hlc); }

  std::uint64_t epoch() const { return epoch_; }
  const NodeId& node_id() const { return node_id_; }
  std::uint64_t clock() const { return clock_.last(); }

 private:
  Change become_isolated();

  Settings settings_;
  Mode mode_ = Mode::holding;
  SteadyTime since_;                      // start of holding or grace
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
