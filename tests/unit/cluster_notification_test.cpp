// R4, sentence by sentence: of several nodes that believe to own an object one tells, and none stays silent for fear of
// another.
#include <boost/test/unit_test.hpp>
#include <deque>
#include <memory>
#include <ostream>

#include "base/hash.hpp"
#include "cluster/notification_rule.hpp"
#include "cluster/versions.hpp"
#include "wire/codec.hpp"

namespace merlin::wire {
std::ostream& operator<<(std::ostream& out, NotifyDecision decision) { return out << static_cast<int>(decision); }
}  // namespace merlin::wire

namespace {

using namespace merlin;
using namespace merlin::cluster;
using wire::NotificationKind;
using wire::NotifyDecision;

constexpr std::uint64_t kStart = std::uint64_t{1'700'000'000'000} << 16;
constexpr std::uint64_t kSecond = std::uint64_t{1000} << 16;
const ObjectKey kHost{host_key("web"), 0};

NodeId node_id(std::size_t number) {
  NodeId id;
  id.bytes.fill(static_cast<std::uint8_t>(number + 1));
  return id;
}

wire::Notification problem(std::uint32_t number = 1, std::uint64_t start = kStart) {
  wire::Notification notification;
  notification.object = kHost;
  notification.number = number;
  notification.start = start;
  notification.state = 1;
  notification.notified_on = 2;
  return notification;
}

wire::Notification recovery(std::uint32_t number = 1, std::uint64_t start = kStart) {
  wire::Notification notification = problem(number, start);
  notification.kind = NotificationKind::recovery;
  notification.state = 0;
  return notification;
}

struct Cluster;

// One node: its table is the registers themselves.
struct Site final : NotificationOutside {
  Site(Cluster& all, std::size_t place) : cluster(all), number(place), rule(node_id(place), place + 1, *this) {}

  const wire::Register* find(const RegisterKey& key) const override {
    const auto found = rows.find(key);
    return found == rows.end() ? nullptr : &found->second;
  }
  bool runs(const ObjectKey&) const override { return owner; }
  bool tells(const ObjectKey&) const override { return teller.value_or(owner); }
  void pass_on(const wire::Notification& notification) override { passed_on.push_back(notification); }
  bool stands_before(const NodeId& one, const NodeId& other, const ObjectKey&) const override { return one < other; }
  Millis interval_of(const NodeId&) const override { return Millis{1000}; }
  void write(const wire::ToldRegister& told, Now) override;
  void note(const wire::ToldRegister& told, Now) override { put(told, {0, 0, 0, told.holder}); }
  void learn(wire::Register row, const NodeId&) override { take(std::move(row)); }
  void when_safe(std::function<void(Now)> then, Now now) override {
    if (store_waits) {
      unsaved.push_back(std::move(then));
    } else {
      then(now);
    }
  }
  void send(const NodeId& to, PeerMessage message) override;
  void answer_core(wire::NotifyVerdict verdict) override { verdicts.push_back(std::move(verdict)); }

  void put(const wire::ToldRegister& told, const wire::Version& version) {
    const RegisterKey key = told_key(told.notification);
    wire::Register row{key.object, key.kind, version, 0, wire::encode(told), key.item, told_rank(told.notification, told.sent)};
    take(std::move(row));
  }
  void take(wire::Register row) {
    const RegisterKey key = key_of(row);
    const auto found = rows.find(key);
    if (found != rows.end() && order(row, found->second) <= 0) return;
    rows[key] = std::move(row);
    rule.told_changed({key.object, wire::RegisterKind::told, key.item});
  }
  void is_checked(int state, std::uint64_t last_hard_ok) {
    wire::CheckRegister check;
    check.current_state = state;
    check.state_type = 1;
    check.last_hard_ok_hlc = last_hard_ok;
    take({kHost, wire::RegisterKind::check, {1, 1, ++writes, {}}, 0, wire::encode(check), 0, 0});
  }
  std::optional<wire::ToldRegister> told(const wire::Notification& notification) const {
    const wire::Register* row = find(told_key(notification));
    return row == nullptr ? std::nullopt : std::optional{*wire::decode<wire::ToldRegister>(row->value)};
  }
  bool may_send() const { return !verdicts.empty() && verdicts.back().decision == NotifyDecision::send; }

  Cluster& cluster;
  std::size_t number;
  NotificationRule rule;
  std::map<RegisterKey, wire::Register> rows;
  std::vector<wire::NotifyVerdict> verdicts;
  std::vector<std::function<void(Now)>> unsaved;
  bool owner = false;
  std::optional<bool> teller;  // none: who owns tells
  std::vector<wire::Notification> passed_on;
  bool store_waits = false;
  std::uint64_t writes = kStart;
};

struct Cluster {
  explicit Cluster(std::size_t count, bool majority = false) {
    for (std::size_t number = 0; number < count; ++number) sites.push_back(std::make_unique<Site>(*this, number));
    for (auto& site : sites) {
      Electorate voters{node_id(site->number), true, {}, majority, std::nullopt};
      for (const auto& other : sites) {
        if (other != site) voters.others.insert(node_id(other->number));
      }
      site->rule.set_present(voters.others);
      site->rule.set_electorate(std::move(voters));
    }
  }

  Site& operator[](std::size_t number) { return *sites[number]; }
  Now now() const { return {SteadyTime{clock}, WallTime{Millis{1'700'000'000'000} + clock}}; }

