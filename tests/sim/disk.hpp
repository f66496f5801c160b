// The disk of a daemon's store: confirmed writes survive the daemon's death, all others are lost.
#pragma once

#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "shared/cluster/interface/actions.hpp"
#include "tests/sim/journal_disk.hpp"

namespace merlin::sim {

class Disk {
 public:
  // False: the disk is full. The data is part of the next Save, except for events, which are written again.
  bool write(cluster::Save save, Now now, Millis true_time) {
    if (full_) {
      std::erase_if(save.events, [](const cluster::EventRun& run) { return !run.events.empty(); });
      unwritten_.push_back(std::move(save));
      return false;
    }
    for (const cluster::Save& before : std::exchange(unwritten_, {})) put(before, now, true_time);
    put(save, now, true_time);
    return true;
  }
  // The daemon has ended: unwritten data is lost.
  void daemon_ended() { unwritten_.clear(); }
  cluster::Stored read() const {
    cluster::Stored stored;
    for (const auto& [key, row] : content_.rows) stored.rows.push_back(row);
    for (const auto& [key, kept] : content_.kept) stored.kept.push_back(kept);
    content_.journal.read_into(stored);
    stored.saved_ms = content_.saved_ms;
    return stored;
  }
  const JournalDisk& journal() const { return content_.journal; }

  void strain(bool full, bool slow) {
    full_ = full;
    slow_ = slow;
  }
  bool is_full() const { return full_; }
  bool is_slow() const { return slow_; }
  void lose() {
    content_ = {};
    unwritten_.clear();
  }
  // Replaces the content by the newest copy made at that time or before; without a copy nothing changes.
  void put_back(Millis made) {
    content_ = {};
    for (const auto& [at, copy] : copies_) {
      if (at <= made) content_ = copy;
    }
  }

 private:
  static constexpr Millis kCopyEvery{10'000};

  struct Content {
    std::map<cluster::RegisterKey, wire::Register> rows;
    std::map<std::tuple<NodeId, std::uint64_t, std::uint64_t>, wire::ForwardedResult> kept;
    JournalDisk journal;
    std::int64_t saved_ms = 0;
  };

  void put(const cluster::Save& save, Now now, Millis true_time) {
    if (copies_.empty() || true_time - copies_.back().first >= kCopyEvery) copies_.emplace_back(true_time, content_);
    for (const wire::Register& row : save.rows) content_.rows[cluster::key_of(row)] = row;
    for (const cluster::RegisterKey& key : save.forgotten) content_.rows.erase(key);
    for (const wire::ForwardedResult& kept : save.kept) content_.kept[{kept.taker, kept.taker_instance, kept.number}] = kept;
    for (const wire::ForwardedAck& done : save.done) content_.kept.erase({done.taker, done.taker_instance, done.number});
    content_.journal.write(save);
    content_.saved_ms = now.wall.time_since_epoch().count();
  }

  Content content_;
  std::vector<std::pair<Millis, Content>> copies_;
  std::vector<cluster::Save> unwritten_;
  bool full_ = false;
  bool slow_ = false;
};

}  // namespace merlin::sim
