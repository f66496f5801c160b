// R4, the voters: to which node they grant a notification, for how long, and how many grants are enough.
#include "tests/unit/cluster_notification_support.hpp"

using namespace merlin;
using namespace merlin::cluster;

BOOST_AUTO_TEST_SUITE(voting)

BOOST_AUTO_TEST_CASE(a_later_hard_ok_makes_it_stale_and_the_asker_learns_that) {
  Cluster cluster(2);
  cluster[1].is_checked(0, kStart + kSecond);
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(!cluster[0].rule.asker().asks(record_key(problem())));
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::drop);
}

// The owner's results are a sequence: problem and recovery in one turn of its core's loop are both notified, in order.
BOOST_AUTO_TEST_CASE(what_the_askers_own_core_has_found_since_does_not_make_it_stale) {
  Cluster cluster(3);
  for (std::size_t number = 0; number < 3; ++number) cluster[number].is_checked(0, kStart + kSecond, node_id(0));
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
  BOOST_TEST((cluster[0].verdicts.back().notification.kind == NotificationKind::problem));
  cluster.done(0, true);
  cluster.replicate(0);
  cluster.request(0, recovery(), 2);
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
  BOOST_TEST((cluster[0].verdicts.back().notification.kind == NotificationKind::recovery));
}

// A voter may be asked for the next problem while it has the recovery before it as open.
BOOST_AUTO_TEST_CASE(the_problem_after_an_open_recovery_of_the_same_node_is_another_one) {
  const auto grants = [](std::size_t holder) {
    Cluster cluster(3);
    cluster[1].is_checked(0, kStart + 3 * kSecond, node_id(0));
    cluster[1].put({recovery(), node_id(holder), false, 0, 0}, {1, 1, kStart + 2 * kSecond, node_id(holder)});
    cluster.request(0, problem(1, kStart + kSecond));
    cluster.deliver();
    return cluster[0].may_send();
  };
  BOOST_TEST(grants(0));
  BOOST_TEST(!grants(2), "another node has notified of it, and counts it from an earlier start");
}

// A core whose object stops flapping with its recovery asks for that twice.
BOOST_AUTO_TEST_CASE(a_recovery_is_notified_once_although_a_later_start_is_asked_for) {
  Cluster cluster(2);
  cluster[0].is_checked(0, kStart + kSecond, node_id(0));
  cluster.request(0, recovery());
  cluster.deliver();
  cluster.done(0, true);
  cluster.request(0, recovery(1, kStart + kSecond), 2);
  cluster.deliver();
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::told);
}

BOOST_AUTO_TEST_CASE(what_its_core_finds_while_it_asks_does_not_end_the_question) {
  Cluster cluster(3);
  cluster.request(0, problem());
  for (std::size_t number = 0; number < 3; ++number) cluster[number].is_checked(0, kStart + kSecond, node_id(0));
  BOOST_TEST(cluster[0].rule.asker().asks(record_key(problem())));
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(what_another_core_has_found_ends_the_question) {
  Cluster cluster(3);
  cluster.request(0, problem());
  cluster[0].is_checked(0, kStart + kSecond, node_id(1));
  BOOST_TEST(!cluster[0].rule.asker().asks(record_key(problem())));
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::drop);
}

// A node that had to wait notifies only what is still true.
BOOST_AUTO_TEST_CASE(a_problem_that_was_held_back_and_is_over_is_dropped) {
  Cluster cluster(3, true);
  cluster.lose(1);
  cluster[0].rule.asker().set_present({});
  cluster.request(0, problem());
  cluster[0].is_checked(0, kStart + kSecond, node_id(0));
  BOOST_TEST(!cluster[0].rule.asker().asks(record_key(problem())));
  BOOST_TEST(cluster[0].verdicts.back().decision == NotifyDecision::drop);
}

