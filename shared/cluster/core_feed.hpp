// What the module is given of the table: rows that its core does not hold yet, at most a batch at a time, the
// next when that is confirmed. A core is a cache of the table (R6).
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "cluster/inventory.hpp"
#include "cluster/row_suspects.hpp"
#include "cluster/table.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kRowsABatch = 200;

class CoreFeed {
 public:
  explicit CoreFeed(Table& table) : table_(table) {}

  // A core was connected: it is given everything that it does not hold, from the start.
  void restart();
  void stop() { started_ = false; }
  // The core died, or its link did: what it had in hand may be the reason.
  void core_lost(SteadyTime now);
  // The core changed this row without having the right to: impose it again.
  void again(const RegisterKey& key);
  // The next batch, when the last one is confirmed and there is something the core knows and lacks.
  // `silently`: news too are set without a word, since they may change what the core has not been given yet.
  std::optional<wire::RowsToCore> next(const Inventory& inventory, bool silently = false);
  void on_confirmed(const wire::RowsConfirmed& confirmed);
  // The objects whose state the core is about to be given, or has not confirmed; of very many the first.
  std::vector<ObjectKey> awaited() const;
  // Nothing is left to give.
  bool drained() const { return started_ && !in_flight_ && again_.empty() && next_ >= table_.head(); }
  // Rows that no core is given any more, since two died over them.
  std::vector<RegisterKey> set_aside() const { return suspects_.set_aside(); }

 private:
  void add(Row& row, const Inventory& inventory, wire::RowsToCore& batch);
  bool is_full(const Row& row, std::size_t bytes) const;

  Table& table_;
  bool started_ = false;
  std::uint64_t next_ = 0;
  std::deque<RegisterKey> again_;
  std::uint64_t batch_ = 0;
  std::optional<RowSuspects::InHand> in_flight_;
  RowSuspects suspects_;
};

}  // namespace merlin::cluster
