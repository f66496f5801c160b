// R4, the voters: to whom a notification is granted, for how long, and when that is enough.
#include "unit/cluster_notification_support.hpp"

using namespace merlin;
using namespace merlin::cluster;

BOOST_AUTO_TEST_SUITE(voting)

BOOST_AUTO_TEST_CASE(a_later_hard_ok_makes_it_stale_and_the_asker_learns_that) {
  Cluster cluster(2);
  cluster[1].is_checked(0, kStart + kSecond);
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(!cluster[0].rule.asks(told_key(problem())));
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::drop);
}

BOOST_AUTO_TEST_CASE(what_the_voter_knows_as_sent_is_refused_and_the_asker_learns_that) {
  Cluster cluster(2);
  cluster[1].put({problem(), node_id(1), true, 1, 5}, {1, 1, kStart, node_id(1)});
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::told);
  BOOST_TEST(cluster[0].told(problem())->sent);
}

BOOST_AUTO_TEST_CASE(one_key_is_granted_to_one_holder_at_a_time) {
  Cluster cluster(3);
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_REQUIRE(cluster[0].may_send());
  cluster.request(1, problem());
  cluster.pass(Millis{3000});
  BOOST_TEST(!cluster[1].may_send());
  cluster.done(0, true);
  cluster.replicate(0);
  BOOST_TEST(cluster[1].verdicts.back().decision == NotifyDecision::told);
}

BOOST_AUTO_TEST_CASE(what_a_voter_granted_is_in_its_table) {
  Cluster cluster(2);
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_REQUIRE(cluster[1].told(problem()).has_value());
  BOOST_TEST((cluster[1].told(problem())->holder == node_id(0)));
  BOOST_TEST(!cluster[1].told(problem())->sent);
}

BOOST_AUTO_TEST_CASE(a_grant_binds_a_beat_longer_than_it_is_good) {
  Cluster cluster(3);
  cluster.request(0, problem());
  cluster.deliver();
  cluster.lose(0);
  cluster.request(1, problem());
  cluster.pass(Millis{3900});
  BOOST_TEST(!cluster[1].may_send());
  cluster.pass(Millis{2500});
  BOOST_TEST(cluster[1].may_send());
}

BOOST_AUTO_TEST_CASE(a_void_frees_the_voter) {
  Cluster cluster(3);
  cluster.request(0, problem());
  cluster.deliver();
  cluster.done(0, false);
  cluster.deliver();
  cluster[0].owner = false;
  cluster.request(1, problem());
  cluster.deliver();
  BOOST_TEST(cluster[1].may_send());
}

BOOST_AUTO_TEST_CASE(the_void_of_an_older_question_frees_nobody) {
  Cluster cluster(2);
  cluster[1].rule.on_ask(node_id(0), {11, problem()}, cluster.now());
  cluster[1].rule.on_ask(node_id(0), {12, problem()}, cluster.now());
  cluster[1].rule.on_void(node_id(0), {11, problem()});
  cluster.mail.clear();
  cluster[1].rule.on_ask(node_id(5), {13, problem()}, cluster.now());
  cluster.request(1, problem());
  BOOST_TEST(!cluster[1].may_send());
}

