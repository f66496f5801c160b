// The journal: our own stream, and events on their way to the disk. Messages to other nodes are in journal_asks.cpp.
#include "shared/cluster/durability/journal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "shared/base/hash.hpp"
#include "shared/cluster/interface/mutants.hpp"

namespace merlin::cluster {
namespace {

std::uint64_t epoch_after(std::uint64_t seed, std::uint64_t epoch) {
  const std::uint64_t next = hash64(std::to_string(epoch), seed);
  return next == 0 ? 1 : next;
}

}  // namespace

Journal::Journal(const NodeId& self, std::uint64_t seed, Environment environment)
    : self_(self), seed_(seed), environment_(std::move(environment)) {
  epoch_ = epoch_after(seed_, 0);
  add_stream(own());
}

void Journal::restore(const std::vector<wire::EventMark>& streams) {
  for (const wire::EventMark& mark : streams) {
    Stream& stream = add_stream({mark.node, mark.epoch});
    stream.first = mark.first;
    stream.safe = stream.taken = mark.last;
  }
}

void Journal::happened(wire::Event event, std::uint64_t alert_clock) {
  if (event.text.size() > kEventTextBytes) event.text.resize(kEventTextBytes);
  if (event.author.size() > kEventTextBytes) event.author.resize(kEventTextBytes);
  made_bytes_ += size_of(event);
  made_.push_back({std::move(event), ++happened_, alert_clock});
  bound_own();
}

void Journal::bound_own() {
  const std::uint64_t before = dropped_;
  for (; made_bytes_ > kMaxUnsafeEventBytes && !made_.empty(); ++dropped_) {
    made_bytes_ -= size_of(made_.front().event);
    made_.pop_front();
  }
  if (before == 0 && dropped_ > 0) {
    environment_.log(LogLevel::error, "64 MiB of events wait for the store's disk: the oldest are dropped from the history from now on");
  }
}

bool Journal::has_to_save(SteadyTime now) const {
  if (now < save_not_before_) return false;
  return !made_.empty() || !arrived_.empty() || without_events_;
}

void Journal::put_own(Save& save, UnderWay& entry) {
  std::size_t count = std::min(made_.size(), kEventsASave);
  if (count == 0) return;
  const auto is_of_last_alert = [&](const Made& next) { return next.alert_clock != 0 && next.alert_clock == made_[count - 1].alert_clock; };
  while (count < made_.size() && is_of_last_alert(made_[count])) ++count;
  const auto end = made_.begin() + static_cast<std::ptrdiff_t>(count);
  entry.own.assign(std::make_move_iterator(made_.begin()), std::make_move_iterator(end));
  made_.erase(made_.begin(), end);
  Stream& stream = streams_[own()];
  EventRun run{own(), stream.taken + 1, false, {}, 0};
  for (const Made& made : entry.own) {
    made_bytes_ -= size_of(made.event);
    run.events.push_back(made.event);
    run.alert_clock = std::max(run.alert_clock, made.alert_clock);
  }
  stream.taken += run.events.size();
  entry.own_last = stream.taken;
  save.events.push_back(std::move(run));
}

// Takes at most one Save's worth of our own events; the rest follows with the next one.
void Journal::put_into(Save& save) {
  UnderWay entry;
  entry.ticket = save.ticket;
  save.without_events = std::exchange(without_events_, false);
  put_own(save, entry);
  for (EventRun& run : std::exchange(arrived_, {})) {
    entry.taken.push_back({run.stream, run.first, run.first + run.events.size() - 1, run.after_gap});
    for (const wire::Event& event : run.events) entry.arrived_bytes += size_of(event);
    save.events.push_back(std::move(run));
  }
  if (kMutant == Mutant::events_said_early) raise(entry);
  under_way_.push_back(std::move(entry));
}

void Journal::saved(std::uint64_t ticket, bool ok, SteadyTime now) {
  const auto entry = std::find_if(under_way_.begin(), under_way_.end(), [&](const UnderWay& way) { return way.ticket == ticket; });
  if (entry == under_way_.end()) return;
  if (!ok) {
    save_not_before_ = now + Millis{5'000};
    withdraw_from(entry);
    return;
  }
  raise(*entry);
  arrived_bytes_ -= entry->arrived_bytes;
  under_way_.erase(entry);
  look_ = true;
}

void Journal::raise(const UnderWay& entry) {
  if (entry.own_last > 0) {
    streams_[own()].safe = entry.own_last;
    tell_own_ = true;
  }
  for (const UnderWay::Taken& taken : entry.taken) {
    Stream& stream = streams_[taken.stream];
    stream.safe = taken.last;
    if (taken.after_gap) stream.first = taken.first;
    tell_.insert(taken.stream);
  }
}

// Withdraws this entry and all later ones, which are not on disk: our own events wait for another Save, those of other nodes are
// requested again.
void Journal::withdraw_from(std::deque<UnderWay>::iterator entry) {
  for (auto way = under_way_.end(); way != entry;) {
    --way;
    for (auto event = way->own.rbegin(); event != way->own.rend(); ++event) {
      made_bytes_ += size_of(event->event);
      made_.push_front(std::move(*event));
    }
    arrived_bytes_ -= way->arrived_bytes;
  }
  under_way_.erase(entry, under_way_.end());
  for (const EventRun& run : arrived_) {
    for (const wire::Event& event : run.events) arrived_bytes_ -= size_of(event);
  }
  arrived_.clear();
  for (auto& [key, stream] : streams_) {
    stream.taken = stream.safe;
    drop_asks(stream);
  }
  for (const UnderWay& way : under_way_) {
    if (way.own_last > 0) streams_[own()].taken = way.own_last;
    for (const UnderWay::Taken& taken : way.taken) streams_[taken.stream].taken = taken.last;
  }
  look_ = true;
  bound_own();
}

void Journal::store_lost() {
  withdraw_from(under_way_.begin());
  epoch_ = epoch_after(seed_, epoch_);
  streams_.clear();
  origins_.clear();
  add_stream(own());
  without_events_ = said_lost_ = look_ = true;
  for (auto& [id, peer] : peers_) {
    peer.asked = peer.foreign_streams = 0;
    for (const auto& [key, mark] : peer.marks) {
      if (streams_.contains(key) || is_news(id, mark)) add_stream(key, is_known(key.node) ? NodeId{} : id);
    }
  }
}

void Journal::kept(const std::vector<wire::EventMark>& streams) {
  for (const wire::EventMark& mark : streams) {
    const auto found = streams_.find({mark.node, mark.epoch});
    if (found == streams_.end() || mark.first <= found->second.first) continue;
    found->second.first = std::min(mark.first, found->second.safe + 1);
    tell_.insert(found->first);
  }
}

// Dropped events are settled with the events before them: those that are under way are older.
std::uint64_t Journal::settled_count() const {
  for (const UnderWay& way : under_way_) {
    if (!way.own.empty()) return way.own.front().serial - 1;
  }
  return made_.empty() ? happened_ : made_.front().serial - 1;
}

std::uint64_t Journal::unsafe() const {
  std::uint64_t count = made_.size();
  for (const UnderWay& way : under_way_) count += way.own.size();
  return count;
}

JournalView Journal::view() const {
  JournalView view;
  view.own_epoch = epoch_;
  view.dropped = dropped_;
  view.skipped = skipped_;
  view.unsafe = unsafe();
  for (const auto& [key, stream] : streams_) {
    std::uint64_t best = stream.safe;
    for (const auto& [id, peer] : peers_) {
      const auto mark = peer.marks.find(key);
      const bool has = mark != peer.marks.end() && mark->second.first <= mark->second.last;
      if (peer.up && has && key != own()) best = std::max(best, mark->second.last);
    }
    view.behind += best - stream.safe;
    view.streams.push_back({key.node, key.epoch, stream.first, stream.safe});
  }
  return view;
}

}  // namespace merlin::cluster
