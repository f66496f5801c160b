// R4 with a voter that lies: refusals without proof delay a notification for seconds, and suppress none.
#include "tests/unit/cluster_notification_support.hpp"

using namespace merlin;
using namespace merlin::cluster;

namespace {

// Node 1 answers every question with the same vote, and proves nothing.
struct Liar : Cluster {
  explicit Liar(wire::NotifyVote says, bool majority = false) : Cluster(3, majority), vote(says) {}

  void lie() {
    for (auto one = mail.begin(); one != mail.end();) {
      const auto* ask = std::get_if<wire::NotifyAsk>(&one->message);
      if (one->to != 1 || ask == nullptr) {
        ++one;
        continue;
      }
      const wire::NotifyReply reply{ask->question, vote, node_id(1), {}};
      const std::size_t asker = one->from;
      mail.erase(one);
      sites[asker]->rule.asker().on_reply(node_id(1), reply, now());
      one = mail.begin();
    }
  }
  // Time until the module may send; empty: not within a minute.
  std::optional<Millis> delay() {
    for (const Millis begin = clock; clock - begin < Millis{60'000}; clock += Millis{50}) {
      for (auto& site : sites) site->rule.tick(now());
      lie();
      deliver();
      if (sites[0]->may_send()) return clock - begin;
    }
    return std::nullopt;
  }
  bool names(std::size_t number) const { return sites[0]->rule.asker().doubted().recent(SteadyTime{clock}).contains(node_id(number)); }

  wire::NotifyVote vote;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(doubts)

BOOST_AUTO_TEST_CASE(a_voter_that_always_answers_sent_silences_nothing) {
  Liar cluster(wire::NotifyVote::sent);
  cluster.request(0, problem());
  const auto delay = cluster.delay();
  BOOST_REQUIRE(delay.has_value());
  BOOST_TEST(delay->count() < 5'000);
  BOOST_TEST(cluster.names(1));
  BOOST_TEST(!cluster.names(2));
}

BOOST_AUTO_TEST_CASE(who_is_known_for_it_does_not_delay_the_next_notification) {
  Liar cluster(wire::NotifyVote::sent);
  cluster.request(0, problem());
  BOOST_REQUIRE(cluster.delay().has_value());
  cluster.done(0, true);
  cluster[0].verdicts.clear();
  cluster.request(0, problem(2), 2);
  const auto delay = cluster.delay();
  BOOST_REQUIRE(delay.has_value());
  BOOST_TEST(delay->count() <= 100);
}

BOOST_AUTO_TEST_CASE(a_voter_that_always_answers_stale_silences_nothing) {
  Liar cluster(wire::NotifyVote::stale);
  cluster.request(0, problem());
  BOOST_TEST(cluster.delay().has_value());
}

BOOST_AUTO_TEST_CASE(a_voter_that_always_says_that_it_is_the_holder_silences_nothing) {
  Liar cluster(wire::NotifyVote::holder);
  cluster.request(0, problem());
  const auto delay = cluster.delay();
  BOOST_REQUIRE(delay.has_value());
  BOOST_TEST(delay->count() > 10'000);
  BOOST_TEST(cluster.names(1));
}

BOOST_AUTO_TEST_CASE(a_majority_without_the_liar_sends) {
  Liar cluster(wire::NotifyVote::sent, true);
  cluster.request(0, problem());
  BOOST_TEST(cluster.delay().has_value());
}

BOOST_AUTO_TEST_CASE(a_record_of_who_cannot_have_sent_it_is_none) {
  Cluster cluster(3);
  for (auto& site : cluster.sites) site->implausible = node_id(2);
  for (auto& site : cluster.sites) site->put({problem(), node_id(2), true, 1, 5}, {1, 1, kStart, node_id(2)});
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
}

// The voter believes the record, and shows it: the voter does not lie.
BOOST_AUTO_TEST_CASE(a_voter_that_shows_another_nodes_forged_record_is_not_blamed) {
  Cluster cluster(3);
  cluster[0].implausible = node_id(2);
  cluster[1].put({problem(), node_id(2), true, 1, 5}, {1, 1, kStart, node_id(2)});
  cluster.request(0, problem());
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
  const auto doubted = cluster[0].rule.asker().doubted().recent(cluster.now().steady);
  BOOST_TEST(doubted.contains(node_id(2)));
  BOOST_TEST(!doubted.contains(node_id(1)));
}

BOOST_AUTO_TEST_SUITE_END()
