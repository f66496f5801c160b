// The inside of Node: what it knows, and its steps by subject. Not for users of Node.
//   node.cpp            the interface: one input, then settle()
//   node_settle.cpp     settle(): what follows from any input, in one fixed order
//   node_liveness.cpp   beats out and in, the active set, terms, returning
//   node_peers.cpp      messages of other nodes, ways to them
//   node_core.cpp       messages of our module, epochs, rows for the core
//   node_store.cpp      what goes to the store, and what waits for it
//   node_notify.cpp     who may tell people of a problem
//   node_rechecks.cpp   what was checked on two sides while apart
//   node_journal.cpp    what happened here, and the journal's place
//   node_view.cpp       what people are shown
#pragma once

#include <deque>
#include <map>
#include <set>

#include "cluster/awaited_checks.hpp"
#include "cluster/claims.hpp"
#include "cluster/core_feed.hpp"
#include "cluster/forwarding.hpp"
#include "cluster/journal.hpp"
#include "cluster/liveness.hpp"
#include "cluster/node.hpp"
#include "cluster/ownership.hpp"
#include "cluster/rechecks.hpp"
#include "cluster/replication.hpp"
#include "cluster/saver.hpp"
#include "cluster/table.hpp"

namespace merlin::cluster {

inline constexpr std::size_t kRechecksATurn = 256;
inline constexpr Millis kRecheckEvery{200};
inline constexpr std::size_t kMaxNodes = 64;       // known at a time, configured or not
inline constexpr Millis kClockLead{60'000};        // clock limit on disk: this far ahead
inline constexpr std::uint64_t kTermLead = 1'000;  // term limit on disk: this far ahead
inline constexpr Millis kCoreFeedPatience{2'000};  // a core is given its first epoch at the latest then
inline constexpr Millis kLongestTick{50};          // between the caller's ticks
inline constexpr Millis kStartWait{3'000};         // a new daemon gives its peers that long to be heard before it decides
inline constexpr Millis kStartWaitLinked{5'000};   // and that long when there are links, but not yet beats both ways
inline constexpr std::size_t kClockSamples = 16;
inline constexpr std::size_t kLatencySamples = 9;
inline constexpr std::uint64_t kGreatestTerm = std::uint64_t{1} << 62;  // what others say lifts ours no higher: it must not wrap
inline constexpr int kUrgentBeatsAnInterval = 4;                        // at most that many for a node that misses another's beats
inline constexpr std::size_t kRememberedBeats = 64;
inline constexpr Millis kForgetSilent{60'000};  // a node that only others name is forgotten when it was silent for so long

// How messages reach another node.
struct Way {
  enum class Kind { none, direct, relayed };
  Kind kind = Kind::none;
  NodeId via;

  bool operator==(const Way&) const = default;
};

// What we know of another node.
struct Other {
  std::string name;
  bool configured = false;
  bool linked = false;
  bool unreachable = false;
  std::optional<std::uint32_t> said_weight;  // our file's word
  Way way;
  std::optional<wire::NodeInfo> info;
  ClaimSet claims;
  std::vector<Unit> wants;  // of ours; heeded until
  SteadyTime wants_until{};
  InventoryPtr inventory;
  InventoryAssembler assembler;
  bool active = false;
  wire::NodePhase ranked_phase = wire::NodePhase::joining;  // as ownership was last decided
  bool ranked_excused = false;
  bool was_lost = false;  // we had it and lost it: meeting again, one of us returns
  std::optional<SteadyTime> claims_differ_since;
  std::optional<SteadyTime> asked_inventory;
  std::optional<SteadyTime> asked_info;
  std::deque<Millis> clock_samples;
  Millis clock_offset{0};
  struct HeardAt {  // a beat of it, and the newest change of our table then
    SteadyTime at{};
    std::uint64_t change = 0;
  };
  HeardAt heard_last, heard_before;  // an interval or more apart
  std::deque<Millis> round_trips;    // the newest
  Millis holds_us{0};                // how long it wants us to stay joining
  SteadyTime holds_us_since{};
  struct Absence {  // announced by its daemon: what it was meanwhile counts
    wire::NodePhase phase = wire::NodePhase::joining;
    std::uint64_t instance = 0;
  };
  std::optional<Absence> absence;
};

// Our own core and its module.
struct Core {
  bool connected = false;
  bool initial_done = false;
  wire::CoreHello hello;
  InventoryPtr inventory;
  InventoryAssembler assembler;
  std::uint64_t config_digest = 0;
  std::int64_t config_changed_ms = 0;
  ClaimSet claims;
  SteadyTime connected_since{};
  SteadyTime last_turn{};
  bool stalled = false;
  bool announced_away = false;
  std::optional<SteadyTime> busy_until;
  wire::CoreBeat beat;
  std::uint64_t epoch = 0;
  bool epoch_whole_due = false;
  bool told_whole = false;
  std::uint64_t told_term = 0;
  std::uint32_t told_side = 0;
  bool fed = false;  // rows were imposed once since it was connected
  std::map<NodeId, std::string> told_names;
  std::set<Unit> changed;                 // not yet told
  std::vector<wire::InFlight> in_flight;  // to tell with the next epoch
  std::map<Unit, NodeId> promised;        // to yield once the module has released them
};

// Whether a core with these claims runs the object. A service that the runner of its host does not know is claimed by itself.
bool runs(const ClaimSet& claims, const InventoryPtr& known, const ObjectKey& object);

struct Node::State {
  State(Settings settings, Durable restored, std::uint64_t instance, std::uint64_t table_id, Now now);
  ~State();

  // ---- node_settle.cpp
  void settle(Now now);
  Actions finish(Now now);
  bool is_late(SteadyTime now) const;
  void settle_phase(Now now);
  void settle_ownership(Now now);
  void decide_ownership(Now now);
  void settle_durable(Now now);
  bool start_wait_over(SteadyTime now) const;
  bool core_usable() const;
  bool may_run(SteadyTime now) const;
  bool ready_to_join(SteadyTime now) const;
  bool has_compared() const;
  Contender self_contender() const;
  Contender contender(const NodeId& id, const Other& other, SteadyTime now) const;
  std::uint32_t weight_of(const NodeId& id, const Other& other) const;
  wire::NodePhase phase_of(const NodeId& id, const Other& other) const;
  wire::NodePhase own_phase() const;
  void join(SteadyTime now);
  void mark_changed(const std::vector<Unit>& units);
  void tell_core_epoch(SteadyTime now);

  // ---- node_liveness.cpp
  void judge_all(Now now);
  bool back_from_absence(const NodeId& id, const Other& other, SteadyTime now) const;
  void end_absence(const NodeId& id, Other& other);
  bool is_named(const NodeId& id) const;
  void forget(const NodeId& id);
  void forget_strangers(SteadyTime now);
  void lost(const NodeId& id, Other& other, const Judgement& verdict, Now now);
  void met(const NodeId& id, Other& other, Now now);
  void new_term(bool lost_someone);
  wire::CoreHealth core_health(SteadyTime now) const;
  wire::Beat own_beat(const NodeId& reader, Now now);
  void send_beats(Now now);
  void on_beat(const NodeId& from, const wire::Beat& beat, Now now);
  void note_beat(const NodeId& id, const wire::Beat& beat, Now now);
  void check_core_loop(SteadyTime now);

  // ---- node_peers.cpp
  void receive(const NodeId& from, PeerMessage message, Now now);
  void on_node_info(const NodeId& from, const wire::NodeInfo& info, Now now);
  void on_claims(const NodeId& from, const wire::Claims& claims);
  void send_whole_claims(const NodeId& to);
  void on_ask(const NodeId& from, const wire::Ask& ask);
  void on_want(const NodeId& from, const wire::Want& want, Now now);
  void heed_wants(const NodeId& from, Other& wanter, SteadyTime now);
  void on_yield(const NodeId& from, const wire::Yield& yield, Now now);
  void on_inventory(const NodeId& from, wire::Inventory inventory);
  void forward(const NodeId& owner, wire::ForwardedResult result);
  bool may_take_forwards(const NodeId& id, SteadyTime sent, SteadyTime now) const;
  bool is_timely(const wire::ForwardedResult& result, SteadyTime now) const;
  void on_forwarded(const NodeId& from, wire::ForwardedResult result, SteadyTime now);
  void on_order(const NodeId& from, const wire::Order& order);
  void on_goodbye(const NodeId& from, const wire::Goodbye& goodbye, Now now);
  void acknowledge_forward(const wire::ForwardedAck& ack);
  void on_relayed(const NodeId& from, wire::Relayed relayed, Now now);
  void find_inventory(const NodeId& id, Other& other, SteadyTime now);
  void update_ways(Now now);
  void begin_session(const NodeId& id, Now now);
  wire::NodeInfo own_info() const;
  std::vector<NodeId> own_voters() const;  // ascending
  bool by_majority() const;                // R9: the stricter policy of any configured node holds for all
  void tell_info();
  void send(const NodeId& to, Priority priority, PeerMessage message);
  template <class Message>
  void broadcast(Priority priority, const Message& message);
  void send_forwards(SteadyTime now);
  bool holds_forwards(SteadyTime now) const;
  NodeId runner_of(const ObjectKey& object) const;
  bool contained_in_row(const wire::ForwardedResult& result);

  // ---- node_core.cpp
  void receive_core(FromCore message, Now now);
  void tell_core_names();
  void on_core_rows(wire::CoreRows rows, Now now);
  void on_core_results(wire::CoreResults results, Now now);
  void on_core_claims(const wire::CoreClaims& claims, Now now);
  void yield_released(const wire::CoreClaims& claims);
  std::vector<NodeId> awaiting(const ObjectKey& object) const;
  void on_core_inventory(wire::Inventory inventory);
  void on_core_away(const wire::CoreAway& away, Now now);
  void on_core_busy(const wire::CoreBusy& busy, SteadyTime now);
  void broadcast_claims(wire::Claims claims);
  void core_gone(Now now);
  void feed_core();
  void to_core(ToCore message) { out.push_back(SendToCore{std::move(message)}); }

  // ---- node_store.cpp
  void restore(Stored stored, Now now);
  void set_horizon(WallTime wall);
  bool is_doubtful(const wire::Register& content) const;
  void settle_doubtful(Now now);
  void forget_past(Now now);
  void settle_store(Now now);
  void enter(Saver::Released released);
  void enter(wire::Register content, bool core_has, bool on_disk);
  void saved(std::uint64_t ticket, bool ok, Now now);
  void store_lost();
  void tell_core_safe(const std::vector<wire::ForwardedAck>& results);
  void keep(const wire::ForwardedResult* fresh);
  void forwarded(const wire::ForwardedAck& ack);
  void look_for_forwarded(const wire::Register& row);

  // ---- node_rechecks.cpp
  void compare_apart(const wire::Rows& rows, SteadyTime now);
  void settle_rechecks(SteadyTime now);
  void on_recheck(const wire::Recheck& recheck, SteadyTime now);

  // ---- node_journal.cpp
  Journal::Outside journal_outside();
  void note(const wire::Register& content, const wire::Register* before, Now now);
  void note_done_here(const std::vector<wire::Register>& rows, Now now);

  // ---- node_view.cpp
  ClusterView view(Now now) const;
  OwnerView owner(const std::string& host, Now now) const;
  NodeView view_of_self(Now now) const;
  NodeView view_of(const NodeId& id, const Other& other, Now now) const;
  void count_claims(const ClaimSet& claims, const InventoryPtr& known, NodeView& view) const;

  void log(LogLevel level, std::string line) { out.push_back(Log{level, std::move(line)}); }
  std::string name_of(const NodeId& id) const;
  std::string object_name(const ObjectKey& object) const;
  Other* find(const NodeId& id);
  Other& other(const NodeId& id);
  const InventoryPtr& inventory() const { return core.inventory; }
  void shift(Millis late_by, SteadyTime now);

  Settings settings;
  Durable durable;
  std::uint64_t instance;
  Liveness liveness;
  Ownership ownership;
  Table table;
  Replication replication;
  CoreFeed feed;
  Saver saver;
  Forwarding forwarding;
  Journal journal;
  Rechecks rechecks;
  AwaitedChecks awaited;
  std::optional<SteadyTime> rechecked;
  std::map<NodeId, Other> others;
  std::set<NodeId> taken_out;  // from our file while we ran: nobody else's word brings them back
  Core core;
  class Notifications;
  std::unique_ptr<Notifications> notifications;

  SteadyTime started{};
  SteadyTime last_tick{};
  std::optional<SteadyTime> was_away;  // our loop was, for more than an interval, until then
  SteadyTime forgot_at{};
  bool behind = false;                   // away for longer than the others remember what was deleted
  std::vector<wire::Register> doubtful;  // with it: what they may have deleted
  bool start_waited = false;
  bool leaving = false;
  wire::NodePhase phase = wire::NodePhase::joining;
  SteadyTime joining_since{};
  std::uint64_t term = 0;
  std::uint32_t side = 1;
  std::uint64_t standing_term = 0;
  std::uint32_t standing_side = 0;

  std::uint64_t beat_number = 0;
  std::deque<std::pair<std::uint64_t, SteadyTime>> beats_sent;
  bool beat_due = true;       // something in it changed
  bool relay_urgent = false;  // some node misses beats of another that we hear
  std::optional<SteadyTime> last_beat;
  std::uint64_t info_number = 1;
  std::vector<std::uint64_t> config_history;  // what cores here had before
  std::uint64_t want_number = 0;
  bool ownership_dirty = true;
  std::optional<SteadyTime> look_again;
  bool rows_changed = false;
  bool forwards_changed = false;
  std::optional<SteadyTime> forwards_sent;
  std::uint64_t clock_seen = 0;

  Actions out;
};

}  // namespace merlin::cluster
