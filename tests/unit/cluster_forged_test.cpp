// What a node sends in the name of another: records that their holder cannot have sent, and relayed messages (R4, I9).
#include "tests/unit/cluster_hostile_support.hpp"

using namespace hostile_test;
using namespace merlin;
using namespace merlin::cluster;

// ---- a record whose holder cannot have sent it

namespace {

// A problem that began after our core became the owner of the host, while the peer was active and claimed nothing.
struct Forged : Hostile {
  Forged() {
    pass(2'000);
    problem.object = kWeb;
    problem.number = 1;
    problem.start = stamp(now - 500);
    problem.state = 1;
    wire::CheckRegister check;
    check.current_state = check.state_type = 1;
    check.last_hard_ok_hlc = problem.start;
    wire::Register down = row({term(), 1, stamp(now), kSelf});
    down.value = wire::encode(check);
    take(node.receive_core(wire::CoreRows{{down}, 1, wire::CoreRowsKind::write, 1}, now_at(now)));
  }
  // The peer grants every request.
  bool is_let_send() {
    bool sends = false;
    const auto look = [&](const Actions& actions) {
      std::vector<std::uint64_t> asked;
      for (const Action& action : actions) {
        if (const auto* said = std::get_if<SendToCore>(&action)) {
          const auto* verdict = std::get_if<wire::NotifyVerdict>(&said->message);
          sends = sends || (verdict != nullptr && verdict->decision == wire::NotifyDecision::send);
        }
        const auto* sent = std::get_if<SendToPeer>(&action);
        const auto* ask = sent == nullptr ? nullptr : std::get_if<wire::NotifyAsk>(&sent->message);
        if (ask != nullptr) asked.push_back(ask->question);
      }
      return asked;
    };
    const auto answer = [&](const std::vector<std::uint64_t>& asked) {
      for (const std::uint64_t question : asked) {
        wire::NotifyReply grant;
        grant.question = question;
        look(node.receive(kPeer, grant, now_at(now)));
      }
    };
    answer(look(node.receive_core(wire::NotifyRequest{1, problem, 1}, now_at(now))));
    for (const int until = now + 2'000; now < until && !sends; now += 50) answer(look(heartbeat()));
    return sends;
  }
  wire::Notification problem;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_forged_record_does_not_silence_the_owner, Forged) {
  sends(record(problem, true, kPeer, {term(), 1, stamp(now), kPeer}));
  BOOST_TEST(rows() == 2U);
  BOOST_TEST(is_let_send());
}

BOOST_FIXTURE_TEST_CASE(nor_does_it_once_its_holder_has_left, Forged) {
  sends(record(problem, true, kPeer, {term(), 1, stamp(now), kPeer}));
  node.link_down(kPeer, true, now_at(now));
  node.set_settings(settings({}), now_at(now));
  BOOST_TEST(is_let_send());
}

BOOST_FIXTURE_TEST_CASE(a_record_of_who_claimed_the_host_meanwhile_counts, Forged) {
  wire::Claims claims;
  claims.node_id = kPeer;
  claims.whole = true;
  claims.instance = 5;
  claims.number = 1;
  claims.added = {kWeb.host};
  take(node.receive(kPeer, claims, now_at(now)));
  sends(record(problem, true, kPeer, {term(), 1, stamp(now), kPeer}));
  BOOST_TEST(!is_let_send());
}

// ---- data in the name of another node

namespace {

template <class Message>
wire::Relayed relayed(const NodeId& from, const Message& message) {
  return {from, kSelf, static_cast<std::uint32_t>(Message::type_id), wire::encode(message)};
}

struct Relaying : Fixture {
  void hear(const NodeId& node_id, bool hears_third) {
    wire::Heartbeat heartbeat = heartbeat_of(node_id, ++number);
    if (hears_third) heartbeat.heard.push_back(heard(kThird, 5, 1));
    node.receive(node_id, heartbeat, now_at(now));
    node.tick(now_at(now));
  }
  std::size_t claims_of_third() const { return sees(kThird, now)->hosts_owned; }
  void claims_in_its_name() {
    wire::Claims claims;
    claims.node_id = kThird;
    claims.whole = true;
    claims.added = {1, 2, 3};
    relay(relayed(kThird, claims));
  }
  void relay(const wire::Relayed& message) {
    for (const Action& action : node.receive(kPeer, message, now_at(now))) {
      if (const auto* rejected = std::get_if<Rejected>(&action)) rejects.add(rejected->rejects);
    }
  }
  wire::Rejects rejects;
  int now = 100;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(nobody_speaks_for_a_node_whose_own_link_works, Relaying) {
  for (; now < 4'500; now += 500) hear(kThird, false);
  hear(kPeer, true);
  claims_in_its_name();
  BOOST_TEST(claims_of_third() == 0U);
  // Nor does it send a heartbeat in its name.
  wire::Heartbeat lying = heartbeat_of(kPeer, ++number);
  wire::Heard third = heard(kThird, 6, 1);
  third.number = 100;
  third.heartbeat.push_back(heartbeat_of(kThird, 100));
  third.heartbeat.front().instance = 6;
  third.heartbeat.front().core = wire::CoreHealth::gone;
  lying.heard.push_back(third);
  node.receive(kPeer, lying, now_at(now));
  node.tick(now_at(now));
  BOOST_TEST(sees(kThird, now)->active);
}

// A node that learns a moment later than we do that its link works still sends through the third node.
BOOST_FIXTURE_TEST_CASE(what_a_node_relays_before_it_knows_that_its_own_link_works_counts, Relaying) {
  hear(kThird, false);
  hear(kPeer, true);
  claims_in_its_name();
  BOOST_TEST(claims_of_third() == 3U);
}

BOOST_FIXTURE_TEST_CASE(where_its_link_is_broken_a_third_node_that_hears_it_speaks_for_it, Relaying) {
  hear(kThird, false);
  node.link_down(kThird, false, now_at(now));
  hear(kPeer, true);
  claims_in_its_name();
  BOOST_TEST(rejects.empty());
}

BOOST_FIXTURE_TEST_CASE(a_node_that_does_not_hear_it_does_not_speak_for_it, Relaying) {
  node.link_down(kThird, false, now_at(now));
  hear(kPeer, false);
  claims_in_its_name();
  BOOST_TEST(rejects.count(wire::RejectReason::relayed) == 1U);
}

// As announced by itself.
BOOST_FIXTURE_TEST_CASE(what_a_relayed_message_has_out_of_bounds_is_counted, Relaying) {
  hear(kThird, false);
  node.link_down(kThird, false, now_at(now));
  hear(kPeer, true);
  wire::Register comment = row({1, 1, stamp(now), kThird}, 0, wire::RegisterKind::comment);
  wire::CommentRegister content;
  content.expire_s = std::int64_t{1} << 62;
  comment.value = wire::encode(content);
  relay(relayed(kThird, wire::Rows{77, 1, wire::RowStream::live, {comment}}));
  BOOST_TEST(rejects.count(wire::RejectReason::time) == 1U);
  relay({kThird, kSelf, static_cast<std::uint32_t>(wire::Rows::type_id), "\xff"});
  BOOST_TEST(rejects.count(wire::RejectReason::unreadable) == 1U);
  BOOST_TEST(node.view(now_at(now)).rows == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_order_is_taken_over_the_own_link_alone, Relaying) {
  hear(kThird, false);
  node.link_down(kThird, false, now_at(now));
  hear(kPeer, true);
  const auto phase = [&] { return node.view(now_at(now)).nodes.front().phase; };
  relay(relayed(kThird, wire::Order{wire::OrderKind::drain}));
  BOOST_TEST(rejects.count(wire::RejectReason::relayed) == 1U);
  BOOST_TEST((phase() != wire::NodePhase::drained));
  node.receive(kPeer, wire::Order{wire::OrderKind::drain}, now_at(now));
  BOOST_TEST((phase() == wire::NodePhase::drained));
}
