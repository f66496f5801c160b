// The journal of events (R7): every event on every node once and in order, whatever is cut, killed or put back (I1-I3).
#include <array>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <set>

#include "cluster/journal.hpp"
#include "cluster_support.hpp"
#include "sim/journal_disk.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr std::array<std::uint8_t, 3> kThree = {1, 2, 3};
constexpr std::array<std::uint8_t, 2> kTwo = {1, 2};

struct Place;

struct Post {
  std::uint8_t from = 0;
  std::uint8_t to = 0;
  PeerMessage message;
};

// Journals with a disk each, and what is on its way between them.
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

std::map<std::uint8_t, sim::JournalDisk>& disks() {
  static std::map<std::uint8_t, sim::JournalDisk> all;
  return all;
}

Place& World::start(std::uint8_t number, std::uint64_t seed) {
  places[number] = std::make_unique<Place>(*this, number, disks()[number], seed + number);
  return *places[number];
}

void World::link(std::uint8_t a, std::uint8_t b) {
  links.insert({a, b});
  links.insert({b, a});
  places[a]->journal.session_up(id(b), now);
  places[b]->journal.session_up(id(a), now);
}

void World::cut(std::uint8_t a, std::uint8_t b) {
  links.erase({a, b});
  links.erase({b, a});
  if (places[a]) places[a]->journal.session_down(id(b));
  if (places[b]) places[b]->journal.session_down(id(a));
}

