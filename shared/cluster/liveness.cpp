#include "cluster/liveness.hpp"

#include <algorithm>
#include <limits>

namespace merlin::cluster {
namespace {

constexpr std::uint32_t kMaxIntervalMs = 60'000;

Millis interval_of(const wire::Beat& beat) { return Millis{std::clamp(beat.interval_ms, 50U, kMaxIntervalMs)}; }

bool newer(const wire::Beat& beat, const wire::Beat& than) { return beat.instance != than.instance || beat.number > than.number; }

std::uint32_t to_age(Millis age) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(age.count(), 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void Liveness::link_up(const NodeId& node, SteadyTime now) {
  Other& other = nodes_[node];
  other.linked = true;
  other.closed_at.reset();
  other.last_bytes = now;
}

void Liveness::link_down(const NodeId& node, bool by_peer, SteadyTime now) {
  Other& other = nodes_[node];
  other.linked = false;
  if (by_peer) other.closed_at = now;
}

void Liveness::bytes_from(const NodeId& node, SteadyTime now) { nodes_[node].last_bytes = now; }

bool Liveness::beat_from(const wire::Beat& beat, SteadyTime now) {
  Other& other = nodes_[beat.node_id];
  other.last_bytes = now;
  if (other.direct && !newer(beat, other.direct->beat)) return false;
  other.direct = Source{beat, now, std::nullopt};
  return true;
}

bool Liveness::relayed_beat(const NodeId& via, const wire::Heard& heard, SteadyTime now) {
  if (heard.beat.empty() || heard.node_id == self_ || heard.beat.front().node_id != heard.node_id) return false;
  const wire::Beat& beat = heard.beat.front();
  Other& other = nodes_[heard.node_id];
  const auto known = other.relayed.find(via);
  if (known != other.relayed.end() && !newer(beat, known->second.beat)) return false;
  other.relayed.insert_or_assign(via, Source{beat, now - Millis{heard.age_ms}, via});
  return true;
}

void Liveness::away(const NodeId& node, Millis away, SteadyTime now) { nodes_[node].away_until = now + away; }

bool Liveness::is_away(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  return found != nodes_.end() && found->second.away_until && now < *found->second.away_until;
}

std::optional<SteadyTime> Liveness::excused_until(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return std::nullopt;
  if (found->second.away_until && now < *found->second.away_until) return found->second.away_until;
  const Source* source = freshest(found->second);
  if (source == nullptr || source->beat.core != wire::CoreHealth::busy) return std::nullopt;
  const SteadyTime until = source->made + Millis{source->beat.excused_ms};
  return now < until ? std::optional(until) : std::nullopt;
}

void Liveness::end_away(const NodeId& node) { nodes_[node].away_until.reset(); }

void Liveness::shift(Millis late_by, SteadyTime now) {
  const auto move = [&](SteadyTime& moment) { moment = std::min(moment + late_by, now); };
  for (auto& [id, other] : nodes_) {
    if (other.direct) move(other.direct->made);
    for (auto& [via, source] : other.relayed) move(source.made);
    move(other.last_bytes);
    if (other.closed_at) move(*other.closed_at);
    if (other.away_until) *other.away_until = std::min(*other.away_until + late_by, now + kLongestAway);
  }
}

const Liveness::Source* Liveness::freshest(const Other& other) const {
  const Source* best = other.direct ? &*other.direct : nullptr;
  for (const auto& [via, source] : other.relayed) {
    // Ages leave the time of travel out, so within an instance the number decides.
    const bool same = best != nullptr && source.beat.instance == best->beat.instance;
    if (best == nullptr || (same ? source.beat.number > best->beat.number : source.made > best->made)) best = &source;
  }
  return best;
}

bool Liveness::is_fresh(const Other& other, const Source& source, SteadyTime now) const {
  if (source.via) {
    if (other.closed_at && source.made <= *other.closed_at) return false;
    // A beat that we had ourselves is no newer for being told again.
    const bool news = !other.direct || newer(source.beat, other.direct->beat);
    return now - source.made < (news ? kFreshIntervalsRelayed : kFreshIntervals) * interval_of(source.beat);
  }
  // Any bytes over the link are life of the daemon; the beat's content grows old all the same (judge_source).
  // A link that we gave up ourselves says nothing about the node: its last bytes age as ever.
  if (!other.linked && other.closed_at) return false;
  return now - std::max(source.made, other.last_bytes) < kFreshIntervals * interval_of(source.beat);
}

bool Liveness::lists_us(const Source& source, SteadyTime now) const {
  for (const wire::Heard& heard : source.beat.heard) {
    if (heard.node_id != self_) continue;
    const int intervals = heard.direct ? kFreshIntervals : kFreshIntervalsRelayed;
    // The beat's own age is bounded by is_fresh; what it says of us may be as old as that and its own limit together.
    const Millis beat_age = std::max(Millis{0}, now - source.made);
    const Millis limit = intervals * own_interval_ + kFreshIntervals * interval_of(source.beat);
    return heard.instance == instance_ && Millis{heard.age_ms} < intervals * own_interval_ && Millis{heard.age_ms} + beat_age < limit;
  }
  return false;
}

Judgement Liveness::judge_source(const Other& other, const Source& source, SteadyTime now) const {
  if (!is_fresh(other, source, now)) return {false, Why::silent, std::nullopt};
  Judgement verdict{false, Why::silent, source.via};
  const Millis beat_age = now - source.made;
  const bool excused = Millis{source.beat.excused_ms} > beat_age;
  if (source.beat.core == wire::CoreHealth::gone && !excused) {
    verdict.why = Why::core_gone;
  } else if (source.beat.core == wire::CoreHealth::stalled && !excused) {
    verdict.why = Why::core_stalled;
  } else if (!excused && Millis{source.beat.core_loop_age_ms} + beat_age >
                             Millis{source.beat.core_timeout_ms} + kFreshIntervals * interval_of(source.beat)) {
    verdict.why = Why::core_stalled;
  } else if (!lists_us(source, now)) {
    verdict.why = Why::does_not_hear_us;
  } else {
    verdict.active = true;
    verdict.why = Why::active;
  }
  return verdict;
}

Judgement Liveness::judge(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return {};
  const Other& other = found->second;
  const Source* newest = freshest(other);
  if (newest == nullptr) return {};
  const Judgement verdict = judge_sources(other, *newest, now);
  if (!verdict.active && other.away_until && now < *other.away_until) return {true, Why::away, std::nullopt};
  return verdict;
}

Judgement Liveness::judge_sources(const Other& other, const Source& newest, SteadyTime now) const {
  // The newest word counts; an older one by another way only where the newest is no longer fresh.
  Judgement verdict = judge_source(other, newest, now);
  if (verdict.why != Why::silent && verdict.why != Why::does_not_hear_us) return verdict;
  // Nor the word of a daemon that has been replaced.
  const auto same_life = [&](const Source& source) { return source.beat.instance == newest.beat.instance; };
  if (other.direct && same_life(*other.direct)) {
    const Judgement direct = judge_source(other, *other.direct, now);
    if (direct.active) return direct;
  }
  for (const auto& [via, source] : other.relayed) {
    if (!same_life(source)) continue;
    const Judgement relayed = judge_source(other, source, now);
    if (relayed.active) return relayed;
  }
  // Its end closed the link: one beat's time for somebody else to say that it lives. It may have been a link that was
  // broken for long, while the node was heard by way of others.
  if (other.closed_at && verdict.why == Why::silent) {
    const Millis interval = interval_of(newest.beat);
    const bool was_fresh = *other.closed_at - newest.made < kFreshIntervals * interval;
    if (was_fresh && now - *other.closed_at < interval && newest.beat.core != wire::CoreHealth::gone) {
      return {true, Why::active, std::nullopt};
    }
    verdict.why = Why::link_closed;
  }
  return verdict;
}

void Liveness::note_lost(const NodeId& node, SteadyTime now) {
  Other& other = nodes_[node];
  other.losses.push_back(now);
  while (other.losses.size() > 16) other.losses.pop_front();
  other.returned_at.reset();
}

void Liveness::note_returned(const NodeId& node, SteadyTime now) { nodes_[node].returned_at = now; }

Millis Liveness::hold_length(const Other& other, SteadyTime now) const {
  const auto recent = std::count_if(other.losses.begin(), other.losses.end(), [&](SteadyTime lost) { return now - lost < kLossMemory; });
  if (recent == 0) return Millis{0};
  return std::min(kMaxHold, Millis{kFirstHold.count() << std::min<std::ptrdiff_t>(recent - 1, 10)});
}

Millis Liveness::hold_for(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return Millis{0};
  const Other& other = found->second;
  const Millis length = hold_length(other, now);
  if (!other.returned_at) return length;
  return std::max(Millis{0}, length - (now - *other.returned_at));
}

const wire::Beat* Liveness::last_beat(const NodeId& node) const {
  const auto found = nodes_.find(node);
  const Source* source = found == nodes_.end() ? nullptr : freshest(found->second);
  return source == nullptr ? nullptr : &source->beat;
}

std::optional<Millis> Liveness::said_interval(const NodeId& node) const {
  const wire::Beat* beat = last_beat(node);
  return beat == nullptr ? std::nullopt : std::optional{interval_of(*beat)};
}

std::optional<SteadyTime> Liveness::last_heard(const NodeId& node) const {
  const auto found = nodes_.find(node);
  const Source* source = found == nodes_.end() ? nullptr : freshest(found->second);
  if (source == nullptr) return std::nullopt;
  return source->made;
}

bool Liveness::hears_directly(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || !found->second.direct) return false;
  return is_fresh(found->second, *found->second.direct, now);
}

bool Liveness::other_hears(const NodeId& reader, const NodeId& other, SteadyTime now) const {
  const auto found = nodes_.find(reader);
  if (found == nodes_.end() || !found->second.direct || !is_fresh(found->second, *found->second.direct, now)) return false;
  const wire::Beat& beat = found->second.direct->beat;
  // By the interval of the one that is heard; where that is not known, the reader's will do.
  const wire::Beat* newest = last_beat(other);
  const Millis interval = other == self_ ? own_interval_ : interval_of(newest == nullptr ? beat : *newest);
  return std::any_of(beat.heard.begin(), beat.heard.end(), [&](const wire::Heard& heard) {
    return heard.node_id == other && heard.direct && Millis{heard.age_ms} < kFreshIntervals * interval;
  });
}

bool Liveness::other_misses_beats(const NodeId& reader, const NodeId& other) const {
  const auto found = nodes_.find(reader);
  const auto heard_here = nodes_.find(other);
  if (found == nodes_.end() || !found->second.direct || heard_here == nodes_.end() || !heard_here->second.direct) return false;
  const Millis late = interval_of(heard_here->second.direct->beat) * kLateTenths / 10;
  const wire::Beat& beat = found->second.direct->beat;
  return std::any_of(beat.heard.begin(), beat.heard.end(),
                     [&](const wire::Heard& heard) { return heard.node_id == other && heard.direct && Millis{heard.age_ms} >= late; });
}

bool Liveness::relay_is_urgent(const NodeId& reader, SteadyTime now) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& entry) {
    return entry.first != reader && hears_directly(entry.first, now) && other_misses_beats(reader, entry.first);
  });
}

