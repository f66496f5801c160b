// The epochs for the module of our core (R1, R3): each has a number, a term, a view size, and the
// units whose ownership has changed since.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_set>
#include <vector>

#include "shared/cluster/ownership/claims.hpp"

namespace merlin::cluster {

class CoreEpochs {
 public:
  // The most checks at other nodes for which one epoch asks the core to wait. Together with the rows on their
  // way they remain below kMaxNestedMessages.
  static constexpr std::size_t kWaitsPerEpoch = 20'000;

  // The number of the last epoch; 0: none yet.
  std::uint64_t number() const { return number_; }
  // The module's ownership of these units may have changed.
  void changed(const std::vector<Unit>& units) { changed_.insert(units.begin(), units.end()); }
  // Adds a check that still runs elsewhere to the next epoch.
  void add_in_flight(const wire::InFlight& check) { in_flight_.push_back(check); }
  std::size_t in_flight() const { return in_flight_.size(); }  // not sent yet
  // The next epoch lists all units.
  void repeat_all() { is_whole_due_ = true; }
  // Whether a module that has applied this epoch claims exactly the units that it should own.
  bool is_complete(std::uint64_t epoch) const { return epoch == number_ && !was_whole_ && changed_.empty(); }
  // The next epoch, if one is due; call this until there is none. `running`: all units to own.
  std::optional<wire::Epoch> next(std::uint64_t term, std::uint32_t view_size, const std::unordered_set<Unit>& running);

 private:
  std::uint64_t number_ = 0;
  bool is_whole_due_ = false;
  bool was_whole_ = false;       // the last epoch
  std::uint64_t term_ = 0;       // of the last epoch
  std::uint32_t view_size_ = 0;  // of the last epoch
  std::set<Unit> changed_;       // not sent to the module yet
  std::vector<wire::InFlight> in_flight_;
};

}  // namespace merlin::cluster
