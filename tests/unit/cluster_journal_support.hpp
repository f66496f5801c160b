// Nodes with nothing but a journal and a disk, and the links between them.
#pragma once

#include <array>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <set>

#include "shared/cluster/durability/journal.hpp"
#include "tests/sim/journal_disk.hpp"
#include "tests/unit/cluster_support.hpp"

namespace journal_test {

using namespace merlin;
using namespace merlin::cluster;

inline constexpr std::array<std::uint8_t, 3> kThree = {1, 2, 3};
inline constexpr std::array<std::uint8_t, 2> kTwo = {1, 2};

struct Place;

struct Post {
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  PeerMessage message;
};

// Journals with a disk each, and the messages in transit between them.
struct World {
  std::deque<Post> post;
  std::map<std::uint8_t, std::unique_ptr<Place>> places;
  std::set<std::pair<std::uint8_t, std::uint8_t>> links;
  SteadyTime now = at(0);

  Place& start(std::uint8_t number, std::uint64_t seed = 7);
  void link(std::uint8_t a, std::uint8_t b);
  void cut(std::uint8_t a, std::uint8_t b);
  void run(Millis time);
  bool deliver();
};

struct Place {
  World& world;
  std::uint8_t number;
  sim::JournalDisk& disk;
  Journal journal;
  std::deque<ReadEvents> reads;
  std::uint64_t ticket = 0;
  bool disk_fails = false;
  bool disk_waits = false;
  std::deque<Save> waiting;
  std::vector<std::string> said;
  std::size_t asks = 0;
  std::uint64_t serial = 0;

  Place(World& in, std::uint8_t who, sim::JournalDisk& on, std::uint64_t seed)
      : world(in),
        number(who),
        disk(on),
        journal(
            id(who), seed,
            {[this](const NodeId& to, PeerMessage message) {
               if (std::holds_alternative<wire::EventsAsk>(message)) ++asks;
               world.post.push_back({number, to.bytes[0], std::move(message)});
             },
             [this](ReadEvents read) { reads.push_back(read); }, [this](LogLevel, std::string line) { said.push_back(std::move(line)); }}) {
    Stored stored;
    disk.read_into(stored);
    journal.restore(stored.streams);
  }

  void make(int count) {
    for (int i = 0; i < count; ++i) {
      wire::Event event;
      event.text = std::to_string(number) + "/" + std::to_string(++serial);
      journal.happened(std::move(event));
    }
  }
  void save() {
    while (journal.has_to_save(world.now)) {
      Save save;
      save.ticket = ++ticket;
      journal.put_into(save);
      waiting.push_back(std::move(save));
    }
    if (!disk_waits) write();
  }
  void write() {
    while (!waiting.empty()) {
      const Save save = std::move(waiting.front());
      waiting.pop_front();
      if (!disk_fails) disk.write(save);
      journal.saved(save.ticket, !disk_fails, world.now);
    }
  }
  void turn() {
    journal.settle(world.now);
    save();
    for (const ReadEvents& read : std::exchange(reads, {})) journal.on_read(disk.read(read));
  }
  std::vector<std::string> texts(std::uint8_t of) const {
    std::vector<std::string> all;
    for (const auto& [key, stream] : disk.streams()) {
      if (key.node != id(of)) continue;
      for (const auto& [at_number, event] : stream.events) all.push_back(event.text);
    }
    return all;
  }
};

inline std::map<std::uint8_t, sim::JournalDisk>& disks() {
  static std::map<std::uint8_t, sim::JournalDisk> all;
  return all;
}

inline Place& World::start(std::uint8_t number, std::uint64_t seed) {
  places[number] = std::make_unique<Place>(*this, number, disks()[number], seed + number);
  return *places[number];
}

inline void World::link(std::uint8_t a, std::uint8_t b) {
  links.insert({a, b});
  links.insert({b, a});
  places[a]->journal.session_up(id(b), now);
  places[b]->journal.session_up(id(a), now);
}

inline void World::cut(std::uint8_t a, std::uint8_t b) {
  links.erase({a, b});
  links.erase({b, a});
  if (places[a]) places[a]->journal.session_down(id(b));
  if (places[b]) places[b]->journal.session_down(id(a));
}

inline bool World::deliver() {
  if (post.empty()) return false;
  Post mail = std::move(post.front());
  post.pop_front();
  if (!links.contains({mail.from, mail.to}) || !places[mail.to]) return true;
  Journal& journal = places[mail.to]->journal;
  const NodeId from = id(mail.from);
  if (const auto* marks = std::get_if<wire::EventMarks>(&mail.message)) journal.on_marks(from, *marks);
  if (const auto* ask = std::get_if<wire::EventsAsk>(&mail.message)) journal.on_ask(from, *ask);
  if (auto* events = std::get_if<wire::Events>(&mail.message)) journal.on_events(from, std::move(*events), now);
  return true;
}

inline void World::run(Millis time) {
  for (const SteadyTime end = now + time; now < end; now += Millis{10}) {
    for (auto& [number, place] : places) {
      if (place) place->turn();
    }
    for (std::size_t letters = post.size(); letters > 0; --letters) deliver();
  }
}

inline std::vector<std::string> numbered(int of, int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i <= to; ++i) all.push_back(std::to_string(of) + "/" + std::to_string(i));
  return all;
}

struct JournalFixture {
  JournalFixture() { disks().clear(); }
  World world;
};

inline bool said(const Place& place, std::string_view what) {
  return std::any_of(place.said.begin(), place.said.end(), [&](const std::string& line) { return line.find(what) != std::string::npos; });
}

}  // namespace journal_test
