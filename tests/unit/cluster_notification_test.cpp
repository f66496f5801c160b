// R4, the asker: of several nodes that believe they own an object one notifies, and none stays silent because of another.
#include "tests/unit/cluster_notification_support.hpp"

using namespace merlin;
using namespace merlin::cluster;

BOOST_AUTO_TEST_SUITE(asking)

BOOST_AUTO_TEST_CASE(every_voter_is_asked_and_what_is_granted_is_written_as_open) {
  Cluster cluster(3);
  cluster.request(0, problem());
  BOOST_TEST(count<wire::NotifyAsk>(cluster.mail) == 2U);
  BOOST_TEST(cluster[0].verdicts.empty());
  cluster.deliver();
  const auto told = cluster[0].told(problem());
  BOOST_REQUIRE(told.has_value());
  BOOST_TEST(!told->sent);
  BOOST_TEST((told->holder == node_id(0)));
}

BOOST_AUTO_TEST_CASE(it_is_sent_when_all_that_are_active_have_granted) {
  Cluster cluster(3);
  cluster.request(0, problem(), 7);
  cluster.deliver();
  BOOST_REQUIRE(cluster[0].may_send());
  const wire::NotifyVerdict& verdict = cluster[0].verdicts.back();
  BOOST_TEST(verdict.request == 7U);
  BOOST_TEST(verdict.valid_ms == 4000U);  // three heartbeats and a second
  BOOST_TEST((verdict.notification.object == kHost));
}

BOOST_AUTO_TEST_CASE(alone_it_is_sent_at_once) {
  Cluster cluster(1);
  cluster.request(0, problem());
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(who_does_not_run_the_object_is_told_to_drop_it) {
  Cluster cluster(2);
  cluster[0].rule.asker().on_request({3, problem(), 1}, cluster.now());
  BOOST_REQUIRE_EQUAL(cluster[0].verdicts.size(), 1U);
  BOOST_TEST(cluster[0].verdicts[0].decision == NotifyDecision::drop);
  BOOST_TEST(cluster.mail.empty());
}

BOOST_AUTO_TEST_CASE(a_question_ends_with_the_ownership_and_all_who_were_asked_hear_it) {
  Cluster cluster(3);
  cluster.request(0, problem());
  cluster.mail.clear();
  cluster[0].owner = false;
  cluster[0].rule.tick(cluster.now());
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::drop);
  BOOST_TEST(count<wire::NotifyVoid>(cluster.mail) == 2U);
}

BOOST_AUTO_TEST_CASE(what_was_told_already_is_not_asked_for) {
  Cluster cluster(2);
  cluster[0].put({problem(2), node_id(1), true, 1, 5}, {1, 1, kStart, node_id(1)});
  cluster.request(0, problem(1));
  BOOST_REQUIRE_EQUAL(cluster[0].verdicts.size(), 1U);
  BOOST_TEST(cluster[0].verdicts[0].decision == NotifyDecision::told);
  BOOST_TEST(cluster[0].verdicts[0].notification.number == 2U);  // the core continues with this number
  cluster.request(0, problem(3), 2);
  BOOST_TEST(cluster[0].rule.asker().asks(record_key(problem())));
}

BOOST_AUTO_TEST_CASE(a_later_number_that_is_open_proves_the_one_before) {
  Cluster cluster(2);
  cluster[0].put({problem(3), node_id(1), false, 0, 0}, {1, 1, kStart, node_id(1)});
  cluster.request(0, problem(2));
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::told);
  BOOST_TEST(cluster[0].verdicts.back().notification.number == 2U);
}

BOOST_AUTO_TEST_CASE(sent_is_written_and_void_is_said_to_all) {
  Cluster cluster(3);
  cluster.request(0, problem());
  cluster.deliver();
  cluster.done(0, true);
  BOOST_TEST(cluster[0].told(problem())->sent);
  BOOST_TEST(cluster[0].told(problem())->contacts == 2U);
  cluster.request(0, problem(2), 2);
  cluster.deliver();
  cluster.done(0, false);
  BOOST_TEST(count<wire::NotifyVoid>(cluster.mail) == 2U);
  BOOST_TEST(!cluster[0].told(problem())->sent);
}

