#include "shared/cluster/membership/liveness.hpp"

#include <algorithm>
#include <limits>

namespace merlin::cluster {
namespace {

constexpr std::uint32_t kMaxIntervalMs = 60'000;

Millis interval_of(const wire::Heartbeat& heartbeat) { return Millis{std::clamp(heartbeat.interval_ms, 50U, kMaxIntervalMs)}; }

bool newer(const wire::Heartbeat& heartbeat, const wire::Heartbeat& than) {
  return heartbeat.instance != than.instance || heartbeat.number > than.number;
}

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

bool Liveness::heartbeat_from(const wire::Heartbeat& heartbeat, SteadyTime now) {
  Other& other = nodes_[heartbeat.node_id];
  other.last_bytes = now;
  if (other.direct && !newer(heartbeat, other.direct->heartbeat)) return false;
  other.direct = Source{heartbeat, now, std::nullopt};
  return true;
}

bool Liveness::relayed_heartbeat(const NodeId& via, const wire::Heard& heard, SteadyTime now) {
  if (heard.heartbeat.empty() || heard.node_id == self_ || heard.heartbeat.front().node_id != heard.node_id) return false;
  const wire::Heartbeat& heartbeat = heard.heartbeat.front();
  Other& other = nodes_[heard.node_id];
  const auto known = other.relayed.find(via);
  if (known != other.relayed.end() && !newer(heartbeat, known->second.heartbeat)) return false;
  other.relayed.insert_or_assign(via, Source{heartbeat, now - Millis{heard.age_ms}, via});
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
  if (source == nullptr || source->heartbeat.core != wire::CoreHealth::busy) return std::nullopt;
  const SteadyTime until = source->made + Millis{source->heartbeat.excused_ms};
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
    // Ages do not include the time of transmission, so within an instance the number decides.
    const bool same = best != nullptr && source.heartbeat.instance == best->heartbeat.instance;
    if (best == nullptr || (same ? source.heartbeat.number > best->heartbeat.number : source.made > best->made)) best = &source;
  }
  return best;
}

bool Liveness::is_fresh(const Other& other, const Source& source, SteadyTime now) const {
  if (source.via) {
    if (other.closed_at && source.made <= *other.closed_at) return false;
    // A relayed copy of a heartbeat that we received ourselves is not news.
    const bool news = !other.direct || newer(source.heartbeat, other.direct->heartbeat);
    return now - source.made < (news ? kFreshIntervalsRelayed : kFreshIntervals) * interval_of(source.heartbeat);
  }
  // Any bytes on the link prove that the daemon lives; the contents of the heartbeat age regardless (judge_source). A link that we
  // closed ourselves proves nothing about the node: its last bytes age as usual.
  if (!other.linked && other.closed_at) return false;
  return now - std::max(source.made, other.last_bytes) < kFreshIntervals * interval_of(source.heartbeat);
}

bool Liveness::lists_us(const Source& source, SteadyTime now) const {
  for (const wire::Heard& heard : source.heartbeat.heard) {
    if (heard.node_id != self_) continue;
    const int intervals = heard.direct ? kFreshIntervals : kFreshIntervalsRelayed;
    // is_fresh bounds the heartbeat's own age; its entry about us may be as old as that and its own limit together.
    const Millis heartbeat_age = std::max(Millis{0}, now - source.made);
    const Millis limit = intervals * own_interval_ + kFreshIntervals * interval_of(source.heartbeat);
    return heard.instance == instance_ && Millis{heard.age_ms} < intervals * own_interval_ && Millis{heard.age_ms} + heartbeat_age < limit;
  }
  return false;
}

Judgement Liveness::judge_source(const Other& other, const Source& source, SteadyTime now) const {
  if (!is_fresh(other, source, now)) return {false, Why::silent, std::nullopt};
  Judgement verdict{false, Why::silent, source.via};
  const Millis heartbeat_age = now - source.made;
  const bool excused = Millis{source.heartbeat.excused_ms} > heartbeat_age;
  if (source.heartbeat.core == wire::CoreHealth::gone && !excused) {
    verdict.why = Why::core_gone;
  } else if (source.heartbeat.core == wire::CoreHealth::stalled && !excused) {
    verdict.why = Why::core_stalled;
  } else if (!excused && Millis{source.heartbeat.core_loop_age_ms} + heartbeat_age >
                             Millis{source.heartbeat.core_timeout_ms} + kFreshIntervals * interval_of(source.heartbeat)) {
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
  // The newest heartbeat decides. An older one from another source counts only if the newest is not fresh or does not list us.
  Judgement verdict = judge_source(other, newest, now);
  if (verdict.why != Why::silent && verdict.why != Why::does_not_hear_us) return verdict;
  // Heartbeats of a daemon that has been replaced do not count.
  const auto same_life = [&](const Source& source) { return source.heartbeat.instance == newest.heartbeat.instance; };
  if (other.direct && same_life(*other.direct)) {
    const Judgement direct = judge_source(other, *other.direct, now);
    if (direct.active) return direct;
  }
  for (const auto& [via, source] : other.relayed) {
    if (!same_life(source)) continue;
    const Judgement relayed = judge_source(other, source, now);
    if (relayed.active) return relayed;
  }
  // The other end closed the link: for one interval other nodes may report that the node lives. The link may have been broken for
  // long, while we heard the node through others.
  if (other.closed_at && verdict.why == Why::silent) {
    const Millis interval = interval_of(newest.heartbeat);
    const bool was_fresh = *other.closed_at - newest.made < kFreshIntervals * interval;
    if (was_fresh && now - *other.closed_at < interval && newest.heartbeat.core != wire::CoreHealth::gone) {
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

int Liveness::recent_losses(const Other& other, SteadyTime now) {
  return static_cast<int>(
      std::count_if(other.losses.begin(), other.losses.end(), [&](SteadyTime lost) { return now - lost < kLossMemory; }));
}

int Liveness::recent_losses(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? 0 : recent_losses(found->second, now);
}

Millis Liveness::hold_length(const Other& other, SteadyTime now) {
  const int recent = recent_losses(other, now);
  if (recent == 0) return Millis{0};
  return std::min(kMaxHold, Millis{kFirstHold.count() << std::min(recent - 1, 10)});
}

Millis Liveness::hold_for(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return Millis{0};
  const Other& other = found->second;
  const Millis length = hold_length(other, now);
  if (!other.returned_at) return length;
  return std::max(Millis{0}, length - (now - *other.returned_at));
}

const wire::Heartbeat* Liveness::last_heartbeat(const NodeId& node) const {
  const auto found = nodes_.find(node);
  const Source* source = found == nodes_.end() ? nullptr : freshest(found->second);
  return source == nullptr ? nullptr : &source->heartbeat;
}

std::optional<Millis> Liveness::said_interval(const NodeId& node) const {
  const wire::Heartbeat* heartbeat = last_heartbeat(node);
  return heartbeat == nullptr ? std::nullopt : std::optional{interval_of(*heartbeat)};
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

bool Liveness::hears(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) return false;
  const Other& other = found->second;
  if (other.direct && is_fresh(other, *other.direct, now)) return true;
  return std::any_of(other.relayed.begin(), other.relayed.end(), [&](const auto& entry) { return is_fresh(other, entry.second, now); });
}

bool Liveness::exchanges_directly(const NodeId& node, SteadyTime now) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || !found->second.linked || !found->second.direct) return false;
  const Source& direct = *found->second.direct;
  if (now - direct.made >= interval_of(direct.heartbeat) * kLateTenths / 10) return false;
  return std::any_of(direct.heartbeat.heard.begin(), direct.heartbeat.heard.end(), [&](const wire::Heard& heard) {
    const bool is_us = heard.node_id == self_ && heard.instance == instance_ && heard.direct;
    return is_us && Millis{heard.age_ms} < own_interval_ * kLateTenths / 10;
  });
}

bool Liveness::other_hears(const NodeId& reader, const NodeId& other, SteadyTime now) const {
  const auto found = nodes_.find(reader);
  if (found == nodes_.end() || !found->second.direct || !is_fresh(found->second, *found->second.direct, now)) return false;
  const wire::Heartbeat& heartbeat = found->second.direct->heartbeat;
  // By the interval of the node that is heard, or the reader's if that is unknown.
  const wire::Heartbeat* newest = last_heartbeat(other);
  const Millis interval = other == self_ ? own_interval_ : interval_of(newest == nullptr ? heartbeat : *newest);
  return std::any_of(heartbeat.heard.begin(), heartbeat.heard.end(), [&](const wire::Heard& heard) {
    return heard.node_id == other && heard.direct && Millis{heard.age_ms} < kFreshIntervals * interval;
  });
}

bool Liveness::other_misses_heartbeats(const NodeId& reader, const NodeId& other) const {
  const auto found = nodes_.find(reader);
  const auto heard_here = nodes_.find(other);
  if (found == nodes_.end() || !found->second.direct || heard_here == nodes_.end() || !heard_here->second.direct) return false;
  const Millis late = interval_of(heard_here->second.direct->heartbeat) * kLateTenths / 10;
  const wire::Heartbeat& heartbeat = found->second.direct->heartbeat;
  return std::any_of(heartbeat.heard.begin(), heartbeat.heard.end(),
                     [&](const wire::Heard& heard) { return heard.node_id == other && heard.direct && Millis{heard.age_ms} >= late; });
}

bool Liveness::relay_is_urgent(const NodeId& reader, SteadyTime now) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& entry) {
    return entry.first != reader && hears_directly(entry.first, now) && other_misses_heartbeats(reader, entry.first);
  });
}

