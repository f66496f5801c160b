// The newest state of every object (R5): registers, each with a version; the greater version wins. Changes are numbered, so that a
// peer receives what changed since it last followed; bucket digests find all other differences.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shared/cluster/interface/register.hpp"
#include "shared/cluster/state/digest_history.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kBuckets = 4096;
inline constexpr std::size_t kRowBytes = 256;     // memory of a row beside its value
inline constexpr std::size_t kMaxWriters = 4096;  // of which the greatest stamp is remembered

// Alerts that were replaced before all nodes had received them. Beyond these limits the oldest are dropped, and of
// their objects only the newest rows are sent.
inline constexpr std::size_t kMaxReplacedAlerts = 4096;
inline constexpr std::size_t kMaxReplacedAlertBytes = std::size_t{8} * 1024 * 1024;

// A flag of a row that only its owner sets. New content clears it.
template <class Owner>
class RowFlag {
 public:
  explicit operator bool() const { return is_set_; }

 private:
  friend Owner;
  bool is_set_ = false;
};

class CoreFeed;
class StoreWriter;

struct Row {
  wire::Register content;
  std::uint64_t change = 0;     // number of its last change in this table
  NodeId from;                  // the neighbour it came from; empty: our own core
  bool live = false;            // sent as it happened, not by a synchronisation
  RowFlag<CoreFeed> core_has;   // our core holds exactly this version
  RowFlag<StoreWriter> stored;  // in the store, or on its way there
};

// The changes of a table after a given one, oldest first. Replaced alerts are between the rows: to nodes that follow a table, the
// results of an object are a sequence. Valid until the table changes.
class TableNews {
 public:
  using Rows = std::map<std::uint64_t, Row*>;
  using Replaced = std::map<std::uint64_t, Row>;
  TableNews(const Rows& rows, const Replaced& replaced, std::uint64_t after)
      : row_(rows.upper_bound(after)), rows_end_(rows.end()), alert_(replaced.upper_bound(after)), alerts_end_(replaced.end()) {}

  bool done() const { return row_ == rows_end_ && alert_ == alerts_end_; }
  std::uint64_t change() const { return is_replaced() ? alert_->first : row_->first; }
  const Row& row() const { return is_replaced() ? alert_->second : *row_->second; }
  bool is_replaced() const { return alert_ != alerts_end_ && (row_ == rows_end_ || alert_->first < row_->first); }
  // The row in the table; null: it was replaced.
  Row* current() const { return is_replaced() ? nullptr : row_->second; }
  void next() {
    if (is_replaced()) {
      ++alert_;
    } else {
      ++row_;
    }
  }

 private:
  Rows::const_iterator row_, rows_end_;
  Replaced::const_iterator alert_, alerts_end_;
};

class Table {
 public:
  // `id` is random and belongs to this table: change numbers mean nothing in another one.
  explicit Table(std::uint64_t id) : id_(id) {}

  std::uint64_t id() const { return id_; }
  // The number of the newest change; 0: empty.
  std::uint64_t head() const { return head_; }
  std::size_t size() const { return rows_.size(); }
  std::size_t bytes() const { return value_bytes_ + rows_.size() * kRowBytes; }
  // The registers of which an object can have several: comments, downtimes and the like.
  struct Items {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };
  Items items(const ObjectKey& object) const;
  std::uint64_t max_clock() const { return max_clock_; }  // at most kGreatestClock
  // The greatest stamp of the writer's check registers that have ever been in this table; 0: none.
  std::uint64_t newest_of(const NodeId& writer) const;

  enum class Put { newer, same, older };
  // Stores the register if it wins against the present one.
  Put put(wire::Register content, const NodeId& from, bool live);
  Row* find(const RegisterKey& key);
  // The version below which the object's check register and notification records are dropped and
  // not accepted again; null: there is none.
  const wire::Version* forgotten(const ObjectKey& object) const;
  // Since the last call: the registers that were erased, and the objects whose state was dropped.
  std::vector<RegisterKey> take_erased() { return std::exchange(erased_, {}); }
  std::vector<ObjectKey> take_forgotten() { return std::exchange(forgotten_, {}); }
  void set_horizon(std::int64_t wall_ms) { horizon_ms_ = wall_ms; }  // wall clock: what ended before is refused; erase_past() removes it
  std::vector<RegisterKey> erase_past();
  void erase(const RegisterKey& key);

  // Rows changed after `change`, oldest first.
  std::map<std::uint64_t, Row*>::const_iterator after(std::uint64_t change) const { return changes_.upper_bound(change); }
  std::map<std::uint64_t, Row*>::const_iterator end() const { return changes_.end(); }

  // The same with the alerts that were replaced since.
  TableNews news_after(std::uint64_t change) const { return {changes_, replaced_, change}; }
  // All peers have received what our own core wrote up to `own_sent`, and our core all changes up to `given_to_core`: removes the
  // replaced alerts that are no longer needed.
  void forget_replaced(std::uint64_t own_sent, std::uint64_t given_to_core);
  std::size_t replaced_alerts() const { return replaced_.size(); }
  std::uint64_t dropped_alerts() const { return dropped_alerts_; }  // dropped before they were sent to all

  std::uint64_t digest() const { return digest_; }
  // The digest without changes that are stamped later than this second of the hybrid clock; 0: the present one. Empty: not remembered.
  std::optional<std::uint64_t> digest_at(std::uint64_t second) const;
  std::vector<std::uint64_t> bucket_digests() const { return {buckets_.begin(), buckets_.end()}; }
  // The buckets that differ from another table's digests; all of them if it has another number of buckets.
  std::vector<std::uint32_t> differing(const std::vector<std::uint64_t>& digests) const;
  static std::uint32_t bucket_of(const RegisterKey& key);

 private:
  std::uint64_t digest_toggle(const Row& row);
  bool is_past(const wire::Register& content) const;
  void note_writer(const wire::Register& content);
  bool is_forgotten(const wire::Register& content) const;
  void erase_forgotten(const wire::Register& forgotten);
  void note_gone(const Row& row);
  void keep_replaced(Row& row);
  void erase_replaced(std::map<std::uint64_t, Row>::iterator entry);

  std::uint64_t id_;
  std::uint64_t head_ = 0;
  std::uint64_t max_clock_ = 0;
  std::int64_t horizon_ms_ = INT64_MIN;
  std::unordered_map<RegisterKey, Row, RegisterKeyHash> rows_;
  std::map<std::uint64_t, Row*> changes_;
  std::map<std::uint64_t, Row> replaced_;  // by their changes
  std::size_t replaced_bytes_ = 0;
  std::uint64_t dropped_alerts_ = 0;
  std::pair<std::uint64_t, std::uint64_t> forgot_replaced_{};  // up to these; while they do not change, there is nothing to remove
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t digest_ = 0;
  DigestHistory history_;
  std::unordered_map<ObjectKey, std::set<std::uint64_t>> records_;  // items of the notification records of each object
  std::unordered_map<ObjectKey, Items> items_;
  std::size_t value_bytes_ = 0;
  std::vector<RegisterKey> erased_;
  std::vector<ObjectKey> forgotten_;
  bool any_forgotten_ = false;
  std::map<NodeId, std::uint64_t> newest_;
};

}  // namespace merlin::cluster
