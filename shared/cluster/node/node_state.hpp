// Internals of Node, which connects its parts; one file per subject. Not for users of Node.
//   node.cpp            the interface: one input, then settle()
//   node_dispatch.cpp   passes each kind of message to its handler
//   node_settle.cpp     settle(): what follows from any input, in one fixed order
//   node_liveness.cpp   sending and receiving heartbeats, the active set, terms, meeting again
//   node_peers.cpp      messages from other nodes, routes to them
//   node_core.cpp       messages from our module, epochs, rows for the core
//   node_store.cpp      what is saved in the store, and what waits for it
//   node_notify.cpp     connects the notification rule
//   node_drain.cpp      drained by order, until its end
//   node_rechecks.cpp   objects that two nodes checked while apart
//   node_admission.cpp  which data of other nodes is accepted
//   node_journal.cpp    what happened here becomes events of the journal
//   node_view.cpp       what operators are shown
// Its own parts, with private data: Peers (peers.hpp), CoreSession (core_session.hpp), Phases (phases.hpp), Duties (duties.hpp),
// Events (events.hpp), SentHeartbeats, Admission, Senders, Contested.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "shared/cluster/durability/journal.hpp"
#include "shared/cluster/durability/own_alerts.hpp"
#include "shared/cluster/durability/recent_notifications.hpp"
#include "shared/cluster/durability/store_writer.hpp"
#include "shared/cluster/membership/liveness.hpp"
#include "shared/cluster/node/admission.hpp"
#include "shared/cluster/node/contested.hpp"
#include "shared/cluster/node/core_session.hpp"
#include "shared/cluster/node/duties.hpp"
#include "shared/cluster/node/events.hpp"
#include "shared/cluster/node/node.hpp"
#include "shared/cluster/node/peers.hpp"
#include "shared/cluster/node/phases.hpp"
#include "shared/cluster/node/senders.hpp"
#include "shared/cluster/node/sent_heartbeats.hpp"
#include "shared/cluster/node/unknown_objects.hpp"
#include "shared/cluster/ownership/awaited_checks.hpp"
#include "shared/cluster/ownership/claims.hpp"
#include "shared/cluster/ownership/ownership.hpp"
#include "shared/cluster/results/forwarding.hpp"
#include "shared/cluster/state/core_feed.hpp"
#include "shared/cluster/state/rechecks.hpp"
#include "shared/cluster/state/replication.hpp"
#include "shared/cluster/state/table.hpp"
#include "shared/cluster/state/versions.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kRechecksATurn = 256;
inline constexpr Millis kRecheckEvery{200};
inline constexpr Millis kClockLead{60'000};        // clock limit on disk: this far ahead
inline constexpr std::uint64_t kTermLead = 1'000;  // term limit on disk: this far ahead
inline constexpr Millis kCoreFeedPatience{2'000};  // the longest wait before a core's first epoch
inline constexpr Millis kLongestTick{50};          // between the caller's ticks
inline constexpr Millis kReportDroppedAlertsEvery{60'000};
inline constexpr int kUrgentHeartbeatsAnInterval = 4;  // at most, for nodes that miss another node's heartbeats
inline constexpr Millis kForgetSilent{60'000};         // a node that only others name is forgotten after this silence

// The state of an earlier run, without damaged limits.
Durable within_bounds(Durable restored);

struct Node::State {
  State(Settings settings, Durable restored, std::uint64_t instance, std::uint64_t table_id, Now now);
  ~State();

  // ---- called by Node
  Actions finish(Now now);
  void join(SteadyTime now);
  void forget(const NodeId& id);
  void new_term(bool lost_someone);
  void check_core_loop(SteadyTime now);
  void receive(const NodeId& from, PeerMessage message, Now now);
  void begin_session(const NodeId& id, Now now);
  void announce_info();
  void send(const NodeId& to, Priority priority, PeerMessage message);
  void receive_core(FromCore message, Now now);
  void send_names_to_core();
  void feed_from_start();
  void core_gone(Now now);
  void to_core(ToCore message) { out.push_back(SendToCore{std::move(message)}); }
  void restore(Stored stored, Now now);
  void forget_past(Now now);
  void saved(std::uint64_t ticket, bool ok, Now now);
  void store_lost();
  std::uint64_t clock_now(WallTime wall) const;
  void forget(const ObjectKey& object, Now now);
  void drain(Drain wanted, const std::string& line, Now now);
  void undrain(const std::string& line);
  ClusterView view(Now now) const;
  OwnerView owner(const std::string& host, Now now) const;

 private:
  friend class NodeInspector;
  // ---- node_settle.cpp
  void settle(Now now);
  bool is_late(SteadyTime now) const;
  void settle_phase(Now now);
  void report_dropped_alerts(SteadyTime now);
  void settle_ownership(Now now);
  void decide_ownership(Now now);
  void settle_durable(Now now);
  bool start_wait_over(SteadyTime now) const;
  bool may_run(SteadyTime now) const;
  bool is_held(SteadyTime now) const;  // kept in the phase joining by another node
  bool has_caught_up(SteadyTime now) const;
  bool has_compared() const;
  Contender self_contender() const;
  Contender contender(const NodeId& id, const Peer& peer, SteadyTime now) const;
  std::uint32_t weight_of(const NodeId& id, const Peer& peer) const;
  wire::NodePhase phase_of(const NodeId& id, const Peer& peer) const;
  wire::NodePhase own_phase() const;
  void send_epochs(SteadyTime now);

  // ---- node_liveness.cpp
  void judge_all(Now now);
  bool back_from_absence(const NodeId& id, const Peer& peer, SteadyTime now) const;
  void end_absence(const NodeId& id, Peer& peer);
  void forget_strangers(SteadyTime now);
  void lost(const NodeId& id, Peer& peer, const Judgement& verdict, Now now);
  void met(const NodeId& id, Peer& peer, Now now);
  wire::CoreHealth core_health(SteadyTime now) const;
  wire::Heartbeat own_heartbeat(const NodeId& reader, Now now);
  void send_heartbeats(Now now);
  void note_heartbeat(const NodeId& id, const wire::Heartbeat& heartbeat, Now now);

  // ---- one for each kind of message of another node; those that a single part handles are in node_dispatch.cpp
  void on(const NodeId& from, const wire::Heartbeat& message, Now now);
  void on(const NodeId& from, const wire::NodeInfo& message, Now now);
  void on(const NodeId& from, const wire::Claims& message, Now now);
  void on(const NodeId& from, const wire::Ask& message, Now now);
  void on(const NodeId& from, const wire::Want& message, Now now);
  void on(const NodeId& from, const wire::Yield& message, Now now);
  void on(const NodeId& from, wire::Inventory message, Now now);
  void on(const NodeId& from, const wire::Order& message, Now now);
  void on(const NodeId& from, wire::Rows message, Now now);
  void on(const NodeId& from, const wire::RowsAck& message, Now now);
  void on(const NodeId& from, const wire::Follow& message, Now now);
  void on(const NodeId& from, const wire::Digests& message, Now now);
  void on(const NodeId& from, const wire::Differing& message, Now now);
  void on(const NodeId& from, const wire::SyncDone& message, Now now);
  void on(const NodeId& from, wire::ForwardedResult message, Now now);
  void on(const NodeId& from, const wire::ForwardedAck& message, Now now);
  void on(const NodeId& from, const wire::NotifyAsk& message, Now now);
  void on(const NodeId& from, wire::NotifyReply message, Now now);
  void on(const NodeId& from, const wire::NotifyVoid& message, Now now);
  void on(const NodeId& from, const wire::NotifyTell& message, Now now);
  void on(const NodeId& from, const wire::Recheck& message, Now now);
  void on(const NodeId& from, const wire::EventMarks& message, Now now);
  void on(const NodeId& from, const wire::EventsAsk& message, Now now);
  void on(const NodeId& from, wire::Events message, Now now);
  void on(const NodeId& from, wire::Relayed message, Now now);
  void on(const NodeId& from, const wire::Goodbye& message, Now now);

  // ---- one for each kind of message of our module: node_core.cpp, node_dispatch.cpp
  void on_core(wire::Inventory message, Now now);
  void on_core(const wire::CoreHeartbeat& message, Now now);
  void on_core(const wire::CoreBusy& message, Now now);
  void on_core(const wire::CoreAway& message, Now now);
  void on_core(wire::CoreRows message, Now now);
  void on_core(wire::CoreResults message, Now now);
  void on_core(const wire::CoreClaims& message, Now now);
  void on_core(const wire::RowsConfirmed& message, Now now);
  void on_core(const wire::ResultsTaken& message, Now now);
  void on_core(const wire::NotifyRequest& message, Now now);
  void on_core(const wire::NotifyDone& message, Now now);

  // ---- node_peers.cpp
  void send_whole_claims(const NodeId& to);
  void heed_wants(const NodeId& from, Peer& wanter, SteadyTime now);
  void forward(const NodeId& owner, wire::ForwardedResult result);
  bool may_take_forwards(const NodeId& id, SteadyTime sent, SteadyTime now) const;
  bool is_timely(const wire::ForwardedResult& result, SteadyTime now) const;
  void on_forwarded(const NodeId& from, wire::ForwardedResult result, SteadyTime now);
  void acknowledge_forward(const wire::ForwardedAck& ack);
  bool is_relay(const NodeId& from, const NodeId& sender, SteadyTime now);
  bool speaks_for_itself(const NodeId& id, SteadyTime now);
  void find_inventory(const NodeId& id, Peer& peer, SteadyTime now);
  void update_routes(Now now);
  wire::NodeInfo own_info() const;
  std::vector<NodeId> own_voters() const;  // ascending
  bool by_majority() const;                // R9: `majority` in the file of any configured node applies to all
  template <class Message>
  void broadcast(Priority priority, const Message& message);
  void send_forwards(SteadyTime now);
  bool holds_forwards(SteadyTime now) const;
  bool contained_in_row(const wire::ForwardedResult& result);

  // ---- node_core.cpp
  void yield_released(const wire::CoreClaims& claims);
  std::vector<NodeId> awaiting(const ObjectKey& object) const;
  void broadcast_claims(wire::Claims claims);
  void feed_core();

  // ---- node_store.cpp
  void set_horizon(WallTime wall);
  void settle_unconfirmed(Now now);
  void settle_store(Now now);
  void enter(StoreWriter::Released released, Now now);
  void enter(wire::Register content, bool core_has, bool on_disk, Now now);
  void report_safe_results(const std::vector<wire::ForwardedAck>& results);
  void keep(const wire::ForwardedResult* fresh);
  void forwarded(const wire::ForwardedAck& ack);
  void look_for_forwarded(const wire::Register& row);

  // ---- node_drain.cpp
  void announce_drain();
  void settle_drain(WallTime now);

  // ---- node_rechecks.cpp
  void compare_apart(const wire::Rows& rows, SteadyTime now);
  void settle_rechecks(SteadyTime now);

  // ---- node_admission.cpp
  void reject(const NodeId& from, wire::RejectReason reason, std::string what, const ObjectKey& object = {});
  void reject(const NodeId& from, const wire::Rejects& rejects);
  bool admits(const NodeId& from, const wire::Register& row, Now now);
  bool admits(const NodeId& from, const wire::NotifyAsk& ask, Now now);
  void keep_admitted(const NodeId& from, std::vector<wire::Register>& rows, Now now);
  Senders::Facts sender_facts(const NodeId& holder, const ObjectKey& object) const;
  void note_owned(const wire::CoreClaims& claims, Now now);
  void note_claimed_elsewhere(const NodeId& from, const wire::Claims& claims, Now now);
  void note_records(const std::vector<wire::Register>& rows);
  bool is_configured(const ObjectKey& object) const;
  bool knows_all_inventories() const;
  bool knows_any_inventory() const;
  bool has_room(const NodeId& from, const wire::Register& row, Now now);
  bool has_room_for_item(const RegisterKey& key, const Row* held, std::size_t bytes) const;
  bool has_expired(const NodeId& from, const wire::Register& row, Now now);
  bool reserve_unknown(const NodeId& from, std::size_t bytes, Now now);
  void forget_unknown(Now now);
  void settle_forgotten(Now now);
  void own_word_lost(const RegisterKey& key, const wire::Version& lost, Now now);

  // ---- node_journal.cpp
  Journal::Environment journal_outside();
  // `log`: of a notification.
  void note(const wire::Register& content, const wire::Register* before, Now now, const std::vector<std::string>& log = {});
  void note_arrived(const StreamKey& stream, std::uint64_t first, const std::vector<wire::Event>& arrived);
  void log_notifications(WallTime now);
  std::optional<wire::Event> ended_acknowledgement(const wire::Register& check, const wire::Register& before);
  bool removes_nothing(const wire::Register& content, const wire::Register* before);
  void note_done_here(const std::vector<wire::Register>& rows, Now now);

  // ---- node_view.cpp
  void view_distrust(ClusterView& view, Now now) const;
  void view_run_twice(ClusterView& view) const;
  Hearing hearing_of(const NodeId& id, Why why, SteadyTime now) const;
  std::optional<ReturnDelay> delay_of(const NodeId& id, SteadyTime now) const;
  std::optional<ReturnDelay> own_delay(SteadyTime now) const;
  NodeView view_of_self(Now now) const;
  NodeView view_of(const NodeId& id, const Peer& peer, Now now) const;
  void count_claims(const ClaimSet& claims, const InventoryPtr& known, NodeView& view) const;

 public:
  template <class... Of>
  void happened(Of... of) {
    (events.add(of), ...);
  }
  void log(LogLevel level, std::string line) { out.push_back(Log{level, std::move(line)}); }
  std::string name_of(const NodeId& id) const;
  std::string object_name(const ObjectKey& object) const;
  void shift(Millis late_by, SteadyTime now);

  Settings settings;
  Durable durable;
  Admission admission;
  Contested contested;
  Senders senders;
  UnknownObjects unknown;
  std::map<NodeId, wire::Rejects> rejected;  // since actions were last returned
  std::vector<ObjectKey> to_recheck;         // forgotten objects that our core owns
  std::uint64_t instance;
  Liveness liveness;
  Ownership ownership;
  Table table;
  Replication replication;
  CoreFeed feed;
  StoreWriter store_writer;
  Forwarding forwarding;
  Journal journal;
  OwnAlerts own_alerts;
  RecentNotifications recent_notifications;
  std::vector<std::pair<ObjectKey, wire::NotificationLog>> arrived_notifications;  // since the last settle()
  Rechecks rechecks;
  AwaitedChecks awaited;
  std::optional<SteadyTime> rechecked;
  Peers peers;
  CoreSession core;
  Phases phases;
  Events events;
  SentHeartbeats heartbeats;
  Duties duties;
  class Notifications;
  std::unique_ptr<Notifications> notifications;

  std::uint64_t reported_dropped_alerts = 0;  // of Table::dropped_alerts()
  std::optional<SteadyTime> dropped_alerts_reported;

  SteadyTime last_tick{};
  std::optional<SteadyTime> was_away;  // when our loop last continued after a pause of more than an interval
  std::int64_t forgot_hour = 0;        // of the wall clock
  bool leaving = false;
  std::uint64_t term = 0;
  std::uint32_t side = 1;
  std::uint64_t term_at_loss = 0;
  std::uint32_t view_size_at_loss = 0;

  std::uint64_t info_number = 1;
  std::vector<std::uint64_t> config_history;  // earlier configurations of our cores
  std::uint64_t want_number = 0;
  std::optional<SteadyTime> look_again;
  std::optional<SteadyTime> forwards_sent;
  std::uint64_t clock_seen = 0;

  Actions out;
};

}  // namespace merlin::cluster
