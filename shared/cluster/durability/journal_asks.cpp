// The journal: announces what we have, requests what we lack, and answers the requests of other nodes.
#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "shared/cluster/durability/journal.hpp"

namespace merlin::cluster {
namespace {

bool is_sound(const wire::EventMark& mark) {
  return !mark.node.empty() && mark.epoch != 0 && mark.first > 0 && mark.last < kGreatestEvent && mark.first <= mark.last + 1;
}

std::size_t size_of_all(const std::vector<wire::Event>& events) {
  std::size_t bytes = 0;
  for (const wire::Event& event : events) bytes += size_of(event);
  return bytes;
}

}  // namespace

wire::EventMark Journal::mark_of(const StreamKey& key, const Stream& stream) const {
  return {key.node, key.epoch, std::min(stream.first, stream.safe + 1), stream.safe};
}

void Journal::tell(const NodeId& peer, std::set<StreamKey> streams) {
  wire::EventMarks marks;
  for (const StreamKey& key : streams) {
    const auto found = streams_.find(key);
    if (found != streams_.end()) marks.marks.push_back(mark_of(key, found->second));
  }
  environment_.send(peer, std::move(marks));
}

void Journal::session_up(const NodeId& peer, SteadyTime now) {
  session_down(peer);
  peers_[peer].up = look_ = true;
  peers_[peer].answered = now;
  std::set<StreamKey> all;
  for (const auto& [key, stream] : streams_) all.insert(key);
  tell(peer, std::move(all));
}

void Journal::session_down(const NodeId& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end() || !found->second.up) return;
  for (auto& [key, stream] : streams_) {
    if (!stream.asks.empty() && stream.asks.front().peer == peer) drop_asks(stream);
    stream.avoid.erase(peer);
  }
  found->second.up = false;
  found->second.reads = 0;
  look_ = true;
}

void Journal::forget(const NodeId& peer) {
  session_down(peer);
  peers_.erase(peer);
}

void Journal::say_if_lost(const wire::EventMark& mark) {
  const auto known = streams_.find({mark.node, mark.epoch});
  const std::uint64_t taken = known == streams_.end() ? 0 : known->second.taken;
  if (said_lost_ || mark.node != self_ || mark.epoch == epoch_ || mark.last <= taken) return;
  said_lost_ = true;
  environment_.log(LogLevel::error,
                   "our store is older than the copies on the other nodes: it was lost, or an old one was restored; fetching the missing "
                   "events");
}

Journal::Stream& Journal::add_stream(const StreamKey& key, const NodeId& offered_by) {
  const auto [stream, fresh] = streams_.try_emplace(key);
  if (!fresh) return stream->second;
  ++origins_[key.node];
  stream->second.offered_by = offered_by;
  if (!offered_by.empty()) ++peers_[offered_by].foreign_streams;
  return stream->second;
}

std::map<StreamKey, Journal::Stream>::iterator Journal::erase_stream(std::map<StreamKey, Stream>::iterator stream) {
  if (const auto origin = origins_.find(stream->first.node); origin != origins_.end() && --origin->second == 0) origins_.erase(origin);
  if (const auto peer = peers_.find(stream->second.offered_by); peer != peers_.end() && peer->second.foreign_streams > 0)
    --peer->second.foreign_streams;
  return streams_.erase(stream);
}

// Forgets streams of which we have no events and that no connected node offers.
void Journal::forget_idle_streams() {
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    const auto& [key, held] = *stream;
    const bool is_offered = std::any_of(peers_.begin(), peers_.end(), [&](const auto& peer) {
      const auto mark = peer.second.marks.find(stream->first);
      return peer.second.up && mark != peer.second.marks.end() && mark->second.first <= mark->second.last;
    });
    const bool is_idle = key != own() && held.taken == 0 && held.asks.empty() && !is_offered;
    if (is_idle) {
      for (auto& [id, peer] : peers_) peer.marks.erase(key);
    }
    stream = is_idle ? erase_stream(stream) : std::next(stream);
  }
}

// Bounds the events of unknown nodes, so that they do not displace those of the cluster from the store.
bool Journal::may_fetch(const Peer& peer, const StreamKey& key, SteadyTime now) const {
  return is_known(key.node) || peer.foreign_bytes < kMaxForeignBytesPerPeer || now - peer.foreign_since >= kForeignBytesFor;
}

