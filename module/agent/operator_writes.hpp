// Operators' actions at this core, until the daemon has stored them (RowsSafe). Bounded: the oldest are dropped first, and counted.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "shared/cluster/interface/register.hpp"

namespace merlin::neb {

class OperatorWrites {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;
  static constexpr std::size_t kRowsABatch = 64;
  static constexpr std::size_t kBytesABatch = 256 * 1024;

  // Replaces an earlier write to the same register.
  void push(wire::Register row);
  // Rows not yet sent on this link, oldest first, at most a batch; they then wait for safe(batch). Rows written
  // before the module knew its node's id get it now.
  std::vector<wire::Register> take(std::uint64_t batch, const NodeId& node);
  void safe(std::uint64_t batch);
  // Another node's write to the same register is greater: even a daemon that has lost its store does not need ours.
  void outdone(const cluster::RegisterKey& key);
  // The link is a new one.
  void say_again();

  // Oldest first, sent or not.
  std::vector<wire::Register> all() const;

  bool all_said() const { return unsaid_ == rows_.end(); }
  // The write to this register that the daemon may not have yet; null: none.
  const wire::Register* find(const cluster::RegisterKey& key) const;

  std::size_t size() const { return rows_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  using Rows = std::map<std::uint64_t, wire::Register>;  // in the order of writing

  static std::size_t cost(const wire::Register& row) { return sizeof(row) + 128 + row.value.size(); }
  void drop(Rows::iterator entry);

  Rows rows_;
  Rows::iterator unsaid_ = rows_.end();
  std::unordered_map<cluster::RegisterKey, Rows::iterator, cluster::RegisterKeyHash> by_key_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> said_;  // batch -> numbers
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace merlin::neb
