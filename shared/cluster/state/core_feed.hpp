// The rows that the module receives from the table: those that its core does not have yet, one batch at a time. The next batch
// follows when the last one is confirmed. A core is a cache of the table (R6).
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "shared/cluster/ownership/inventory.hpp"
#include "shared/cluster/state/row_suspects.hpp"
#include "shared/cluster/state/table.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kRowsABatch = 200;

class CoreFeed {
 public:
  explicit CoreFeed(Table& table) : table_(table) {}

  // A core has connected: it receives everything that it does not have.
  // `without_operators`: except comments, acknowledgements, downtimes and attributes.
  void restart(bool without_operators = false);
  // The core has ended as planned. The next one has nothing of the table; what this one had is not news for it.
  void stop();
  // The core crashed, or its link failed: the rows that it was processing may be the cause.
  void core_lost(SteadyTime now);
  // The core changed this row although it does not own the object: the row is sent again.
  void again(const RegisterKey& key);
  // The core itself has written exactly this version.
  void note_held(Row& row) { row.core_has.is_set_ = true; }
  // The next batch, if the last one is confirmed and the core lacks rows of objects that it has configured.
  // `silently`: news has no side effects either, because it may change state that the core has not received yet.
  std::optional<wire::RowsToCore> next(const Inventory& inventory, bool silently = false);
  void on_confirmed(const wire::RowsConfirmed& confirmed);
  // Objects whose state the core has not received or not confirmed; a limited number.
  std::vector<ObjectKey> awaited() const;
  // The core has received all changes up to this one; without a core, the newest change.
  std::uint64_t given() const { return started_ ? next_ : table_.head(); }
  // Nothing is left to send.
  bool drained() const { return started_ && !in_flight_ && again_.empty() && next_ >= table_.head(); }
  // Rows that no core receives any more, because two crashed after receiving them.
  std::vector<RegisterKey> set_aside() const { return suspects_.set_aside(); }
  bool has_suspects() const { return suspects_.any(); }
  bool holds_operators_back() const { return without_operators_; }

 private:
  void add(const Row& row, const Inventory& inventory, wire::RowsToCore& batch);
  bool is_full(const Row& row, std::size_t bytes) const;

  Table& table_;
  bool started_ = false;
  bool without_operators_ = false;
  std::uint64_t next_ = 0;
  std::deque<RegisterKey> again_;
  std::uint64_t batch_ = 0;
  std::optional<RowSuspects::InHand> in_flight_;
  RowSuspects suspects_;
};

}  // namespace merlin::cluster