std::vector<NodeId> Liveness::known() const {
  std::vector<NodeId> ids;
  for (const auto& [id, other] : nodes_) ids.push_back(id);
  return ids;
}

// When the node was last heard. Any bytes prove that it lives. The node itself is given the age of its heartbeat, from which it
// measures the latency, unless that age suggests that we do not hear it.
SteadyTime Liveness::word_of(const Other& other, const Source& source, bool direct, bool to_itself, SteadyTime now) {
  const bool heartbeats_come = now - source.made < 2 * interval_of(source.heartbeat);
  return !direct || (to_itself && heartbeats_come) ? source.made : std::max(source.made, other.last_bytes);
}

std::vector<wire::Heard> Liveness::heard_table(const NodeId& reader, SteadyTime now) const {
  std::vector<wire::Heard> table;
  for (const auto& [id, other] : nodes_) {
    const Source* source = freshest(other);
    if (source == nullptr) continue;
    wire::Heard heard;
    heard.node_id = id;
    heard.instance = source->heartbeat.instance;
    heard.number = source->heartbeat.number;
    const bool direct = other.direct && is_fresh(other, *other.direct, now);
    if (direct) source = &*other.direct;
    heard.age_ms = to_age(now - word_of(other, *source, direct, id == reader, now));
    heard.direct = direct;
    heard.hold_ms = to_age(hold_for(id, now));
    if (direct && id != reader && (!other_hears(reader, id, now) || other_misses_heartbeats(reader, id))) {
      heard.heartbeat.push_back(source->heartbeat);
      heard.age_ms = to_age(now - source->made);
      for (wire::Heard& inner : heard.heartbeat.front().heard) inner.heartbeat.clear();
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
      return "silent: no fresh heartbeat, neither directly nor through another node";
    case Why::core_gone:
      return "its core is not running, or runs without the module";
    case Why::core_stalled:
      return "its core is hung";
    case Why::does_not_hear_us:
      return "it does not hear us";
    case Why::link_closed:
      return "its daemon closed the link and no node has heard it since";
  }
  return "unknown";
}

}  // namespace merlin::cluster
