// Which nodes are active (R2): a node is active for us while we have fresh heartbeats of it, received directly or through one other
// node, that report a running core and list fresh heartbeats of ours. All ages are measured by our own steady clock.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

inline constexpr int kFreshIntervals = 3;         // of the other node's interval, if received directly
inline constexpr int kFreshIntervalsRelayed = 4;  // if received through a third node
inline constexpr Millis kLongestAway{60'000};
inline constexpr int kLateTenths = 13;  // a heartbeat that has not come after 1.3 intervals is missed
inline constexpr Millis kLossMemory{10 * 60 * 1000};
inline constexpr Millis kFirstHold{5000};  // doubles with each loss within kLossMemory
inline constexpr Millis kMaxHold{5 * 60 * 1000};

enum class Why : std::uint8_t {
  active,
  away,  // as announced: its claims remain valid
  never_heard,
  silent,  // no fresh heartbeat, direct or relayed
  core_gone,
  core_stalled,
  does_not_hear_us,  // its heartbeats do not list ours
  link_closed,       // by the other end, and no node has heard it since
};

struct Judgement {
  bool active = false;
  Why why = Why::never_heard;
  std::optional<NodeId> via;  // heard through that node now; empty: directly, or not at all
};

class Liveness {
 public:
  Liveness(const NodeId& self, std::uint64_t instance, Millis own_interval)
      : self_(self), instance_(instance), own_interval_(own_interval) {}

  void set_own_interval(Millis interval) { own_interval_ = interval; }
  void link_up(const NodeId& node, SteadyTime now);
  void link_down(const NodeId& node, bool by_peer, SteadyTime now);
  // Bytes have arrived over the node's direct link: its daemon lives.
  void bytes_from(const NodeId& node, SteadyTime now);
  // False: not new, since its number is older or repeated.
  bool heartbeat_from(const wire::Heartbeat& heartbeat, SteadyTime now);
  // A heartbeat that `via` heard directly.
  bool relayed_heartbeat(const NodeId& via, const wire::Heard& heard, SteadyTime now);
  // It has announced an absence: its claims remain valid for `away` although it is silent.
  void away(const NodeId& node, Millis away, SteadyTime now);
  bool is_away(const NodeId& node, SteadyTime now) const;
  void end_away(const NodeId& node);
  // It has announced that it cannot answer until then: its daemon is away, or its core is busy.
  std::optional<SteadyTime> excused_until(const NodeId& node, SteadyTime now) const;
  void forget(const NodeId& node) { nodes_.erase(node); }
  // Our own loop was paused this long: that does not count as silence of the others.
  void shift(Millis late_by, SteadyTime now);

  Judgement judge(const NodeId& node, SteadyTime now) const;
  // Record losses and returns for damping; to be called with every change of the verdict.
  void note_lost(const NodeId& node, SteadyTime now);
  void note_returned(const NodeId& node, SteadyTime now);
  // How long that node has to stay joining because it was lost often.
  Millis hold_for(const NodeId& node, SteadyTime now) const;
  // Its losses within kLossMemory.
  int recent_losses(const NodeId& node, SteadyTime now) const;

  // The newest heartbeat of the node, direct or relayed; null: none.
  const wire::Heartbeat* last_heartbeat(const NodeId& node) const;
  std::optional<SteadyTime> last_heard(const NodeId& node) const;
  // The interval that it announces.
  std::optional<Millis> said_interval(const NodeId& node) const;
  bool hears_directly(const NodeId& node, SteadyTime now) const;
  // We have a fresh heartbeat of it, direct or relayed.
  bool hears(const NodeId& node, SteadyTime now) const;
  // No heartbeat is overdue on its own link, in either direction, so no other node may relay in its name.
  bool exchanges_directly(const NodeId& node, SteadyTime now) const;
  // Whether the last heartbeat of `reader` lists a fresh one of `other` that it received directly.
  bool other_hears(const NodeId& reader, const NodeId& other, SteadyTime now) const;
  // The reader still uses `other`'s own link, but a heartbeat is overdue there: we should relay one before the reader decides.
  bool other_misses_heartbeats(const NodeId& reader, const NodeId& other) const;
  // There is a node that we hear and whose heartbeats the reader misses: our next heartbeat should not wait.
  bool relay_is_urgent(const NodeId& reader, SteadyTime now) const;
  std::vector<NodeId> known() const;

  // The list for a heartbeat to `reader`, with complete heartbeats of the nodes that the reader does not hear itself.
  std::vector<wire::Heard> heard_table(const NodeId& reader, SteadyTime now) const;

 private:
  struct Source {
    wire::Heartbeat heartbeat;
    SteadyTime made;  // when the heartbeat was made, as seen from here
    std::optional<NodeId> via;
  };
  struct Other {
    bool linked = false;
    std::optional<Source> direct;
    std::map<NodeId, Source> relayed;  // by the node that relays
    SteadyTime last_bytes{};
    std::optional<SteadyTime> closed_at;
    std::optional<SteadyTime> away_until;
    std::deque<SteadyTime> losses;
    std::optional<SteadyTime> returned_at;
  };

  const Source* freshest(const Other& other) const;
  bool is_fresh(const Other& other, const Source& source, SteadyTime now) const;
  bool lists_us(const Source& source, SteadyTime now) const;
  Judgement judge_sources(const Other& other, const Source& newest, SteadyTime now) const;
  Judgement judge_source(const Other& other, const Source& source, SteadyTime now) const;
  static SteadyTime word_of(const Other& other, const Source& source, bool direct, bool to_itself, SteadyTime now);
  static int recent_losses(const Other& other, SteadyTime now);
  static Millis hold_length(const Other& other, SteadyTime now);

  NodeId self_;
  std::uint64_t instance_;
  Millis own_interval_;
  std::map<NodeId, Other> nodes_;
};

std::string describe(Why why);

}  // namespace merlin::cluster