bool World::deliver() {
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

void World::run(Millis time) {
  for (const SteadyTime end = now + time; now < end; now += Millis{10}) {
    for (auto& [number, place] : places) {
      if (place) place->turn();
    }
    for (std::size_t letters = post.size(); letters > 0; --letters) deliver();
  }
}

std::vector<std::string> numbered(int of, int from, int to) {
  std::vector<std::string> all;
  for (int i = from; i <= to; ++i) all.push_back(std::to_string(of) + "/" + std::to_string(i));
  return all;
}

struct Fixture {
  Fixture() { disks().clear(); }
  World world;
};

bool said(const Place& place, std::string_view what) {
  return std::any_of(place.said.begin(), place.said.end(), [&](const std::string& line) { return line.find(what) != std::string::npos; });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(journal, Fixture)

BOOST_AUTO_TEST_CASE(every_event_is_on_every_node_once_and_in_order) {
  for (const std::uint8_t number : kThree) world.start(number);
  world.link(1, 2);
  world.link(2, 3);
  world.link(1, 3);
  for (int round = 0; round < 20; ++round) {
    for (const std::uint8_t number : kThree) world.places[number]->make(3);
    world.run(Millis{50});
  }
  world.run(Millis{1'000});
  for (const std::uint8_t at_node : kThree) {
    for (const std::uint8_t of : kThree)
      BOOST_TEST(world.places[at_node]->texts(of) == numbered(of, 1, 60), boost::test_tools::per_element());
    BOOST_TEST(world.places[at_node]->journal.view().behind == 0u);
    BOOST_TEST(world.places[at_node]->journal.view().unsafe == 0u);
  }
}

// Node 3 has a link with 2 alone, and after the death of 1 only 2 can tell it what happened there.
BOOST_AUTO_TEST_CASE(what_a_dead_node_told_only_one_reaches_the_rest) {
  for (const std::uint8_t number : kThree) world.start(number);
  world.link(1, 2);
  world.places[1]->make(1'700);
  world.run(Millis{500});
  world.cut(1, 2);
  world.places[1].reset();
  world.link(2, 3);
  world.run(Millis{1'000});
  BOOST_TEST(world.places[3]->texts(1) == numbered(1, 1, 1'700), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cut_in_the_middle_of_catching_up_repeats_and_loses_nothing) {
  world.start(1).make(5'000);
  world.start(2);
  world.run(Millis{100});
  for (int cut = 0; cut < 30; ++cut) {
    world.link(1, 2);
    world.run(Millis{20});
    world.deliver();
    world.cut(1, 2);
    world.post.clear();
  }
  world.link(1, 2);
  world.run(Millis{1'000});
  BOOST_TEST(world.places[2]->texts(1) == numbered(1, 1, 5'000), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_is_said_of_an_event_before_it_is_on_disk) {
  Place& one = world.start(1);
  Place& two = world.start(2);
  world.link(1, 2);
  world.run(Millis{100});
  one.disk_waits = true;
  one.make(5);
  world.run(Millis{500});
  BOOST_TEST(two.texts(1).empty());
  BOOST_TEST(one.journal.view().unsafe == 5u);
  one.disk_waits = false;
  world.run(Millis{500});
  BOOST_TEST(two.texts(1).size() == 5u);
  // Nor does who got them say so: a third asks it only when it has them on disk.
  two.disk_waits = true;
  one.make(5);
  world.run(Millis{200});
  Place& three = world.start(3);
  world.link(2, 3);
  world.run(Millis{500});
  BOOST_TEST(three.texts(1).size() == 5u);
}

// F42: ours wait, the others' are asked for again, and nothing is numbered twice.
BOOST_AUTO_TEST_CASE(a_disk_that_fails_for_a_while_loses_nothing) {
  Place& one = world.start(1);
  Place& two = world.start(2);
  world.link(1, 2);
  world.run(Millis{100});
  one.disk_fails = two.disk_fails = true;
  for (int i = 0; i < 100; ++i) {
    one.make(1);
    two.make(1);
    world.run(Millis{100});
  }
  BOOST_TEST(two.texts(1).empty());
  BOOST_TEST(one.journal.view().unsafe == 100u);
  one.disk_fails = two.disk_fails = false;
  world.run(Millis{12'000});
  for (const Place* place : {&one, &two}) {
    BOOST_TEST(place->texts(1) == numbered(1, 1, 100), boost::test_tools::per_element());
    BOOST_TEST(place->texts(2) == numbered(2, 1, 100), boost::test_tools::per_element());
  }
}

// An earlier Save that fails voids the later ones that are under way: their numbers would leave a gap.
BOOST_AUTO_TEST_CASE(a_save_that_fails_takes_the_later_ones_with_it) {
  Place& one = world.start(1);
  one.disk_waits = true;
  one.make(1);
  one.save();
  one.make(1);
  one.save();
  BOOST_REQUIRE(one.waiting.size() == 2u);
  one.journal.saved(one.waiting[0].ticket, false, world.now);
  one.disk.write(one.waiting[1]);
  one.journal.saved(one.waiting[1].ticket, true, world.now);
  one.waiting.clear();
  one.disk_waits = false;
  world.run(Millis{6'000});
  BOOST_TEST(one.texts(1) == numbered(1, 1, 2), boost::test_tools::per_element());
}

// F40: bounded, and said.
BOOST_AUTO_TEST_CASE(own_events_that_find_no_room_are_dropped_counted_and_said) {
  Place& one = world.start(1);
  one.disk_fails = true;
  wire::Event big;
  big.text.assign(kEventTextBytes, 'x');
  for (int i = 0; i < 20'000; ++i) one.journal.happened(big);
  BOOST_TEST(one.journal.view().dropped > 0u);
  BOOST_TEST(one.journal.view().dropped < 20'000u);
  BOOST_TEST(said(one, "lost to the history"));
  BOOST_TEST(one.said.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut) {
  Place& one = world.start(1);
  wire::Event big;
  big.text.assign(65'536, 'x');
  one.journal.happened(big);
  world.run(Millis{100});
  BOOST_REQUIRE(one.texts(1).size() == 1u);
  BOOST_TEST(one.texts(1)[0].size() == kEventTextBytes);
}

// F67
BOOST_AUTO_TEST_CASE(what_nobody_keeps_any_more_is_skipped_counted_and_said) {
  Place& one = world.start(1);
  Place& two = world.start(2);
  world.link(1, 2);
  one.make(10);
  world.run(Millis{500});
  world.cut(1, 2);
  one.make(990);
  world.run(Millis{500});
  one.disk.remove_before(one.journal.own(), 501);
  one.journal.kept({{id(1), one.journal.own().epoch, 501, 1'000}});
  world.link(1, 2);
  world.run(Millis{1'000});
  BOOST_TEST(two.texts(1) == numbered(1, 501, 1'000), boost::test_tools::per_element());
  BOOST_TEST(two.journal.view().skipped == 490u);
  BOOST_TEST(two.journal.view().behind == 0u);
  BOOST_TEST(said(two, "490 events are lost to the history"));
  BOOST_TEST(one.journal.view().skipped == 0u);
}

// Another node still has what the origin has removed: nothing is skipped.
BOOST_AUTO_TEST_CASE(who_still_has_the_events_is_asked_before_one_who_has_not) {
  for (const std::uint8_t number : kThree) world.start(number);
  world.link(1, 2);
  world.places[1]->make(1'000);
  world.run(Millis{500});
  Place& one = *world.places[1];
  one.disk.remove_before(one.journal.own(), 501);
  one.journal.kept({{id(1), one.journal.own().epoch, 501, 1'000}});
  world.link(1, 3);
  world.link(2, 3);
  world.run(Millis{1'000});
  BOOST_TEST(world.places[3]->texts(1) == numbered(1, 1, 1'000), boost::test_tools::per_element());
  BOOST_TEST(world.places[3]->journal.view().skipped == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_answer_is_left_for_another) {
  for (const std::uint8_t number : kThree) world.start(number);
  world.link(1, 2);
  world.places[1]->make(100);
  world.run(Millis{500});
  world.link(1, 3);
  world.link(2, 3);
  world.links.erase({3, 1});  // its questions never arrive there
  world.run(Millis{1'000});
  BOOST_TEST(world.places[3]->texts(1).empty());
  world.run(kAnswerPatience + Millis{2'000});
  BOOST_TEST(world.places[3]->texts(1).size() == 100u);
}

// The node that is asked answers other questions all the while.
BOOST_AUTO_TEST_CASE(a_question_that_was_not_heard_is_asked_again) {
  Place& one = world.start(1);
  Place& two = world.start(2);
  one.make(1'800);
  Place& three = world.start(3);
  world.run(Millis{100});
  world.link(1, 3);
  world.run(Millis{100});
  world.link(1, 2);
  for (bool lost = false; !lost;) {
    BOOST_REQUIRE(!world.post.empty());
    const auto* ask = std::get_if<wire::EventsAsk>(&world.post.front().message);
    lost = ask != nullptr && ask->first == 501;
    if (lost)
      world.post.pop_front();
    else
      world.deliver();
    two.turn();
  }
  for (int second = 0; second < 30; ++second) {
    three.make(1);
    world.run(Millis{1'000});
  }
  BOOST_TEST(two.texts(3).size() >= 29U);
  BOOST_TEST(two.texts(1) == numbered(1, 1, 1'800), boost::test_tools::per_element());
}

// F45: each start has its own stream, and what the one before made stays in order.
BOOST_AUTO_TEST_CASE(a_restart_begins_a_stream_and_keeps_the_one_before) {
  world.start(1).make(3);
  world.start(2);
  world.link(1, 2);
  world.run(Millis{500});
  world.cut(1, 2);
  Place& again = world.start(1, 99);
  again.serial = 3;
  again.make(3);
  world.link(1, 2);
  world.run(Millis{500});
  std::vector<std::string> texts = world.places[2]->texts(1);
  std::sort(texts.begin(), texts.end());
  BOOST_TEST(texts == numbered(1, 1, 6), boost::test_tools::per_element());
  BOOST_TEST(disks()[2].streams().size() == 2u);
  BOOST_TEST(world.places[2]->said.empty());
  BOOST_TEST(again.said.empty());
}

// F45: an hour-old store is put back, and the node makes events before it hears of those that it lost.
BOOST_AUTO_TEST_CASE(an_older_store_gets_a_new_stream_and_what_it_lost_comes_back) {
  world.start(1).make(3);
  world.start(2);
  world.link(1, 2);
  world.run(Millis{500});
  const sim::JournalDisk backup = disks()[1];
  world.places[1]->make(5);
  world.run(Millis{500});
  world.cut(1, 2);
  world.places[1].reset();
  disks()[1] = backup;
  Place& old = world.start(1, 99);
  old.serial = 100;
  old.make(20);
  old.save();
  world.link(1, 2);
  world.run(Millis{1'000});
  BOOST_TEST(said(old, "older than what the others have"));
  auto expected = numbered(1, 1, 8);
  for (const std::string& text : numbered(1, 101, 120)) expected.push_back(text);
  for (const std::uint8_t number : kTwo) {
    std::vector<std::string> texts = world.places[number]->texts(1);
    BOOST_TEST(std::multiset<std::string>(texts.begin(), texts.end()) == std::multiset<std::string>(expected.begin(), expected.end()),
               boost::test_tools::per_element());
  }
}

// Those who know better are away for longer than anybody could wait for them.
BOOST_AUTO_TEST_CASE(an_older_store_that_others_hear_of_first_gives_no_number_twice) {
  for (const std::uint8_t number : kThree) world.start(number);
  world.link(1, 2);
  const sim::JournalDisk backup = disks()[1];
  world.places[1]->make(5);
  world.run(Millis{500});
  world.cut(1, 2);
  disks()[1] = backup;
  Place& old = world.start(1, 99);
  old.serial = 100;
  world.link(1, 3);
  old.make(20);
  world.run(Millis{20'000});
  world.link(1, 2);
  world.link(2, 3);
  world.run(Millis{1'000});
  auto expected = numbered(1, 1, 5);
  for (const std::string& text : numbered(1, 101, 120)) expected.push_back(text);
  for (const std::uint8_t number : kThree) {
    const std::vector<std::string> texts = world.places[number]->texts(1);
    BOOST_TEST(std::multiset<std::string>(texts.begin(), texts.end()) == std::multiset<std::string>(expected.begin(), expected.end()),
               boost::test_tools::per_element());
  }
}

// F43: the store is lost while merlind runs.
BOOST_AUTO_TEST_CASE(a_lost_store_is_filled_by_the_others) {
  Place& one = world.start(1);
  Place& two = world.start(2);
  world.link(1, 2);
  one.make(30);
  two.make(30);
  world.run(Millis{6'000});
  disks()[1] = {};
  one.journal.store_lost();
  one.make(10);
  world.run(Millis{12'000});
  for (const Place* place : {&one, &two}) {
    const std::vector<std::string> texts = place->texts(1);
    BOOST_TEST(std::set<std::string>(texts.begin(), texts.end()).size() == 40u);
    BOOST_TEST(texts.size() == 40u);
    BOOST_TEST(place->texts(2) == numbered(2, 1, 30), boost::test_tools::per_element());
  }
}

// I9: what a peer says of streams and asks for costs no more than a bound.
BOOST_AUTO_TEST_CASE(senseless_marks_and_questions_without_end_are_bounded) {
  Place& one = world.start(1);
  world.start(2);
  world.link(1, 2);
  world.run(Millis{100});
  wire::EventMarks marks;
  for (std::uint64_t i = 1; i < 2 * kMaxStreams; ++i) marks.marks.push_back({id(9), i, 1, 5});
  marks.marks.push_back({{}, 1, 1, 5});
  marks.marks.push_back({id(9), 1, 0, 5});
  marks.marks.push_back({id(9), 1, 9, 5});
  marks.marks.push_back({id(9), 1, 1, ~std::uint64_t{0}});
  one.journal.on_marks(id(2), marks);
  BOOST_TEST(one.journal.view().streams.size() <= kMaxStreams);
  one.asks = 0;
  one.journal.settle(world.now);
  BOOST_TEST(one.asks == kAsksAPeer);
  one.make(1'000);
  world.run(Millis{6'000});
  for (int i = 0; i < 1'000; ++i) one.journal.on_ask(id(2), {id(1), one.journal.own().epoch, 1, ~std::uint64_t{0}});
  BOOST_TEST(one.reads.size() <= kReadsAPeer);
  BOOST_TEST(one.reads.front().last == kEventsAMessage);
}

BOOST_AUTO_TEST_SUITE_END()