// A stream without events is not accepted; otherwise nodes would announce the streams of old starts to each other forever. Streams
// that other nodes offer leave room for those that the origin offers itself.
bool Journal::is_news(const NodeId& from, const wire::EventMark& mark) {
  if (mark.first > mark.last) return false;
  const std::size_t share = mark.node == from ? 2 : 1;
  const auto origin = origins_.find(mark.node);
  const bool has_room =
      streams_.size() < share * kMaxStreams && (origin == origins_.end() || origin->second < share * kMaxStreamsPerOrigin);
  const bool may_offer = is_known(mark.node) || peers_[from].foreign_streams < kMaxForeignStreamsPerPeer;
  if (has_room && may_offer) return true;
  if (environment_.refuse) environment_.refuse(from);
  if (streams_.size() >= kMaxStreams && !std::exchange(said_full_, true))
    environment_.log(LogLevel::error,
                     std::to_string(kMaxStreams) + " starts of merlind are in the history: events of further starts are not accepted");
  return false;
}

void Journal::on_marks(const NodeId& from, const wire::EventMarks& marks) {
  Peer& peer = peers_[from];
  look_ = true;
  for (const wire::EventMark& mark : marks.marks) {
    const StreamKey key{mark.node, mark.epoch};
    if (!is_sound(mark)) continue;
    if (!streams_.contains(key) && !is_news(from, mark)) continue;
    if (mark.first <= mark.last) say_if_lost(mark);
    add_stream(key, is_known(key.node) ? NodeId{} : from);
    peer.marks[key] = mark;
  }
}

void Journal::on_ask(const NodeId& from, const wire::EventsAsk& ask) {
  Peer& peer = peers_[from];
  if (ask.first == 0 || ask.last < ask.first || peer.reads >= kReadsAPeer) return;
  const StreamKey key{ask.node, ask.epoch};
  const auto stream = streams_.find(key);
  const std::uint64_t have = stream == streams_.end() ? 0 : mark_of(key, stream->second).last;
  if (ask.first > have) {
    environment_.send(from, wire::Events{ask.node, ask.epoch, 0, ask.first, {}});
    return;
  }
  ++peer.reads;
  environment_.read({from, key, ask.first, std::min({ask.last, have, ask.first + kEventsAMessage - 1})});
}

void Journal::on_read(EventsRead read) {
  const auto peer = peers_.find(read.asker);
  if (peer == peers_.end()) return;
  if (peer->second.reads > 0) --peer->second.reads;
  environment_.send(read.asker, wire::Events{read.stream.node, read.stream.epoch, read.kept_from, read.first, std::move(read.events)});
}

void Journal::drop_asks(Stream& stream) {
  if (stream.asks.empty()) return;
  if (const auto peer = peers_.find(stream.asks.front().peer); peer != peers_.end()) {
    peer->second.asked -= std::min(peer->second.asked, stream.asks.size());
  }
  stream.asks.clear();
}

void Journal::give_up(Stream& stream, SteadyTime now) {
  stream.avoid[stream.asks.front().peer] = now + kAvoidFor;
  drop_asks(stream);
}

void Journal::on_events(const NodeId& from, wire::Events events, SteadyTime now) {
  const auto peer = peers_.find(from);
  const StreamKey key{events.node, events.epoch};
  const auto found = streams_.find(key);
  if (peer == peers_.end() || found == streams_.end()) return;
  peer->second.answered = now;
  Stream& stream = found->second;
  const auto asked_for =
      std::find_if(stream.asks.begin(), stream.asks.end(), [&](const Ask& ask) { return ask.peer == from && ask.first == events.first; });
  if (asked_for == stream.asks.end()) return;  // the request was abandoned meanwhile
  look_ = true;
  // Answers arrive in the order of the requests, so the answers to earlier requests are lost.
  if (asked_for != stream.asks.begin()) return drop_asks(stream);
  wire::EventMark& mark = peer->second.marks[key];
  mark.first = std::clamp(events.kept_from, mark.first, mark.last + 1);
  const bool removed_meanwhile = mark.first > events.first;
  if (events.events.empty()) return removed_meanwhile ? drop_asks(stream) : give_up(stream, now);
  if (!is_known(key.node)) {
    if (now - peer->second.foreign_since >= kForeignBytesFor) peer->second.foreign_bytes = 0;
    if (peer->second.foreign_bytes == 0) peer->second.foreign_since = now;
    peer->second.foreign_bytes += size_of_all(events.events);
  }
  const Ask asked = stream.asks.front();
  const std::uint64_t wanted = asked.last - asked.first + 1;
  if (events.events.size() > wanted) events.events.resize(wanted);
  if (events.events.size() < wanted) {
    drop_asks(stream);
  } else {
    stream.asks.pop_front();
    peer->second.asked -= std::min<std::size_t>(peer->second.asked, 1);
  }
  note_arrived(key, stream, asked, std::move(events));
}

