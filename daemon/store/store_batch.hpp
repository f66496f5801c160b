// Data on its way to the store: the newest content of each register and forwarded result, events, and the tickets that wait for them. Later
// saves replace earlier ones, so a hung disk costs no more memory than there are registers. Pure.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "shared/cluster/interface/actions.hpp"

namespace merlin::daemon {

// Identifies a forwarded result.
struct ForwardKey {
  NodeId taker;
  std::uint64_t instance = 0;
  std::uint64_t number = 0;

  auto operator<=>(const ForwardKey&) const = default;
};

class StoreBatch {
 public:
  struct Ticket {
    std::uint64_t number = 0;
    bool has_checks = false;
    bool whole = true;  // nothing of it was dropped for lack of room
  };
  // Empty: to be removed from the store.
  using Rows = std::unordered_map<cluster::RegisterKey, std::optional<wire::Register>, cluster::RegisterKeyHash>;
  using Forwards = std::map<ForwardKey, std::optional<wire::ForwardedResult>>;

  // Adds newer data. Beyond `max_bytes`, check registers are dropped first, because every node has them and sends them again. What still
  // finds no room is dropped, and its ticket is marked as incomplete.
  void add(cluster::Save save, std::size_t max_bytes);
  // Adds older data that could not be written. Its tickets have already been answered and are dropped, as are its events: the code that
  // saved them sends them again.
  void put_below(StoreBatch older);

  // In the order of arrival.
  const std::vector<cluster::EventRun>& events() const { return events_; }
  bool without_events() const { return without_events_; }  // first delete everything that the store has of them
  bool empty() const { return rows_.empty() && forwards_.empty() && tickets_.empty(); }
  const Rows& rows() const { return rows_; }
  const Forwards& forwards() const { return forwards_; }
  const std::vector<Ticket>& tickets() const { return tickets_; }
  std::size_t entries() const { return rows_.size() + forwards_.size(); }
  std::size_t bytes() const { return bytes_; }
  // Registers and results that add() has dropped so far.
  std::uint64_t left_out() const { return left_out_; }

 private:
  void add_events(cluster::Save& save);
  void drop_checks();
  bool has_room(std::size_t bytes, std::size_t max_bytes);
  bool put_row(const cluster::RegisterKey& key, std::optional<wire::Register> content, std::size_t max_bytes);
  bool put_forward(const ForwardKey& key, std::optional<wire::ForwardedResult> content, std::size_t max_bytes);

  Rows rows_;
  Forwards forwards_;
  std::vector<Ticket> tickets_;
  std::vector<cluster::EventRun> events_;
  bool without_events_ = false;
  std::size_t bytes_ = 0;
  std::size_t checks_ = 0;  // check registers among the rows
  std::uint64_t left_out_ = 0;
};

}  // namespace merlin::daemon