std::vector<NodeId> Liveness::known() const {
  std::vector<NodeId> ids;
  for (const auto& [id, other] : nodes_) ids.push_back(id);
  return ids;
}

// When the node was last heard. Any bytes are life of it; but it measures the line by the age of its own beat, as long
// as that is no reason to think that it goes unheard.
SteadyTime Liveness::word_of(const Other& other, const Source& source, bool direct, bool to_itself, SteadyTime now) {
  const bool beats_come = now - source.made < 2 * interval_of(source.beat);
  return !direct || (to_itself && beats_come) ? source.made : std::max(source.made, other.last_bytes);
}

std::vector<wire::Heard> Liveness::heard_table(const NodeId& reader, SteadyTime now) const {
  std::vector<wire::Heard> table;
  for (const auto& [id, other] : nodes_) {
    const Source* source = freshest(other);
    if (source == nullptr) continue;
    wire::Heard heard;
    heard.node_id = id;
    heard.instance = source->beat.instance;
    heard.number = source->beat.number;
    const bool direct = other.direct && is_fresh(other, *other.direct, now);
    if (direct) source = &*other.direct;
    heard.age_ms = to_age(now - word_of(other, *source, direct, id == reader, now));
    heard.direct = direct;
    heard.hold_ms = to_age(hold_for(id, now));
    if (direct && id != reader && (!other_hears(reader, id, now) || other_misses_beats(reader, id))) {
      heard.beat.push_back(source->beat);
      heard.age_ms = to_age(now - source->made);
      for (wire::Heard& inner : heard.beat.front().heard) inner.beat.clear();
    }
    table.push_back(std::move(heard));
  }
  return table;
}

std::string describe(Why why) {
  switch (why) {
    case Why::active:
      return "active";
    case Why::away:
      return "its daemon is away as announced";
    case Why::never_heard:
      return "never heard";
    case Why::silent:
      return "silent: no fresh beat, neither directly nor through another node";
    case Why::core_gone:
      return "its core does not run, or runs without the module";
    case Why::core_stalled:
      return "its core's loop stands still";
    case Why::does_not_hear_us:
      return "it does not hear us";
    case Why::link_closed:
      return "its daemon closed the link and nobody has heard it since";
  }
  return "unknown";
}

}  // namespace merlin::cluster