// The request was in order, but the answers were late.
BOOST_AUTO_TEST_CASE(a_problem_that_is_over_is_asked_for_once) {
  Cluster cluster(3, true);
  cluster.deaf = 1;
  cluster[0].rule.asker().set_present({node_id(1)});
  cluster.request(0, problem());
  cluster[0].is_checked(0, kStart + kSecond, node_id(0));
  BOOST_TEST(cluster[0].rule.asker().asks(record_key(problem())));
  cluster.pass(Millis{7'000});
  BOOST_TEST(!cluster[0].rule.asker().asks(record_key(problem())));
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

BOOST_AUTO_TEST_CASE(a_grant_binds_a_heartbeat_longer_than_it_is_good) {
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
  cluster[1].rule.voter().on_void(node_id(0), {11, problem()});
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

// Two nodes that cannot hear each other notify the same problem.
BOOST_AUTO_TEST_SUITE(apart)

namespace {

// Node 1 sends the problem while node 0 is away.
struct Apart {
  Apart() {
    cluster.lose(0);
    cluster[1].is_checked(1, kStart);
    cluster.request(1, problem(2));
    cluster.deliver();
    BOOST_REQUIRE(cluster[1].may_send());
    cluster.done(1, true);
  }
  // Its end, as notified by node 0.
  void learn_end(std::int64_t sent_s, std::int64_t base_ms) {
    const wire::NotificationRecord end{recovery(2), node_id(0), true, 1, sent_s};
    const RegisterKey key = record_key(end.notification);
    cluster[1].take(
        {key.object, key.kind, {1, 1, kStart, node_id(0)}, base_ms, wire::encode(end), key.item, record_rank(end.notification, true)});
    cluster.pass(Millis{100});
  }
  bool may_notify_end() {
    cluster[1].is_checked(0, kStart + 100 * kSecond);
    cluster.request(1, recovery(2), 9);
    cluster.deliver();
    return cluster[1].may_send();
  }
  std::int64_t now_ms() const { return cluster.now().wall.time_since_epoch().count(); }
  Cluster cluster{2};
};

}  // namespace

// I6: otherwise the contacts' last notification would be the problem.
BOOST_FIXTURE_TEST_CASE(the_end_of_a_problem_is_notified_after_it_though_another_notified_it_before, Apart) {
  learn_end(1, now_ms() - 2000);
  BOOST_TEST(cluster[1].told(problem())->sent);
  BOOST_TEST((cluster[1].told(problem())->notification.kind == NotificationKind::problem));
  BOOST_TEST(may_notify_end());
}

BOOST_FIXTURE_TEST_CASE(what_a_core_notified_alone_may_have_been_before, Apart) {
  learn_end(0, now_ms() + 2000);
  BOOST_TEST(may_notify_end());
}

BOOST_FIXTURE_TEST_CASE(an_end_that_another_notified_after_it_is_not_notified_again, Apart) {
  learn_end(1, now_ms() + 2000);
  BOOST_TEST(!may_notify_end());
}

// I6: the contacts' last notification was the recovery.
BOOST_FIXTURE_TEST_CASE(a_problem_that_goes_on_is_notified_again_after_another_notified_its_end, Apart) {
  learn_end(1, now_ms() + 2000);
  cluster.request(1, problem(3), 9);
  cluster.deliver();
  BOOST_REQUIRE(cluster[1].may_send());
  BOOST_TEST(cluster[1].verdicts.back().notification.start > kStart);
}

BOOST_FIXTURE_TEST_CASE(an_end_that_another_notified_is_not_notified_again_where_all_were_asked, Apart) {
  cluster.deaf.reset();
  cluster[1].rule.asker().set_present({node_id(0)});
  cluster.request(1, problem(3), 2);
  cluster.deliver();
  cluster.done(1, true);
  learn_end(1, now_ms() - 2000);
  BOOST_TEST(!may_notify_end());
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
  // The voter received the later one first.
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
    for (auto& local_node : cluster.sites) senders += local_node->may_send() ? 1 : 0;
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
  BOOST_TEST(cluster[0].rule.asker().asks(record_key(problem())));
  BOOST_TEST(cluster[1].may_send());
}

BOOST_AUTO_TEST_CASE(what_was_held_is_told_when_the_majority_is_back) {
  Cluster cluster(3, true);
  cluster.lose(0);
  cluster.request(0, problem());
  cluster.pass(Millis{20'000});
  cluster.deaf.reset();
  cluster[0].rule.asker().set_present({node_id(1), node_id(2)});
  cluster.pass(Millis{1100});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(an_answer_comes_after_the_commit) {
  Cluster cluster(3, true);
  for (auto& local_node : cluster.sites) local_node->store_waits = true;
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

// The voter is free again when the other node's withdrawal arrives, and would be counted twice.
BOOST_AUTO_TEST_CASE(a_refusal_in_favour_of_one_that_has_granted_is_no_vote) {
  Cluster cluster(5, true);
  cluster[2].rule.on_ask(node_id(1), {21, problem()}, cluster.now());
  cluster.mail.clear();
  cluster[0].rule.asker().set_present({node_id(1), node_id(2)});
  cluster[4].rule.asker().set_present({node_id(2), node_id(3)});
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(!cluster[0].may_send());
  cluster[2].rule.voter().on_void(node_id(1), {21, problem()});
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
  cluster[0].rule.asker().set_present({node_id(1), node_id(2)});
  cluster.request(0, problem());
  cluster.deliver();
  cluster[2].rule.voter().on_void(node_id(1), {21, problem()});
  cluster.pass(Millis{1100});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(what_was_granted_before_a_restart_still_binds) {
  Cluster cluster(3, true);
  cluster[2].rule.voter().restore({problem(), node_id(1), false, 0, 0}, cluster.now());
  cluster.deaf = 1;
  cluster.request(0, problem());
  cluster.pass(Millis{3500});
  BOOST_TEST(!cluster[0].may_send());
  cluster.pass(Millis{3000});
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(more_than_half_or_half_with_the_deciding_node) {
  Electorate voters{node_id(0), true, {node_id(1)}, true, std::nullopt};
  BOOST_TEST(!voters.is_majority({node_id(0)}));  // two voters have no majority without `tie`
  voters.tie = node_id(1);
  BOOST_TEST(!voters.is_majority({node_id(0)}));
  BOOST_TEST(voters.is_majority({node_id(1)}));
  voters.others = {node_id(1), node_id(2), node_id(3)};
  voters.tie.reset();
  BOOST_TEST(voters.is_majority({node_id(0), node_id(3)}));
  BOOST_TEST(!voters.is_majority({node_id(1), node_id(2)}));
  BOOST_TEST(voters.is_majority({node_id(1), node_id(2), node_id(3)}));
  BOOST_TEST(!voters.is_majority({node_id(0), node_id(8), node_id(9)}));  // unknown nodes have no vote
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(keys)

BOOST_AUTO_TEST_CASE(the_later_key_wins_and_sent_over_open) {
  const std::vector<std::uint64_t> ranks{record_rank(problem(1), false), record_rank(problem(1), true),
                                         record_rank(problem(2), false), record_rank(recovery(), false),
                                         record_rank(recovery(), true),  record_rank(problem(1, kStart + kSecond), false)};
  BOOST_TEST(std::is_sorted(ranks.begin(), ranks.end()));
  BOOST_TEST(record_rank(problem(1, kStart), true) < record_rank(problem(1, kStart + 1), false));  // even if a clock that is ahead wrote it
  BOOST_TEST((std::set<std::uint64_t>(ranks.begin(), ranks.end()).size() == ranks.size()));
}

BOOST_AUTO_TEST_CASE(each_event_has_a_register_of_its_own) {
  wire::Notification began = problem();
  began.cause = 77;
  began.kind = NotificationKind::downtime_start;
  wire::Notification ended = began;
  ended.kind = NotificationKind::downtime_end;
  BOOST_TEST((record_key(began) != record_key(ended)));
  BOOST_TEST(record_key(began).item != 0U);
  BOOST_TEST(record_key(problem()).item == 0U);
  BOOST_TEST((record_key(problem()) == record_key(recovery())));
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
