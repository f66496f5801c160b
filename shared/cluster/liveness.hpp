// Who is active (R2): a node is active for us while we have fresh beats of it, heard directly or through one
// other node, that say its core is well and that list fresh beats of ours. All ages are on our own steady clock.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "wire/messages.hpp"

namespace merlin::cluster {

inline constexpr int kFreshIntervals = 3;         // of the other's own interval, heard directly
inline constexpr int kFreshIntervalsRelayed = 4;  // heard through a third node
inline constexpr Millis kLongestAway{60'000};
inline constexpr int kLateTenths = 13;  // a beat that has not come after 1.3 intervals is missed
inline constexpr Millis kLossMemory{10 * 60 * 1000};
inline constexpr Millis kFirstHold{5000};  // doubles with each loss within kLossMemory
inline constexpr Millis kMaxHold{5 * 60 * 1000};

enum class Why : std::uint8_t {
  active,
  away,  // as announced: its claims stand
  never_heard,
  silent,  // no fresh beat, direct or relayed
  core_gone,
  core_stalled,
  does_not_hear_us,  // its beats do not list ours
  link_closed,       // by its end, and nobody else has heard it since
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
  // Anything came from the node over its direct link: its daemon lives.
  void bytes_from(const NodeId& node, SteadyTime now);
  // False when it is not news: an older or repeated number.
  bool beat_from(const wire::Beat& beat, SteadyTime now);
  // A beat that `via` heard directly.
  bool relayed_beat(const NodeId& via, const wire::Heard& heard, SteadyTime now);
  // It said goodbye: claims stand for `away` although it is silent.
  void away(const NodeId& node, Millis away, SteadyTime now);
  bool is_away(const NodeId& node, SteadyTime now) const;
  void end_away(const NodeId& node);
  // It has announced that it cannot answer until then: its daemon is away, or its core is busy.
  std::optional<SteadyTime> excused_until(const NodeId& node, SteadyTime now) const;
  void forget(const NodeId& node) { nodes_.erase(node); }
  // Our own loop stood still that long: nobody was silent meanwhile for that reason alone.
  void shift(Millis late_by, SteadyTime now);

  Judgement judge(const NodeId& node, SteadyTime now) const;
  // Notes losses and returns for damping; call it with every change of the verdict.
  void note_lost(const NodeId& node, SteadyTime now);
  void note_returned(const NodeId& node, SteadyTime now);
  // How long that node shall stay joining because it was lost often.
  Millis hold_for(const NodeId& node, SteadyTime now) const;

  // The newest beat of the node by either way; null when none.
  const wire::Beat* last_beat(const NodeId& node) const;
  std::optional<SteadyTime> last_heard(const NodeId& node) const;
  // Between its beats, by its own word.
  std::optional<Millis> said_interval(const NodeId& node) const;
  bool hears_directly(const NodeId& node, SteadyTime now) const;
  // Whether `reader`'s last beat says that it hears `other` directly and freshly.
  bool other_hears(const NodeId& reader, const NodeId& other, SteadyTime now) const;
  // The reader still counts on `other`'s own link, but a beat is overdue there: it should get one through us before it judges.
  bool other_misses_beats(const NodeId& reader, const NodeId& other) const;
  // There is a node that we hear and whose beats the reader misses: our next beat should not wait.
  bool relay_is_urgent(const NodeId& reader, SteadyTime now) const;
  std::vector<NodeId> known() const;

  // What to say in a beat for `reader`: whole beats of the nodes that the reader does not hear itself.
  std::vector<wire::Heard> heard_table(const NodeId& reader, SteadyTime now) const;

 private:
  struct Source {
    wire::Beat beat;
    SteadyTime made;  // when the beat was made, as seen from here
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
  Millis hold_length(const Other& other, SteadyTime now) const;

  NodeId self_;
  std::uint64_t instance_;
  Millis own_interval_;
  std::map<NodeId, Other> nodes_;
};

std::string describe(Why why);

}  // namespace merlin::cluster