BOOST_AUTO_TEST_CASE(the_second_number_is_another_key) {
  Cluster cluster(2);
  cluster[1].rule.on_ask(node_id(5), {11, problem(1)}, cluster.now());
  cluster.request(0, problem(2));
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(two_holders)

BOOST_AUTO_TEST_CASE(the_later_in_the_ranking_withdraws) {
  Cluster cluster(2);
  cluster.request(0, problem());
  cluster.request(1, problem());
  cluster.pass(Millis{100});
  BOOST_TEST(cluster[0].may_send());
  BOOST_TEST(cluster[1].verdicts.empty());
}

BOOST_AUTO_TEST_CASE(unless_its_module_has_been_told_to_send) {
  Cluster cluster(2);
  cluster.request(1, problem());
  cluster.deliver();
  BOOST_REQUIRE(cluster[1].may_send());
  cluster.request(0, problem());
  cluster.pass(Millis{2000});
  BOOST_TEST(cluster[0].verdicts.empty());
}

BOOST_AUTO_TEST_CASE(a_refusal_in_favour_of_one_that_has_itself_granted_does_not_count) {
  Cluster cluster(3);
  // The voter heard the later one first.
  cluster[2].rule.on_ask(node_id(1), {21, problem()}, cluster.now());
  cluster.mail.clear();
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(of_any_number_that_ask_at_once_one_tells) {
  for (std::size_t nodes = 2; nodes <= 7; ++nodes) {
    Cluster cluster(nodes);
    for (std::size_t number = 0; number < nodes; ++number) cluster.request(number, problem());
    cluster.pass(Millis{2000});
    std::size_t senders = 0;
    for (auto& site : cluster.sites) senders += site->may_send() ? 1 : 0;
    BOOST_TEST(senders == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(majority)

BOOST_AUTO_TEST_CASE(the_smaller_side_holds_and_the_greater_tells) {
  Cluster cluster(3, true);
  cluster.lose(0);
  cluster.request(0, problem());
  cluster.request(1, problem());
  cluster.pass(Millis{20'000});
  BOOST_TEST(cluster[0].verdicts.empty());
  BOOST_TEST(cluster[0].rule.asks(told_key(problem())));
  BOOST_TEST(cluster[1].may_send());
}

BOOST_AUTO_TEST_CASE(what_was_held_is_told_when_the_majority_is_back) {
  Cluster cluster(3, true);
  cluster.lose(0);
  cluster.request(0, problem());
  cluster.pass(Millis{20'000});
  cluster.deaf.reset();
  cluster[0].rule.set_present({node_id(1), node_id(2)});
  cluster.pass(Millis{1100});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(an_answer_comes_after_the_commit) {
  Cluster cluster(3, true);
  for (auto& site : cluster.sites) site->store_waits = true;
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(!cluster[0].may_send());
  BOOST_TEST(cluster[0].unsaved.empty());
  cluster[1].unsaved.front()(cluster.now());
  cluster.deliver();
  BOOST_TEST(!cluster[0].may_send());
  BOOST_REQUIRE(!cluster[0].unsaved.empty());
  cluster[0].unsaved.front()(cluster.now());
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(the_side_that_may_not_tell_leaves_no_trace_that_hides_what_the_other_told) {
  Cluster cluster(3, true);
  cluster.lose(0);
  cluster.request(0, problem(1, kStart + kSecond));
  cluster.pass(Millis{5000});
  BOOST_TEST(!cluster[0].told(problem()).has_value());
}

// The voter is free again as soon as that other's void reaches it, and would be counted twice.
BOOST_AUTO_TEST_CASE(a_refusal_in_favour_of_one_that_has_granted_is_no_vote) {
  Cluster cluster(5, true);
  cluster[2].rule.on_ask(node_id(1), {21, problem()}, cluster.now());
  cluster.mail.clear();
  cluster[0].rule.set_present({node_id(1), node_id(2)});
  cluster[4].rule.set_present({node_id(2), node_id(3)});
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(!cluster[0].may_send());
  cluster[2].rule.on_void(node_id(1), {21, problem()});
  cluster.request(4, problem());
  cluster.deliver();
  BOOST_TEST(cluster[4].may_send());
  cluster.pass(Millis{2000});
  BOOST_TEST(!cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(who_refused_in_favour_of_one_that_has_granted_is_asked_again) {
  Cluster cluster(5, true);
  cluster[2].rule.on_ask(node_id(1), {21, problem()}, cluster.now());
  cluster.mail.clear();
  cluster[0].rule.set_present({node_id(1), node_id(2)});
  cluster.request(0, problem());
  cluster.deliver();
  cluster[2].rule.on_void(node_id(1), {21, problem()});
  cluster.pass(Millis{1100});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(what_was_granted_before_a_restart_still_binds) {
  Cluster cluster(3, true);
  cluster[2].rule.restore({problem(), node_id(1), false, 0, 0}, cluster.now());
  cluster.deaf = 1;
  cluster.request(0, problem());
  cluster.pass(Millis{3500});
  BOOST_TEST(!cluster[0].may_send());
  cluster.pass(Millis{3000});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(more_than_half_or_half_with_the_deciding_node) {
  Electorate voters{node_id(0), true, {node_id(1)}, true, std::nullopt};
  BOOST_TEST(!voters.is_majority({node_id(0)}));  // two voters have none without tie
  voters.tie = node_id(1);
  BOOST_TEST(!voters.is_majority({node_id(0)}));
  BOOST_TEST(voters.is_majority({node_id(1)}));
  voters.others = {node_id(1), node_id(2), node_id(3)};
  voters.tie.reset();
  BOOST_TEST(voters.is_majority({node_id(0), node_id(3)}));
  BOOST_TEST(!voters.is_majority({node_id(1), node_id(2)}));
  BOOST_TEST(voters.is_majority({node_id(1), node_id(2), node_id(3)}));
  BOOST_TEST(!voters.is_majority({node_id(0), node_id(8), node_id(9)}));  // strangers have no vote
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(keys)

BOOST_AUTO_TEST_CASE(the_later_key_wins_and_sent_over_open) {
  const std::vector<std::uint64_t> ranks{told_rank(problem(1), false), told_rank(problem(1), true),
                                         told_rank(problem(2), false), told_rank(recovery(), false),
                                         told_rank(recovery(), true),  told_rank(problem(1, kStart + kSecond), false)};
  BOOST_TEST(std::is_sorted(ranks.begin(), ranks.end()));
  BOOST_TEST(told_rank(problem(1, kStart), true) < told_rank(problem(1, kStart + 1), false));  // a clock that runs ahead only counts
  BOOST_TEST((std::set<std::uint64_t>(ranks.begin(), ranks.end()).size() == ranks.size()));
}

BOOST_AUTO_TEST_CASE(each_event_has_a_register_of_its_own) {
  wire::Notification began = problem();
  began.cause = 77;
  began.kind = NotificationKind::downtime_start;
  wire::Notification ended = began;
  ended.kind = NotificationKind::downtime_end;
  BOOST_TEST((told_key(began) != told_key(ended)));
  BOOST_TEST(told_key(began).item != 0U);
  BOOST_TEST(told_key(problem()).item == 0U);
  BOOST_TEST((told_key(problem()) == told_key(recovery())));
}

BOOST_AUTO_TEST_CASE(two_sides_that_counted_one_problem_from_different_starts_mean_the_same) {
  Cluster cluster(2);
  const std::uint64_t theirs = kStart + kSecond;
  cluster[1].put({problem(1, theirs), node_id(1), true, 1, 5}, {1, 1, kStart, node_id(1)});
  cluster.request(0, problem(1));
  cluster.pass(Millis{1500});
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::told);
  cluster.request(0, problem(2), 2);
  cluster.pass(Millis{1500});
  BOOST_REQUIRE(cluster[0].may_send());
  BOOST_TEST(cluster[0].verdicts.back().notification.start == theirs);
}

BOOST_AUTO_TEST_SUITE_END()