void Journal::note_arrived(const StreamKey& key, Stream& stream, const Ask& asked, wire::Events events) {
  const bool was_known = stream.taken > 0;
  if (asked.after_gap && was_known) {
    const std::uint64_t missing = events.first - stream.taken - 1;
    if (skipped_ == 0) {
      environment_.log(LogLevel::warning, std::to_string(missing) +
                                              " events are missing in the history of this node: it was away for longer than "
                                              "the other nodes keep them (backlog_max_age, backlog_max_size)");
    }
    skipped_ += missing;
  }
  if (environment_.arrived) environment_.arrived(key, events.first, events.events);
  const std::size_t bytes = size_of_all(events.events);
  stream.taken = events.first + events.events.size() - 1;
  arrived_bytes_ += bytes;
  const bool follows = !arrived_.empty() && arrived_.back().stream == key && !asked.after_gap;
  if (follows) {
    std::move(events.events.begin(), events.events.end(), std::back_inserter(arrived_.back().events));
  } else {
    arrived_.push_back({key, events.first, asked.after_gap, std::move(events.events)});
  }
}

// Prefers the node that has the earliest missing event, then the origin, then the node with the fewest open requests.
const NodeId* Journal::whom_to_ask(const StreamKey& key, const Stream& stream, SteadyTime now) const {
  const NodeId* best = nullptr;
  std::tuple<std::uint64_t, bool, std::size_t> best_place;
  for (const auto& [id, peer] : peers_) {
    const auto mark = peer.marks.find(key);
    if (!peer.up || mark == peer.marks.end() || mark->second.last <= stream.taken || mark->second.first > mark->second.last) continue;
    const auto avoided = stream.avoid.find(id);
    if (!may_fetch(peer, key, now)) continue;
    if (peer.asked >= kAsksAPeer || (avoided != stream.avoid.end() && now < avoided->second)) continue;
    const std::tuple place{std::max(mark->second.first, stream.taken + 1), id != key.node, peer.asked};
    if (best != nullptr && best_place <= place) continue;
    best = &id;
    best_place = place;
  }
  return best;
}

void Journal::ask(const StreamKey& key, Stream& stream, SteadyTime now) {
  const NodeId* whom = stream.asks.empty() ? whom_to_ask(key, stream, now) : nullptr;
  if (whom == nullptr && stream.asks.empty()) return;
  const NodeId id = whom == nullptr ? stream.asks.front().peer : *whom;
  Peer& peer = peers_.at(id);
  const wire::EventMark& mark = peer.marks.at(key);
  std::uint64_t next = (stream.asks.empty() ? stream.taken : stream.asks.back().last) + 1;
  const bool after_gap = stream.asks.empty() && mark.first > next;
  if (after_gap) next = mark.first;
  for (bool first = true; next <= mark.last && stream.asks.size() < kAsksAStream && peer.asked < kAsksAPeer; first = false) {
    const std::uint64_t last = std::min(mark.last, next + kEventsAMessage - 1);
    if (peer.asked == 0) peer.answered = now;
    stream.asks.push_back({id, next, last, after_gap && first, now});
    ++peer.asked;
    environment_.send(id, wire::EventsAsk{key.node, key.epoch, next, last});
    next = last + 1;
  }
}

void Journal::ask_all(SteadyTime now) {
  for (auto& [key, stream] : streams_) {
    if (key == own()) continue;
    if (!stream.asks.empty() && now - std::max(stream.asks.front().since, peers_.at(stream.asks.front().peer).answered) >= kAnswerPatience)
      give_up(stream, now);
    if (arrived_bytes_ < kArrivedBytes && now >= save_not_before_) ask(key, stream, now);
  }
}

void Journal::settle(SteadyTime now) {
  if (now - forgot_ >= kForgetStreamsEvery) {
    forgot_ = now;
    forget_idle_streams();
  }
  if (look_ || now - looked_ >= Millis{1'000}) {
    look_ = false;
    looked_ = now;
    ask_all(now);
  }
  std::set<StreamKey> news;
  if (std::exchange(tell_own_, false)) news.insert(own());
  if (!tell_.empty() && now - told_ >= kMarksEvery) {
    told_ = now;
    news.merge(tell_);
    tell_.clear();
  }
  if (news.empty()) return;
  for (const auto& [id, peer] : peers_) {
    if (peer.up) tell(id, news);
  }
}

// The time in which our loop paused does not count as waiting for answers.
void Journal::shift(Millis late_by, SteadyTime now) {
  for (auto& [id, peer] : peers_) peer.answered = std::min(peer.answered + late_by, now);
}

}  // namespace merlin::cluster
