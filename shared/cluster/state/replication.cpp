#include "shared/cluster/state/replication.hpp"

#include <algorithm>
#include <utility>

#include "shared/cluster/interface/mutants.hpp"
#include "shared/cluster/state/versions.hpp"

namespace merlin::cluster {
namespace {

constexpr std::size_t kMaxJobs = 16;
// A message of rows stays far below the longest frame, whatever plugins print.
constexpr std::size_t kBytesAMessage = 512 * 1024;

bool fits(const wire::Rows& message, std::size_t bytes, const wire::Register& content) {
  return message.rows.empty() || bytes + content.value.size() <= kBytesAMessage;
}

// Clocks that differ by less count as equal.
constexpr Millis kClocksAgree{1000};

}  // namespace

Replication::Peer* Replication::session(const NodeId& peer) {
  const auto found = peers_.find(peer);
  return found == peers_.end() || !found->second.up ? nullptr : &found->second;
}

void Replication::session_up(const NodeId& peer_id, SteadyTime now) {
  Peer& peer = peers_[peer_id];
  peer.up = true;
  peer.compared = false;
  peer.jobs.clear();
  peer.round.reset();
  peer.up_since = peer.unequal_since = now;
  peer.live_unacknowledged.clear();
  peer.bulk_unacknowledged = peer.taken = 0;
  peer.progress = now;
  peer.live_next = peer.acknowledged = table_.head();
  send_(peer_id, Priority::control, wire::Follow{peer.table_id, peer.followed});
  if (const auto early = std::exchange(peer.early_follow, std::nullopt)) on_follow(peer_id, *early, now);
}

void Replication::session_down(const NodeId& peer_id) {
  Peer& peer = peers_[peer_id];
  peer.up = false;
  peer.early_follow.reset();
  peer.compared = false;
  peer.jobs.clear();
  peer.round.reset();
}

void Replication::on_follow(const NodeId& peer_id, const wire::Follow& follow, SteadyTime now) {
  Peer* peer = session(peer_id);
  if (peer == nullptr) {
    peers_[peer_id].early_follow = follow;  // the other end has found the route first
    return;
  }
  // The peer begins a session, perhaps before we noticed the end of the last one: what we sent before does not count.
  peer->jobs.clear();
  peer->live_unacknowledged.clear();
  peer->bulk_unacknowledged = 0;
  peer->progress = now;
  if (follow.table_id == table_.id() && follow.upto <= table_.head()) {
    peer->jobs.push_back({wire::RowStream::backlog, 0, follow.upto, peer->live_next, {}});
    pump();
  } else if (leads(peer_id)) {
    start_compare(peer_id, *peer, now);
  }
}

void Replication::start_compare(const NodeId& id, Peer& peer, SteadyTime now) {
  peer.unequal_since = now;
  peer.round = next_round_++;
  send_(id, Priority::bulk, wire::Digests{table_.id(), *peer.round, table_.bucket_digests()});
}

void Replication::on_digests(const NodeId& peer_id, const wire::Digests& digests) {
  Peer* peer = session(peer_id);
  if (peer == nullptr || peer->jobs.size() >= kMaxJobs) return;
  wire::Differing differing{digests.round, table_.differing(digests.buckets)};
  Job job{wire::RowStream::compare, digests.round, 0, table_.head(), std::vector<bool>(kBuckets, false)};
  for (std::uint32_t bucket : differing.buckets) job.buckets[bucket] = true;
  send_(peer_id, Priority::bulk, std::move(differing));
  peer->jobs.push_back(std::move(job));
  pump();
}

void Replication::on_differing(const NodeId& peer_id, const wire::Differing& differing) {
  Peer* peer = session(peer_id);
  if (peer == nullptr || peer->round != differing.round) return;
  peer->round.reset();
  Job job{wire::RowStream::compare, differing.round, 0, table_.head(), std::vector<bool>(kBuckets, false)};
  for (std::uint32_t bucket : differing.buckets) {
    if (bucket < kBuckets) job.buckets[bucket] = true;
  }
  peer->jobs.push_back(std::move(job));
  pump();
}

void Replication::on_sync_done(const NodeId& peer_id, const wire::SyncDone& done) {
  Peer* peer = session(peer_id);
  if (peer == nullptr) return;
  peer->compared = true;
  if (peer->table_id != done.table_id) peer->followed = 0;
  peer->table_id = done.table_id;
  peer->followed = std::max(peer->followed, done.upto);
}

void Replication::on_ack(const NodeId& peer_id, const wire::RowsAck& ack, SteadyTime now) {
  Peer* peer = session(peer_id);
  if (peer == nullptr || ack.table_id != table_.id()) return;
  peer->progress = now;
  if (ack.stream == wire::RowStream::live) {
    std::erase_if(peer->live_unacknowledged, [&](std::uint64_t upto) { return upto <= ack.upto; });
    peer->acknowledged = std::max(peer->acknowledged, std::min(ack.upto, table_.head()));
  } else if (peer->bulk_unacknowledged > 0) {
    --peer->bulk_unacknowledged;
  }
  pump();
}

void Replication::to_our_clock(wire::Register& row, Millis clock_offset) {
  const Millis shift = std::chrono::abs(clock_offset) < kClocksAgree ? Millis{0} : clock_offset;
  row.base_ms = std::clamp(row.base_ms, -kGreatestWallMs, kGreatestWallMs) - shift.count();
}

void Replication::on_rows(const NodeId& peer_id, wire::Rows rows, Millis clock_offset) {
  Peer* peer = session(peer_id);
  if (peer == nullptr) return;
  const bool live = rows.stream == wire::RowStream::live;
  for (wire::Register& content : rows.rows) {
    to_our_clock(content, clock_offset);
    table_.put(std::move(content), peer_id, live);
  }
  // The live stream proves nothing about changes before the session, so it moves the cursor only after a sync.
  if (live && peer->compared && peer->table_id == rows.table_id) peer->followed = std::max(peer->followed, rows.upto);
  const wire::RowsAck answer{rows.table_id, rows.upto, rows.stream};
  if (!live) {
    peer->rows_came = true;
    return send_(peer_id, Priority::bulk, answer);
  }
  // A message over a former route may arrive after newer ones; the acknowledged position does not go back.
  const std::uint64_t taken = peer->taken > 0 && peer->acknowledgement.table_id == rows.table_id ? peer->acknowledgement.upto : 0;
  peer->acknowledgement = {rows.table_id, std::max(rows.upto, taken), rows.stream};
  if (++peer->taken >= kAcknowledgeAt) acknowledge(peer_id, *peer);
}

void Replication::acknowledge(const NodeId& id, Peer& peer) {
  peer.taken = 0;
  send_(id, Priority::live, peer.acknowledgement);
}

void Replication::tick(SteadyTime now) {
  if (now - acknowledged_at_ < kAcknowledgeEvery) return;
  acknowledged_at_ = now;
  for (auto& [id, peer] : peers_) {
    // An acknowledgement is missing from when one is due.
    if (peer.live_unacknowledged.empty() && peer.bulk_unacknowledged == 0) peer.progress = now;
    if (peer.up && peer.taken > 0) acknowledge(id, peer);
  }
}

void Replication::pump_live(const NodeId& id, Peer& peer) {
  while ((peer.live_unacknowledged.size() < kLiveWindow || kMutant == Mutant::no_window) && peer.live_next < table_.head()) {
    wire::Rows message{table_.id(), peer.live_next, wire::RowStream::live, {}};
    std::size_t bytes = 0;
    TableNews news = table_.news_after(peer.live_next);
    for (; !news.done() && message.rows.size() < kRowsAMessage && fits(message, bytes, news.row().content); news.next()) {
      message.upto = news.change();
      // Each node sends its own rows. If it cannot reach this peer, a compare finds the difference.
      if (!news.row().from.empty()) continue;
      message.rows.push_back(news.row().content);
      bytes += news.row().content.value.size();
    }
    if (news.done()) message.upto = table_.head();
    peer.live_next = message.upto;
    if (message.rows.empty()) continue;
    peer.live_unacknowledged.push_back(message.upto);
    send_(id, Priority::live, std::move(message));
  }
}

void Replication::pump_job(const NodeId& id, Peer& peer) {
  while (!peer.jobs.empty() && peer.bulk_unacknowledged < kBulkWindow) {
    Job& job = peer.jobs.front();
    wire::Rows message{table_.id(), job.next, job.stream, {}};
    std::size_t bytes = 0;
    auto row = table_.after(job.next);
    for (; row != table_.end() && row->first <= job.end && message.rows.size() < kRowsAMessage; ++row) {
      const wire::Register& content = row->second->content;
      if (!fits(message, bytes, content)) break;
      job.next = message.upto = row->first;
      const bool wanted = job.buckets.empty() ? row->second->from != id : job.buckets[Table::bucket_of(key_of(content))];
      if (!wanted) continue;
      message.rows.push_back(content);
      bytes += content.value.size();
    }
    const bool finished = row == table_.end() || row->first > job.end;
    if (!message.rows.empty()) {
      ++peer.bulk_unacknowledged;
      send_(id, Priority::bulk, std::move(message));
    }
    if (!finished) continue;
    send_(id, Priority::bulk, wire::SyncDone{job.round, table_.id(), job.end});
    peer.jobs.pop_front();
  }
}

void Replication::pump() {
  for (auto& [id, peer] : peers_) {
    if (!peer.up) continue;
    pump_live(id, peer);
    pump_job(id, peer);
  }
}

void Replication::compare_all(SteadyTime now, bool as_follower_too) {
  for (auto& [id, peer] : peers_) {
    if (peer.up && (leads(id) || as_follower_too)) start_compare(id, peer, now);
  }
}

void Replication::table_seen(const NodeId& peer_id, std::uint64_t second, std::uint64_t digest, SteadyTime now) {
  Peer* peer = session(peer_id);
  if (peer == nullptr) return;
  const bool rows_came = std::exchange(peer->rows_came, false);
  const bool equal = digest == table_.digest_at(second);
  if (equal && now - peer->up_since >= kEqualCountsAfter) peer->compared = true;
  if (equal || rows_came) peer->unequal_since = now;
  const Millis patience = peer->compared ? kCompareEvery : kFirstCompareAfter;
  // A node that waits for its first compare does not rely on the other's lead: the leader may have compared before this session began.
  const bool starts = leads(peer_id) || !peer->compared;
  if (starts && peer->jobs.empty() && now - peer->unequal_since >= patience) start_compare(peer_id, *peer, now);
}

std::vector<NodeId> Replication::stuck(SteadyTime now) const {
  std::vector<NodeId> ids;
  for (const auto& [id, peer] : peers_) {
    const bool waiting = peer.up && (!peer.live_unacknowledged.empty() || peer.bulk_unacknowledged > 0);
    if (waiting && now - peer.progress >= kStuckAfter) ids.push_back(id);
  }
  return ids;
}

void Replication::shift(Millis late_by, SteadyTime now) {
  for (auto& [id, peer] : peers_) {
    peer.unequal_since = std::min(peer.unequal_since + late_by, now);
    peer.up_since = std::min(peer.up_since + late_by, now);
    peer.progress = std::min(peer.progress + late_by, now);
  }
}

std::uint64_t Replication::live_sent() const {
  std::uint64_t sent = table_.head();
  for (const auto& [id, peer] : peers_) {
    if (peer.up) sent = std::min(sent, peer.live_next);
  }
  return sent;
}

bool Replication::compared(const NodeId& peer) const {
  const auto found = peers_.find(peer);
  return found != peers_.end() && found->second.up && found->second.compared;
}

bool Replication::has_ours(const NodeId& peer) const {
  const auto found = peers_.find(peer);
  return compared(peer) && found->second.jobs.empty() && found->second.bulk_unacknowledged == 0;
}

std::size_t Replication::under_way(const NodeId& peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? 0 : found->second.live_unacknowledged.size() + found->second.bulk_unacknowledged;
}

std::size_t Replication::backlog(const NodeId& peer_id) const {
  const auto found = peers_.find(peer_id);
  if (found == peers_.end()) return 0;
  const Peer& peer = found->second;
  std::uint64_t waiting = table_.head() - (peer.live_unacknowledged.empty() ? peer.live_next : peer.acknowledged);
  for (const Job& job : peer.jobs) waiting += job.end - job.next;
  return static_cast<std::size_t>(std::min<std::uint64_t>(waiting, table_.size()));
}

}  // namespace merlin::cluster