BOOST_AUTO_TEST_CASE(a_recovery_that_the_cores_filters_refuse_is_settled) {
  Cluster cluster(2);
  cluster[0].put({problem(), node_id(0), true, 1, 5}, {1, 1, kStart, node_id(0)});
  cluster[0].is_checked(0, kStart + kSecond);
  cluster.request(0, recovery());
  cluster.deliver();
  cluster.done(0, false, true);
  BOOST_TEST(cluster[0].told(problem())->sent);
  BOOST_TEST(cluster[0].told(problem())->contacts == 0U);
  BOOST_TEST((cluster[0].told(problem())->notification.kind == NotificationKind::recovery));
}

BOOST_AUTO_TEST_CASE(a_problem_that_the_cores_filters_refuse_may_be_due_later) {
  Cluster cluster(2);
  cluster.request(0, problem());
  cluster.deliver();
  cluster.done(0, false, true);
  BOOST_TEST(!cluster[0].told(problem())->sent);
  BOOST_TEST(!cluster[0].rule.asker().asks(record_key(problem())), "its core says so");
  cluster.request(0, problem(), 2);
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(a_word_of_a_question_that_nobody_knows_any_more_is_still_written) {
  Cluster cluster(2);
  wire::NotifyDone done;
  done.question = 99;
  done.sent = true;
  done.contacts = 3;
  done.notification = problem();
  cluster[0].rule.asker().on_done(done, cluster.now());
  BOOST_TEST(cluster[0].told(problem())->sent);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(time_passes)

BOOST_AUTO_TEST_CASE(who_does_not_answer_is_waited_for_and_then_every_side_tells) {
  Cluster cluster(3);
  cluster.deaf = 2;
  cluster.request(0, problem());
  cluster.pass(Millis{3000});
  BOOST_TEST(!cluster[0].may_send());
  cluster.pass(Millis{1000});
  BOOST_REQUIRE(cluster[0].may_send());
  BOOST_TEST(cluster[0].verdicts.back().valid_ms > 0U);
}

BOOST_AUTO_TEST_CASE(who_is_no_longer_active_is_not_waited_for) {
  Cluster cluster(3);
  cluster.deaf = 2;
  cluster.request(0, problem());
  cluster.pass(Millis{500});
  BOOST_TEST(!cluster[0].may_send());
  cluster.lose(2);
  cluster.pass(Millis{50});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(who_becomes_active_meanwhile_is_asked_too) {
  Cluster cluster(3);
  cluster.lose(2);
  cluster[1].store_waits = true;
  cluster.request(0, problem());
  cluster.deliver();
  cluster.deaf.reset();
  cluster[0].rule.asker().set_present({node_id(1), node_id(2)});
  cluster.pass(Millis{50});
  BOOST_TEST(cluster[2].told(problem()).has_value());
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_lost_is_asked_for_again) {
  Cluster cluster(2);
  cluster.request(0, problem());
  cluster.mail.clear();
  cluster.pass(Millis{1100});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(what_stood_still_for_too_long_asks_again_before_it_tells) {
  Cluster cluster(2);
  cluster.request(0, problem());
  cluster.clock += Millis{30'000};
  cluster.deliver();
  BOOST_TEST(!cluster[0].may_send());
  cluster.pass(Millis{1500});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(who_was_refused_says_so_to_all_and_asks_again_after_a_while) {
  Cluster cluster(3);
  cluster[2].rule.on_ask(node_id(7), {31, problem()}, cluster.now());
  cluster.mail.clear();
  cluster.request(0, problem());
  cluster.pass(Millis{950});
  BOOST_TEST(cluster[0].rule.asker().asks(record_key(problem())));
  BOOST_TEST(!cluster[0].may_send());
  // Refused: the other voter is free meanwhile.
  cluster[0].rule.tick({SteadyTime{cluster.clock + Millis{100}}, {}});
  BOOST_TEST(count<wire::NotifyVoid>(cluster.mail) == 2U);
  cluster.pass(Millis{6000});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(a_module_lost_between_binds_nobody_for_ever) {
  Cluster cluster(2);
  cluster.request(0, problem());
  cluster.deliver();
  cluster[0].rule.asker().core_lost();
  BOOST_TEST(!cluster[0].rule.asker().asks(record_key(problem())));
  cluster[0].owner = false;
  cluster.request(1, problem());
  cluster.pass(Millis{7000});
  BOOST_TEST(cluster[1].may_send());
}

BOOST_AUTO_TEST_CASE(what_the_module_refuses_is_asked_for_again_after_a_heartbeat) {
  for (const bool well : {false, true}) {
    Cluster cluster(2);
    if (well) cluster[0].put({problem(), node_id(0), true, 1, 5}, {1, 1, kStart, node_id(0)});
    cluster[0].is_checked(well ? 0 : 1, well ? kStart + kSecond : kStart);
    cluster.request(0, well ? recovery() : problem(), 9);
    cluster.deliver();
    cluster.done(0, false);
    cluster.pass(Millis{950});
    BOOST_TEST(cluster[0].verdicts.size() == 1U);
    cluster.pass(Millis{100});
    BOOST_TEST(cluster[0].verdicts.size() == 2U);
    BOOST_TEST(cluster[0].may_send());
    BOOST_TEST(cluster[0].verdicts.back().request == 9U);
  }
}

BOOST_AUTO_TEST_CASE(unless_it_is_no_longer_true_or_no_longer_ours_to_tell) {
  for (const bool moved : {false, true}) {
    Cluster cluster(2);
    cluster[0].is_checked(1, kStart);
    cluster.request(0, problem());
    cluster.deliver();
    cluster[0].owner = !moved;
    if (!moved) cluster[0].is_checked(0, kStart + kSecond);
    cluster.done(0, false);
    BOOST_TEST(cluster[0].rule.asker().questions() == 0U);
  }
}

// Its own core has lost the object to a node that does not notify.
BOOST_AUTO_TEST_CASE(a_recovery_that_the_module_refuses_since_the_object_moved_away_is_told_by_its_teller) {
  Cluster cluster(2);
  cluster[0].put({problem(), node_id(0), true, 1, 5}, {1, 1, kStart, node_id(0)});
  cluster[0].is_checked(0, kStart + kSecond);
  cluster.request(0, recovery());
  cluster.deliver();
  cluster[0].owner = false;
  cluster[0].teller = true;
  cluster.done(0, false);
  cluster.pass(Millis{1100});
  BOOST_TEST(cluster[0].verdicts.size() == 2U);
  BOOST_TEST(cluster[0].verdicts.back().request == 0U);
  BOOST_TEST(cluster[0].verdicts.back().delegated);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tellers)

BOOST_AUTO_TEST_CASE(what_a_node_runs_that_does_not_notify_is_passed_on_until_another_has_told_it) {
  Cluster cluster(3);
  cluster[0].teller = false;
  cluster.request(0, problem());
  BOOST_REQUIRE(cluster[0].passed_on.size() == 1U);
  BOOST_TEST(cluster.mail.empty(), "it asks nobody itself");
  cluster.pass(Millis{3100});
  BOOST_TEST(cluster[0].passed_on.size() == 2U, "the word may have been lost");
  BOOST_TEST(cluster[0].verdicts.empty());

  cluster[1].teller = true;
  cluster[1].rule.asker().owe(cluster[0].passed_on.front(), cluster.now());
  cluster.pass(Millis{200});
  BOOST_REQUIRE(cluster[1].may_send());
  BOOST_TEST(cluster[1].verdicts.back().delegated, "its core does not run the object");
  cluster.done(1, true);
  cluster[1].rule.asker().owe(cluster[0].passed_on.front(), cluster.now());
  cluster.pass(Millis{200});
  BOOST_TEST(cluster[1].verdicts.size() == 1U, "what is said again is not told again");

  cluster.replicate(1);
  BOOST_REQUIRE(!cluster[0].verdicts.empty());
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::told, "its core counts on");
  cluster.pass(Millis{10'000});
  BOOST_TEST(cluster[0].passed_on.size() == 2U);
}

BOOST_AUTO_TEST_CASE(who_neither_runs_nor_tells_of_it_is_not_moved_by_what_is_passed_on) {
  Cluster cluster(2);
  cluster[1].rule.asker().owe(problem(), cluster.now());
  cluster.pass(Millis{2000});
  BOOST_TEST(cluster[1].verdicts.empty());
  BOOST_TEST(cluster[1].rule.asker().questions() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_passed_on_ends_with_its_reason) {
  Cluster cluster(2);
  cluster[0].teller = false;
  cluster.request(0, problem());
  cluster[0].is_checked(0, kStart + kSecond);
  BOOST_TEST(cluster[0].rule.asker().questions() == 0U);
  cluster.pass(Millis{10'000});
  BOOST_TEST(cluster[0].passed_on.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
