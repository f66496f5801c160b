// Keeps the tables of two nodes equal. Changes are sent as they happen; after an interruption, what changed
// since; and if neither node knows the other's table, what differs according to bucket digests. Nothing is queued
// per peer: the table is the queue, a row that changes twice is sent once, and what is not acknowledged is sent
// again because the peer's cursor did not move.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/messages.hpp"
#include "shared/cluster/state/table.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kRowsAMessage = 200;
inline constexpr std::size_t kLiveWindow = 64;  // messages sent and not yet acknowledged
inline constexpr std::size_t kBulkWindow = 16;
inline constexpr std::size_t kAcknowledgeAt = 16;   // acknowledged at once after so many live messages,
inline constexpr Millis kAcknowledgeEvery{250};     // otherwise at this interval: a frame for each would cost as much as a row
inline constexpr Millis kStuckAfter{30'000};        // no acknowledgement for that long: the session starts again
inline constexpr Millis kEqualCountsAfter{4'000};   // of a session: that the tables were equal before it proves nothing about later changes
inline constexpr Millis kFirstCompareAfter{5'000};  // of a session in which the tables have not been equal yet
inline constexpr Millis kCompareEvery{20'000};      // while each heartbeat says that the tables differ

class Replication {
 public:
  using Send = std::function<void(const NodeId& to, Priority priority, PeerMessage message)>;

  Replication(Table& table, const NodeId& self, Send send) : table_(table), self_(self), send_(std::move(send)) {}

  // A route to the node exists (its link, or a third node), or is lost: then what was on its way counts as not sent.
  void session_up(const NodeId& peer, SteadyTime now);
  void session_down(const NodeId& peer);
  void forget(const NodeId& peer) { peers_.erase(peer); }

  void on_follow(const NodeId& peer, const wire::Follow& follow, SteadyTime now);
  void on_digests(const NodeId& peer, const wire::Digests& digests);
  void on_differing(const NodeId& peer, const wire::Differing& differing);
  void on_sync_done(const NodeId& peer, const wire::SyncDone& done);
  void on_ack(const NodeId& peer, const wire::RowsAck& ack, SteadyTime now);
  // Converts the times of another node's row to our clock. `clock_offset`: its wall clock minus ours.
  static void to_our_clock(wire::Register& row, Millis clock_offset);
  // Puts the rows into the table.
  void on_rows(const NodeId& peer, wire::Rows rows, Millis clock_offset);

  // The table changed, or an acknowledgement arrived: sends what is due.
  void pump();
  // Acknowledges messages that arrived a while ago.
  void tick(SteadyTime now);
  // Compares soon with every peer: a node was lost, and what only some nodes received from it must reach the others. The node with
  // the smaller id leads; `as_follower_too`: start even if the other node leads.
  void compare_all(SteadyTime now, bool as_follower_too = false);
  // From a heartbeat: the digest of the peer's table at a second of the hybrid clock. If it differs from ours for long, a compare starts.
  void table_seen(const NodeId& peer, std::uint64_t second, std::uint64_t digest, SteadyTime now);
  // Peers that acknowledge nothing, because messages were lost at a third node. Restart these sessions.
  std::vector<NodeId> stuck(SteadyTime now) const;
  void shift(Millis late_by, SteadyTime now);

  // Our changes up to this one have been sent to every peer.
  std::uint64_t live_sent() const;

  // Since the session began, we have received everything that we lacked.
  bool compared(const NodeId& peer) const;
  // Messages of rows that the peer has not acknowledged.
  std::size_t under_way(const NodeId& peer) const;
  // It has what we had when its session began.
  bool has_ours(const NodeId& peer) const;
  // Changes that the peer has not acknowledged: an upper bound, since those that it received from other nodes count, too.
  std::size_t backlog(const NodeId& peer) const;

 private:
  struct Job {  // rows to send beside the live ones
    wire::RowStream stream = wire::RowStream::backlog;
    std::uint64_t round = 0;
    std::uint64_t next = 0;     // rows changed after this
    std::uint64_t end = 0;      // up to this
    std::vector<bool> buckets;  // only of these; empty: all
  };
  struct Peer {
    bool up = false;
    bool compared = false;
    std::uint64_t table_id = 0;  // of its table, as far as we followed it
    std::uint64_t followed = 0;
    std::uint64_t live_next = 0;
    std::uint64_t acknowledged = 0;
    std::deque<std::uint64_t> live_unacknowledged;  // `upto` of each message
    std::size_t taken = 0;                          // live messages that we have not acknowledged
    wire::RowsAck acknowledgement;                  // of the last of them
    std::size_t bulk_unacknowledged = 0;
    std::optional<wire::Follow> early_follow;  // arrived before the session
    std::deque<Job> jobs;
    std::optional<std::uint64_t> round;  // of the compare that we started
    SteadyTime up_since{};
    SteadyTime unequal_since{};  // reset by the start of the session, by equal tables, and by rows of a compare
    bool rows_came = false;      // of a backlog or compare, since the last heartbeat
    SteadyTime progress{};       // last acknowledgement
  };

  void acknowledge(const NodeId& id, Peer& peer);
  bool leads(const NodeId& peer) const { return self_ < peer; }
  void start_compare(const NodeId& id, Peer& peer, SteadyTime now);
  void pump_live(const NodeId& id, Peer& peer);
  void pump_job(const NodeId& id, Peer& peer);
  Peer* session(const NodeId& peer);

  Table& table_;
  NodeId self_;
  Send send_;
  std::map<NodeId, Peer> peers_;
  std::uint64_t next_round_ = 1;
  SteadyTime acknowledged_at_{};
};

}  // namespace merlin::cluster
