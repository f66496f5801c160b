// The journal of events (R7): every event on every node once and in order, whatever is cut, killed or restored (I1-I3).
#include "tests/unit/cluster_journal_support.hpp"

using namespace journal_test;
using namespace merlin;
using namespace merlin::cluster;

BOOST_FIXTURE_TEST_SUITE(journal, JournalFixture)

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

// Node 3 is linked only with 2, and after the death of 1 only 2 can send it 1's events.
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
  // A node that receives them announces them only when it has them on disk.
  two.disk_waits = true;
  one.make(5);
  world.run(Millis{200});
  Place& three = world.start(3);
  world.link(2, 3);
  world.run(Millis{500});
  BOOST_TEST(three.texts(1).size() == 5u);
}

// F42: our own events wait, others' events are requested again, and no number is used twice.
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

// A failed Save makes the later ones in progress invalid: their numbers would leave a gap.
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

// F40: bounded, and reported.
BOOST_AUTO_TEST_CASE(own_events_that_find_no_room_are_dropped_counted_and_said) {
  Place& one = world.start(1);
  one.disk_fails = true;
  wire::Event big;
  big.text.assign(kEventTextBytes, 'x');
  for (int i = 0; i < 20'000; ++i) one.journal.happened(big);
  BOOST_TEST(one.journal.view().dropped > 0u);
  BOOST_TEST(one.journal.view().dropped < 20'000u);
  BOOST_TEST(said(one, "dropped from the history"));
  BOOST_TEST(one.said.size() == 1u);
}

// The module keeps an alert until its event is settled: events that were dropped must not settle earlier ones, which still wait.
BOOST_AUTO_TEST_CASE(an_event_is_not_settled_before_those_that_came_first) {
  Place& one = world.start(1);
  one.disk_waits = true;
  one.make(2);
  one.save();
  wire::Event big;
  big.text.assign(kEventTextBytes, 'x');
  while (one.journal.view().dropped < 3) one.journal.happened(big);
  BOOST_TEST(one.journal.settled_count() == 0u);
  one.write();
  BOOST_TEST(one.journal.settled_count() == 2 + one.journal.view().dropped, "nothing waits before the oldest that was not dropped");
  one.save();
  one.write();
  BOOST_TEST(one.journal.settled_count() == one.journal.happened_count());
}

// After a kill, the alert counts as noted or not: it must not be noted in part.
BOOST_AUTO_TEST_CASE(the_events_of_an_alert_are_saved_together) {
  Place& one = world.start(1);
  one.make(static_cast<int>(kEventsASave) - 1);
  wire::Event event;
  for (int i = 0; i < 3; ++i) one.journal.happened(event, 5);
  one.journal.happened(event, 6);
  Save first, second;
  one.journal.put_into(first);
  one.journal.put_into(second);
  BOOST_REQUIRE(first.events.size() == 1u);
  BOOST_TEST(first.events[0].events.size() == kEventsASave + 2);
  BOOST_TEST(first.events[0].alert_clock == 5u);
  BOOST_REQUIRE(second.events.size() == 1u);
  BOOST_TEST(second.events[0].events.size() == 1u);
  BOOST_TEST(second.events[0].alert_clock == 6u);
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
  BOOST_TEST(said(two, "490 events are missing in the history"));
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

// The asked node answers other questions meanwhile.
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

BOOST_AUTO_TEST_SUITE_END()
