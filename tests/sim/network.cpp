#include "tests/sim/network.hpp"

#include <algorithm>
#include <utility>

#include "shared/wire/messages.hpp"

namespace merlin::sim {
namespace {

constexpr Millis kWatchEvery{500};
// Data that cannot be acknowledged still flows, up to a window's size.
constexpr int kUnacknowledged = 10;
// A new connection replaces one that has been silent for this long.
constexpr Millis kSilence{2500};
constexpr std::int64_t kSlowLineBytesAMilli = 8;
constexpr std::size_t kOverhead = 80;  // per packet, for TLS and TCP
constexpr Millis kFirstRepeat{200};
constexpr int kMostRepeats = 4;

}  // namespace

Network::Network(const Plan& plan, Events& events, Random& random, Story& story, std::vector<NetworkUser*>& users)
    : plan_(plan),
      events_(events),
      random_(random),
      story_(story),
      users_(users),
      count_(plan.nodes.size()),
      paths_(count_ * count_),
      slower_(count_, Millis{0}),
      lossy_(count_, 0),
      narrow_(count_, 0),
      traffic_(count_) {
  for (std::size_t node = 0; node < count_; ++node) events_.after(random_.between(Millis{0}, kWatchEvery), [this, node] { watch(node); });
}

void Network::start(std::size_t node) {
  for (std::size_t peer = 0; peer < count_; ++peer) path(node, peer).next_dial = events_.now() + random_.between(Millis{0}, Millis{300});
}

void Network::stop(std::size_t node, bool silently) {
  for (std::size_t peer = 0; peer < count_; ++peer) {
    Path& here = path(node, peer);
    if (!here.up) continue;
    here.up = false;
    if (silently) {
      here.held.clear();
    } else {
      carry(node, peer, {What::end, {}, here.connection});
    }
  }
}

void Network::send(std::size_t from, std::size_t to, Packet packet) {
  const Path& here = path(from, to);
  if (!here.up) return;
  traffic_.sent(from, to, packet.type == static_cast<std::uint8_t>(wire::MessageType::heartbeat), events_.now());
  carry(from, to, {What::packet, std::move(packet), here.connection});
}

void Network::uncut(std::size_t from, std::size_t to) {
  Path& here = path(from, to);
  if (here.cuts > 0) --here.cuts;
  if (here.cuts > 0) return;
  path(to, from).unacknowledged = 0;
  // Retransmission: some time after the cut has ended.
  const Millis later = random_.between(Millis{1}, Millis{800});
  events_.after(later, [this, from, to] {
    for (Item& item : std::exchange(path(from, to).held, {})) carry(from, to, std::move(item));
    for (Item& item : std::exchange(path(to, from).held, {})) carry(to, from, std::move(item));
  });
}

void Network::slow(std::size_t from, Millis by) { slower_[from] = by; }

void Network::trust(std::size_t node, std::size_t peer, bool trusted) {
  Path& here = path(node, peer);
  here.trusted = trusted;
  if (trusted || !here.up) return;
  carry(node, peer, {What::end, {}, here.connection});
  close(node, peer, false);
}

void Network::heal_all() {
  for (std::size_t from = 0; from < count_; ++from) {
    slower_[from] = Millis{0};
    lossy_[from] = narrow_[from] = 0;
    for (std::size_t to = 0; to < count_; ++to) {
      if (path(from, to).cuts == 0) continue;
      path(from, to).cuts = 1;
      uncut(from, to);
    }
  }
}

Millis Network::travel_time(std::size_t from, std::size_t to) {
  // Without jitter nothing is drawn, so that a scenario's story does not depend on the number of messages.
  const Millis jitter = plan_.jitter > Millis{0} ? random_.between(Millis{0}, plan_.jitter) : Millis{0};
  return plan_.latency[from][to] + jitter + slower_[from] + repeats(from, to);
}

// Each loss of the same packet doubles the wait for the next attempt.
Millis Network::repeats(std::size_t from, std::size_t to) {
  const int percent = std::max(lossy_[from], lossy_[to]);
  Millis wait{0};
  for (int repeat = 0; percent > 0 && repeat < kMostRepeats && random_.chance(percent); ++repeat) wait += kFirstRepeat * (1 << repeat);
  return wait;
}

void Network::reset(std::size_t node) {
  for (std::size_t peer = 0; peer < count_; ++peer) {
    if (peer == node) continue;
    if (path(node, peer).up) close(node, peer, true);
    if (path(peer, node).up) close(peer, node, true);
  }
}

bool Network::is_blocked(std::size_t from, std::size_t to) {
  const Path& here = path(from, to);
  if (here.cuts > 0 || !here.held.empty()) return true;
  return path(to, from).cuts > 0 && here.unacknowledged >= kUnacknowledged;
}

void Network::carry(std::size_t from, std::size_t to, Item item) {
  Path& here = path(from, to);
  if (is_blocked(from, to)) {
    here.held.push_back(std::move(item));
    return;
  }
  const bool is_narrow = narrow_[from] != 0 || narrow_[to] != 0;
  if (!is_narrow && !here.line_busy) return pass(from, to, std::move(item));
  const auto priority = item.what == What::end ? here.line.size() - 1 : static_cast<std::size_t>(item.packet.priority);
  here.line[priority].push_back(std::move(item));
  if (!here.line_busy) transmit(from, to);
}

void Network::transmit(std::size_t from, std::size_t to) {
  Path& here = path(from, to);
  const auto queue = std::find_if(here.line.begin(), here.line.end(), [](const auto& one) { return !one.empty(); });
  here.line_busy = queue != here.line.end();
  if (!here.line_busy) return;
  Item item = std::move(queue->front());
  queue->pop_front();
  const bool is_narrow = narrow_[from] != 0 || narrow_[to] != 0;
  const std::int64_t bytes = static_cast<std::int64_t>(item.packet.payload.size() + kOverhead);
  const Millis takes{is_narrow && item.connection == here.connection ? bytes / kSlowLineBytesAMilli : 0};
  events_.after(takes, [this, from, to, moved = std::move(item)]() mutable {
    if (is_blocked(from, to)) {
      path(from, to).held.push_back(std::move(moved));
    } else {
      pass(from, to, std::move(moved));
    }
    transmit(from, to);
  });
}

void Network::pass(std::size_t from, std::size_t to, Item item) {
  Path& here = path(from, to);
  if (path(to, from).cuts > 0) ++here.unacknowledged;
  here.last_arrival = std::max(here.last_arrival, events_.now() + travel_time(from, to));
  events_.at(here.last_arrival, [this, from, to, moved = std::move(item)] { arrive(from, to, moved); });
}

void Network::arrive(std::size_t from, std::size_t to, const Item& item) {
  Path& there = path(to, from);
  if (!there.up || there.connection != item.connection) return;
  there.heard = events_.now();
  if (item.what == What::end) return close(to, from, true);
  story_.note(events_.now(), item.packet.payload);
  users_[to]->arrived(from, item.packet);
}

void Network::close(std::size_t at, std::size_t peer, bool by_peer) {
  Path& here = path(at, peer);
  here.up = false;
  here.held.clear();
  here.next_dial = events_.now() + random_.between(Millis{100}, Millis{1500});
  users_[at]->link_down(peer, by_peer);
}

// What each end does by itself: closes a silent connection, connects if there is none.
void Network::watch(std::size_t node) {
  events_.after(kWatchEvery, [this, node] { watch(node); });
  if (!users_[node]->greets()) return;
  for (std::size_t peer = 0; peer < count_; ++peer) {
    if (peer == node) continue;
    Path& here = path(node, peer);
    if (here.up && events_.now() - here.heard > plan_.link_patience) {
      carry(node, peer, {What::end, {}, here.connection});
      close(node, peer, false);
    }
    if (here.up || !here.trusted || events_.now() < here.next_dial) continue;
    here.next_dial = events_.now() + random_.between(Millis{500}, Millis{5000});
    dial(node, peer);
  }
}

void Network::dial(std::size_t from, std::size_t to) {
  const Millis there = travel_time(from, to);
  events_.after(there, [this, from, to] {
    if (path(from, to).cuts > 0 || path(to, from).cuts > 0 || !path(to, from).trusted) return;
    if (users_[to]->listens()) return greet(from, to);
    events_.after(travel_time(to, from), [this, from, to] {
      if (users_[from]->greets() && !path(from, to).up) users_[from]->unreachable(to);
    });
  });
}

// The handshake is complete when the answering end has the last hello; the connecting end learns it a moment later.
void Network::greet(std::size_t from, std::size_t to) {
  const Millis round_trip = travel_time(to, from) + travel_time(from, to);
  events_.after(round_trip, [this, from, to] {
    if (path(from, to).cuts > 0 || path(to, from).cuts > 0 || !path(from, to).trusted || !users_[to]->greets() || !users_[from]->greets())
      return;
    Path& answering = path(to, from);
    if (path(from, to).up || (answering.up && events_.now() - answering.heard < kSilence)) return;
    const std::uint64_t connection = ++connections_;
    path(from, to).held.clear();
    answering.held.clear();
    come_up(from, to, connection);
    come_up(to, from, connection);
  });
}

void Network::come_up(std::size_t at, std::size_t peer, std::uint64_t connection) {
  Path& here = path(at, peer);
  if (here.up) close(at, peer, false);
  here.up = true;
  here.connection = connection;
  here.heard = events_.now();
  here.unacknowledged = 0;
  users_[at]->link_up(peer);
}

}  // namespace merlin::sim
