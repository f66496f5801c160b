// Keeps the tables of two nodes the same: what changes is sent as it happens; after a time apart what changed
// since; and where neither knows the other's table, what differs by bucket digests. Nothing is queued a peer:
// the table is the queue, a row that changes twice is sent once, and what is not acknowledged is sent again
// because the peer's cursor did not move.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "cluster/node.hpp"
#include "cluster/table.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kRowsAMessage = 200;
inline constexpr std::size_t kLiveWindow = 64;  // messages sent and not yet acknowledged
inline constexpr std::size_t kBulkWindow = 16;
inline constexpr std::size_t kAcknowledgeAt = 16;   // live messages taken: then at once,
inline constexpr Millis kAcknowledgeEvery{250};     // else that often: a frame of its own would cost as much as a row
inline constexpr Millis kStuckAfter{30'000};        // no acknowledgement for that long: the session begins anew
inline constexpr Millis kEqualCountsAfter{4'000};   // of a session: tables that were equal before it prove nothing of what came since
inline constexpr Millis kFirstCompareAfter{5'000};  // of a session in which the tables were never known to be the same
inline constexpr Millis kCompareEvery{20'000};      // while each beat says that the tables differ

class Replication {
 public:
  using Send = std::function<void(const NodeId& to, Priority priority, PeerMessage message)>;

  Replication(Table& table, const NodeId& self, Send send) : table_(table), self_(self), send_(std::move(send)) {}

  // A way to the node exists (its link, or a third node) / it broke: what was under way on it is void.
  void session_up(const NodeId& peer, SteadyTime now);
  void session_down(const NodeId& peer);
  void forget(const NodeId& peer) { peers_.erase(peer); }
  bool has_session(const NodeId& peer) const;

  void on_follow(const NodeId& peer, const wire::Follow& follow, SteadyTime now);
  void on_digests(const NodeId& peer, const wire::Digests& digests);
  void on_differing(const NodeId& peer, const wire::Differing& differing);
  void on_sync_done(const NodeId& peer, const wire::SyncDone& done);
  void on_ack(const NodeId& peer, const wire::RowsAck& ack, SteadyTime now);
  // The times of a row of another node count from our clock from now on; `clock_offset` is its wall clock minus ours.
  static void to_our_clock(wire::Register& row, Millis clock_offset);
  // Puts the rows into the table.
  void on_rows(const NodeId& peer, wire::Rows rows, Millis clock_offset);

  // The table changed, or an acknowledgement came: send what there is to send.
  void pump();
  // Acknowledges what has been taken for a while.
  void tick(SteadyTime now);
  // Compare soon with everyone: a node was lost, and what it told only some must reach the rest.
  // The node with the smaller id leads; `as_follower_too`: do not wait for the other's lead.
  void compare_all(SteadyTime now, bool as_follower_too = false);
  // From a beat: the peer's table as it was at a second of the hybrid clock. One that is not ours for long is compared.
  void table_seen(const NodeId& peer, std::uint64_t second, std::uint64_t digest, SteadyTime now);
  // Sessions whose other end acknowledges nothing: messages got lost at a third node. Begin them anew.
  std::vector<NodeId> stuck(SteadyTime now) const;
  void shift(Millis late_by, SteadyTime now);

  // Since the session began we were sent all that we lacked.
  bool compared(const NodeId& peer) const;
  // Messages of rows that the peer has not acknowledged.
  std::size_t under_way(const NodeId& peer) const;
  // Changes that the peer has not acknowledged: an upper bound, since what others told it counts too.
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
    std::optional<wire::Follow> early_follow;  // came before the session
    std::deque<Job> jobs;
    std::optional<std::uint64_t> round;  // of the compare that we started
    SteadyTime up_since{};
    SteadyTime unequal_since{};  // the session's begin, equal tables, and rows of a compare begin it anew
    bool rows_came = false;      // of a backlog or compare, since the last beat
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
