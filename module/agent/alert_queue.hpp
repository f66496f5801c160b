// Rows of results for which the core has logged an alert, waiting for the daemon: each is sent as it was written, in order, even if
// newer results of the same object follow, and kept until the daemon has its event on disk. Bounded, pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "module/agent/core.hpp"

namespace merlin::neb {

class AlertQueue {
 public:
  // Beyond this number the oldest are dropped: only the newest state of their objects is sent.
  static constexpr std::size_t kMost = 8192;
  static constexpr std::size_t kMostBytes = std::size_t{16} * 1024 * 1024;

  void add(Index object, wire::Register row);
  // If there are too many: drops the oldest. Returns the object of one that was not sent on this link.
  std::optional<Index> drop_excess();
  bool has_unsent() const { return sent_ < waiting_.size(); }
  std::size_t unsent() const { return waiting_.size() - sent_; }
  std::size_t size() const { return waiting_.size(); }
  // The next one to send, which then waits for safe(batch). Only while has_unsent(). A row written before the module knew its
  // node's id gets it now.
  wire::Register take(std::uint64_t batch, const NodeId& node);
  void safe(std::uint64_t batch);
  // A new link: what is not safe is sent again.
  void send_again() { sent_ = 0; }
  // Oldest first, sent or not.
  std::vector<wire::Register> all() const;
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Entry {
    Index object = kNoObject;
    wire::Register row;
    std::uint64_t batch = 0;  // of the link on which it was sent last
  };

  std::deque<Entry> waiting_;
  std::size_t sent_ = 0;  // the first so many, in the order of their batches
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace merlin::neb