  void request(std::size_t number, const wire::Notification& notification, std::uint64_t request = 1) {
    sites[number]->owner = true;
    sites[number]->rule.on_request({request, notification, 1}, now());
  }
  // What is under way arrives, but for what goes from or to `deaf`.
  void deliver() {
    for (std::size_t turns = 0; !mail.empty() && turns < 1000; ++turns) {
      auto [from, to, message] = std::move(mail.front());
      mail.pop_front();
      if (from == deaf || to == deaf) continue;
      Site& site = *sites[to];
      if (const auto* ask = std::get_if<wire::NotifyAsk>(&message)) site.rule.on_ask(node_id(from), *ask, now());
      if (const auto* reply = std::get_if<wire::NotifyReply>(&message)) site.rule.on_reply(node_id(from), *reply, now());
      if (const auto* word = std::get_if<wire::NotifyVoid>(&message)) site.rule.on_void(node_id(from), *word);
    }
  }
  void pass(Millis time) {
    for (const Millis end = clock + time; clock < end;) {
      clock += Millis{50};
      for (auto& site : sites) site->rule.tick(now());
      deliver();
    }
  }
  // What one node wrote reaches the others.
  void replicate(std::size_t from) {
    for (auto& site : sites) {
      for (const auto& [key, row] : sites[from]->rows) {
        if (site->number != from && from != deaf && site->number != deaf) site->take(row);
      }
    }
  }
  // Neither sent nor filtered: the module has refused.
  void done(std::size_t number, bool sent, bool filtered = false) {
    const wire::NotifyVerdict& verdict = sites[number]->verdicts.back();
    sites[number]->rule.on_done({verdict.question, sent, sent ? 2U : 0U, verdict.notification, filtered}, now());
  }
  void lose(std::size_t number) {
    deaf = number;
    for (auto& site : sites) {
      std::set<NodeId> present;
      for (const auto& other : sites) {
        if (other != site && other->number != number && site->number != number) present.insert(node_id(other->number));
      }
      site->rule.set_present(std::move(present));
    }
  }

  struct Mail {
    std::size_t from;
    std::size_t to;
    PeerMessage message;
  };
  Millis clock{1'000'000};
  std::optional<std::size_t> deaf;
  std::deque<Mail> mail;
  std::vector<std::unique_ptr<Site>> sites;
};

void Site::write(const wire::ToldRegister& told, Now) { put(told, {1, 1, ++writes, node_id(number)}); }

void Site::send(const NodeId& to, PeerMessage message) {
  for (const auto& site : cluster.sites) {
    if (node_id(site->number) == to) cluster.mail.push_back({number, site->number, std::move(message)});
  }
}

template <class Message>
std::size_t count(const std::deque<Cluster::Mail>& mail) {
  return static_cast<std::size_t>(
      std::count_if(mail.begin(), mail.end(), [](const auto& one) { return std::holds_alternative<Message>(one.message); }));
}

}  // namespace

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
  BOOST_TEST(verdict.valid_ms == 4000U);  // three beats and a second
  BOOST_TEST((verdict.notification.object == kHost));
}

BOOST_AUTO_TEST_CASE(alone_it_is_sent_at_once) {
  Cluster cluster(1);
  cluster.request(0, problem());
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(who_does_not_run_the_object_is_told_to_drop_it) {
  Cluster cluster(2);
  cluster[0].rule.on_request({3, problem(), 1}, cluster.now());
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
  BOOST_TEST(cluster[0].verdicts[0].notification.number == 2U);  // the core counts on from there
  cluster.request(0, problem(3), 2);
  BOOST_TEST(cluster[0].rule.asks(told_key(problem())));
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
  BOOST_TEST(!cluster[0].rule.asks(told_key(problem())), "its core says so");
  cluster.request(0, problem(), 2);
  cluster.deliver();
  BOOST_TEST(cluster[0].may_send());
}

BOOST_AUTO_TEST_CASE(a_word_of_a_question_that_nobody_knows_any_more_is_still_written) {
  Cluster cluster(2);
  cluster[0].rule.on_done({99, true, 3, problem()}, cluster.now());
  BOOST_TEST(cluster[0].told(problem())->sent);
}

BOOST_AUTO_TEST_SUITE_END()

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
  cluster[0].rule.set_present({node_id(1), node_id(2)});
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
  BOOST_TEST(cluster[0].rule.asks(told_key(problem())));
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
  cluster[0].rule.core_lost();
  BOOST_TEST(!cluster[0].rule.asks(told_key(problem())));
  cluster[0].owner = false;
  cluster.request(1, problem());
  cluster.pass(Millis{7000});
  BOOST_TEST(cluster[1].may_send());
}

BOOST_AUTO_TEST_CASE(what_the_module_refuses_is_asked_for_again_after_a_beat) {
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
    BOOST_TEST(cluster[0].rule.questions() == 0U);
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
  cluster[1].rule.owe(cluster[0].passed_on.front(), cluster.now());
  cluster.pass(Millis{200});
  BOOST_REQUIRE(cluster[1].may_send());
  BOOST_TEST(cluster[1].verdicts.back().delegated, "its core does not run the object");
  cluster.done(1, true);
  cluster[1].rule.owe(cluster[0].passed_on.front(), cluster.now());
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
  cluster[1].rule.owe(problem(), cluster.now());
  cluster.pass(Millis{2000});
  BOOST_TEST(cluster[1].verdicts.empty());
  BOOST_TEST(cluster[1].rule.questions() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_passed_on_ends_with_its_reason) {
  Cluster cluster(2);
  cluster[0].teller = false;
  cluster.request(0, problem());
  cluster[0].is_checked(0, kStart + kSecond);
  BOOST_TEST(cluster[0].rule.questions() == 0U);
  cluster.pass(Millis{10'000});
  BOOST_TEST(cluster[0].passed_on.size() == 1U);
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
