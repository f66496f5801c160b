// The journal of events (R7) after a restart: streams that begin, go back or are invented (I1-I3, I9).
#include "tests/unit/cluster_journal_support.hpp"

using namespace journal_test;
using namespace merlin;
using namespace merlin::cluster;

BOOST_FIXTURE_TEST_SUITE(journal_restart, JournalFixture)

// F45: each start has its own stream, and the previous start's stream stays in order.
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

// F45: a store from an hour ago is restored, and the node makes events before it learns of those that it has lost.
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
  BOOST_TEST(said(old, "older than the copies on the other nodes"));
  auto expected = numbered(1, 1, 8);
  for (const std::string& text : numbered(1, 101, 120)) expected.push_back(text);
  for (const std::uint8_t number : kTwo) {
    std::vector<std::string> texts = world.places[number]->texts(1);
    BOOST_TEST(std::multiset<std::string>(texts.begin(), texts.end()) == std::multiset<std::string>(expected.begin(), expected.end()),
               boost::test_tools::per_element());
  }
}

// The nodes that have the newer events are away for longer than this node can wait.
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

// I9: invented streams take no room from the cluster's streams.
BOOST_AUTO_TEST_CASE(invented_streams_leave_room_for_those_of_the_cluster) {
  std::size_t refused = 0;
  Journal::Environment environment{[](const NodeId&, PeerMessage) {}, [](ReadEvents) {}, [](LogLevel, std::string) {}};
  environment.knows = [](const NodeId& node) { return node == id(1) || node == id(2) || node == id(3); };
  environment.refuse = [&](const NodeId& peer) { refused += peer == id(2) ? 1U : 0U; };
  Journal journal(id(1), 7, environment);
  journal.session_up(id(2), at(0));
  wire::EventMarks invented, restarted;
  for (std::uint64_t i = 1; i <= kMaxStreams; ++i) {
    NodeId origin = id(9);
    origin.bytes[1] = static_cast<std::uint8_t>(i);
    origin.bytes[2] = static_cast<std::uint8_t>(i >> 8);
    invented.marks.push_back({origin, 1, 1, 5});
    restarted.marks.push_back({id(3), i, 1, 5});
  }
  journal.on_marks(id(2), invented);
  BOOST_TEST(journal.view().streams.size() == kMaxForeignStreamsPerPeer + 1);
  BOOST_TEST(refused == kMaxStreams - kMaxForeignStreamsPerPeer);
  journal.on_marks(id(2), restarted);
  BOOST_TEST(journal.view().streams.size() == kMaxForeignStreamsPerPeer + kMaxStreamsPerOrigin + 1);
  journal.on_marks(id(2), {{{id(2), 1, 1, 5}}});
  BOOST_TEST(journal.view().streams.size() == kMaxForeignStreamsPerPeer + kMaxStreamsPerOrigin + 2);
  // The origin's own offers have room beside others' offers of its streams.
  journal.session_up(id(3), at(0));
  journal.on_marks(id(3), {{{id(3), kMaxStreams + 1, 1, 5}}});
  BOOST_TEST(journal.view().streams.size() == kMaxForeignStreamsPerPeer + kMaxStreamsPerOrigin + 3);
  journal.session_down(id(3));
  // A stream that no connected node offers any more is forgotten.
  journal.session_down(id(2));
  journal.settle(at(120'000));
  BOOST_TEST(journal.view().streams.size() == 1U);
}

// I9: the cost of what a peer offers and requests is bounded.
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
