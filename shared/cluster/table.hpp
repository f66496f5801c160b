// The newest state of every object (R5): registers, each with a version, the greater wins. Changes are
// numbered, so that a peer can be told what changed since it last listened; bucket digests find the rest.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "cluster/digest_history.hpp"
#include "cluster/register.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kBuckets = 4096;
inline constexpr std::size_t kMaxWriters = 4096;  // of which the greatest stamp is remembered

struct Row {
  wire::Register content;
  std::uint64_t change = 0;  // when it changed last, in this table's numbers
  NodeId from;               // the neighbour it came from; empty: our own core
  bool live = false;         // news as it happened, not a sync
  bool core_has = false;     // our core holds exactly this version
  bool stored = false;       // on its way to the store, or there
};

class Table {
 public:
  // `id` is random, made with the table: change numbers mean nothing in another.
  explicit Table(std::uint64_t id) : id_(id) {}

  std::uint64_t id() const { return id_; }
  // The number of the newest change; 0: empty.
  std::uint64_t head() const { return head_; }
  std::size_t size() const { return rows_.size(); }
  std::uint64_t max_clock() const { return max_clock_; }  // at most kGreatestClock
  // The greatest stamp of the check registers that this node has written and that have stood here; 0: none.
  std::uint64_t newest_of(const NodeId& writer) const;

  enum class Put { newer, same, older };
  // Takes the register if it stands above the one held.
  Put put(wire::Register content, const NodeId& from, bool live);
  Row* find(const RegisterKey& key);
  // Wall clock: what has ended before is past; it is refused, and erase_past() removes it.
  void set_horizon(std::int64_t wall_ms) { horizon_ms_ = wall_ms; }
  std::vector<RegisterKey> erase_past();

  // Rows changed after `change`, oldest first.
  std::map<std::uint64_t, Row*>::const_iterator after(std::uint64_t change) const { return changes_.upper_bound(change); }
  std::map<std::uint64_t, Row*>::const_iterator end() const { return changes_.end(); }

  std::uint64_t digest() const { return digest_; }
  // As it was without what is stamped later than this second of the hybrid clock; 0: as it is. None: not remembered.
  std::optional<std::uint64_t> digest_at(std::uint64_t second) const;
  std::vector<std::uint64_t> bucket_digests() const { return {buckets_.begin(), buckets_.end()}; }
  // Which buckets differ from another table's digests; all of them when it has another number of buckets.
  std::vector<std::uint32_t> differing(const std::vector<std::uint64_t>& digests) const;
  static std::uint32_t bucket_of(const RegisterKey& key);

  // The core was restarted: it holds nothing of this yet.
  void core_lost();

 private:
  std::uint64_t digest_toggle(const Row& row);
  bool is_past(const wire::Register& content) const;
  void note_writer(const wire::Register& content);

  std::uint64_t id_;
  std::uint64_t head_ = 0;
  std::uint64_t max_clock_ = 0;
  std::int64_t horizon_ms_ = INT64_MIN;
  std::unordered_map<RegisterKey, Row, RegisterKeyHash> rows_;
  std::map<std::uint64_t, Row*> changes_;
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t digest_ = 0;
  DigestHistory history_;
  std::map<NodeId, std::uint64_t> newest_;
};

}  // namespace merlin::cluster
