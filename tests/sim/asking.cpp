// sim_asking --seeds A..B [--expect-failure]
// Tests R4 alone, under the hardest conditions: several nodes believe for some time that they own one object with one problem,
// messages are delayed, and one fault occurs. Judged: the problem is notified at least once, never twice without a cause, and
// soon if there is no fault.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "shared/cluster/interface/mutants.hpp"
#include "shared/cluster/notification/rule.hpp"
#include "shared/wire/codec.hpp"
#include "tests/sim/events.hpp"
#include "tests/sim/random.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;
using sim::Events;
using sim::Random;

enum class Mishap { none, death, cut, pause, pair, handed_over };
constexpr int kMishaps = 6;

constexpr Millis kEnd{90'000};
constexpr Millis kInterval{1000};
constexpr Millis kDetection{3000};
constexpr Millis kSoon{4500};  // without a mishap; waiting for a grant to expire takes longer
const ObjectKey kHost{1, 0};

NodeId node_id(std::size_t number) {
  NodeId id;
  id.bytes.fill(static_cast<std::uint8_t>(number + 1));
  return id;
}

struct Telling {
  std::size_t node = 0;
  Millis at{0};
};

class World;

class Voter final : public NotificationEnvironment {
 public:
  Voter(World& world, std::size_t number, std::uint64_t seed) : world_(world), number_(number), rule(node_id(number), seed, *this) {}

  const wire::Register* find(const RegisterKey& key) const override { return key == record_key(problem()) && row_ ? &*row_ : nullptr; }
  bool decides(const ObjectKey&) const override { return owner; }
  bool notifies(const ObjectKey&) const override { return owner; }
  void pass_on(const wire::Notification&) override {}
  bool stands_before(const NodeId& one, const NodeId& other, const ObjectKey&) const override { return one < other; }
  Millis interval_of(const NodeId&) const override { return kInterval; }
  bool may_have_sent(const RegisterKey&, const wire::NotificationRecord&) const override { return true; }
  void write(const wire::NotificationRecord& told, Now) override;
  void note(const wire::NotificationRecord& told, Now) override { put(told, {0, 0, 0, told.holder}); }
  void learn(wire::Register row, const NodeId&) override { take(std::move(row)); }
  void when_safe(std::function<void(Now)> then, Now now) override { then(now); }
  void send(const NodeId& to, PeerMessage message) override;
  void answer_core(wire::NotifyVerdict verdict) override;

  static wire::Notification problem() {
    wire::Notification notification;
    notification.object = kHost;
    notification.number = 1;
    notification.start = 1000;
    return notification;
  }
  void put(const wire::NotificationRecord& told, const wire::Version& version) {
    take({kHost, wire::RegisterKind::notification, version, 0, wire::encode(told), 0, record_rank(told.notification, told.sent)});
  }
  void take(wire::Register row) {
    if (row_ && order(row, *row_) <= 0) return;
    row_ = std::move(row);
    rule.asker().record_changed(record_key(problem()));
  }
  bool is_told() const { return row_ && row_->rank % 2 == 1; }
  void want(Now now);

 private:
  World& world_;
  std::size_t number_;
  std::optional<wire::Register> row_;
  std::uint64_t writes_ = 0;

 public:
  NotificationRule rule;
  bool owner = false;
  bool alive = true;
  Millis paused_until{0};
};

class World {
 public:
  World(std::uint64_t seed, bool majority_tells) : random(seed), majority(majority_tells) {
    const std::size_t count = 2 + random.below(4);
    mishap = static_cast<Mishap>(random.below(kMishaps));
    slowest = Millis{random.between(10, 300)};
    for (std::size_t number = 0; number < count; ++number) voters.push_back(std::make_unique<Voter>(*this, number, random.nonzero()));
    for (std::size_t number = 0; number < count; ++number) {
      Electorate electorate{node_id(number), true, {}, majority, node_id(0)};
      for (std::size_t other = 0; other < count; ++other) {
        if (other != number) electorate.others.insert(node_id(other));
      }
      voters[number]->rule.asker().set_electorate(std::move(electorate));
    }
  }

  std::string run();
  Now now(std::size_t) const { return {SteadyTime{events.now() + Millis{1'000'000}}, WallTime{Millis{1'700'000'000'000} + events.now()}}; }

  // Runs a step of a node: later if the node is paused, never after its end.
  void at_node(std::size_t number, std::function<void()> step) {
    Voter& voter = *voters[number];
    if (!voter.alive) return;
    if (voter.paused_until > events.now()) return events.at(voter.paused_until, [this, number, step] { at_node(number, step); });
    step();
  }
  void carry(std::size_t from, std::size_t to, std::function<void()> arrive) {
    Millis& last = arrivals[{from, to}];
    last = std::max(last, events.now() + random.between(Millis{1}, slowest));
    events.at(last, [this, from, to, arrive] {
      if (is_linked(from, to) && voters[from]->alive) at_node(to, arrive);
    });
  }
  bool is_linked(std::size_t from, std::size_t to) const {
    if (events.now() < cut_from || events.now() >= cut_until) return true;
    if (cut_pair) return !((from == cut_node && to == cut_other) || (from == cut_other && to == cut_node));
    return from != cut_node && to != cut_node;
  }
  void tick(std::size_t number);
  void note_present(std::size_t number);
  void go_wrong();
  std::string judge() const;

  Random random;
  Events events;
  bool majority = false;
  Mishap mishap = Mishap::none;
  Millis slowest{0};
  std::vector<std::unique_ptr<Voter>> voters;
  std::map<std::pair<std::size_t, std::size_t>, Millis> arrivals;
  std::map<std::pair<std::size_t, std::size_t>, Millis> heard;
  std::size_t cut_node = 0;
  std::size_t cut_other = 0;
  bool cut_pair = false;
  Millis cut_from{Millis::max()};
  Millis cut_until{Millis::max()};
  Millis first_wanted{Millis::max()};
  std::vector<Telling> tellings;
};

void Voter::write(const wire::NotificationRecord& told, Now) {
  put(told, {1, 1, ++writes_, node_id(number_)});
  for (std::size_t other = 0; other < world_.voters.size(); ++other) {
    if (other != number_) world_.carry(number_, other, [this, other, row = *row_] { world_.voters[other]->take(row); });
  }
}

void Voter::send(const NodeId& to, PeerMessage message) {
  const std::size_t other = to.bytes[0] - 1U;
  world_.carry(number_, other, [this, other, message = std::move(message)] {
    Voter& voter = *world_.voters[other];
    const Now now = world_.now(other);
    if (const auto* ask = std::get_if<wire::NotifyAsk>(&message)) voter.rule.on_ask(node_id(number_), *ask, now);
    if (const auto* reply = std::get_if<wire::NotifyReply>(&message)) voter.rule.asker().on_reply(node_id(number_), *reply, now);
    if (const auto* word = std::get_if<wire::NotifyVoid>(&message)) voter.rule.voter().on_void(node_id(number_), *word);
  });
}

// The module: sends what is granted a moment later, if the grant is still valid.
void Voter::answer_core(wire::NotifyVerdict verdict) {
  if (verdict.decision != wire::NotifyDecision::send) return;
  const Millis granted = world_.events.now();
  const Millis takes = world_.random.between(Millis{1}, Millis{50});
  world_.events.after(takes, [this, granted, verdict = std::move(verdict)] {
    world_.at_node(number_, [this, granted, verdict] {
      const bool good = owner && (kMutant == Mutant::grant_outliving || world_.events.now() - granted < Millis{verdict.valid_ms});
      if (good) world_.tellings.push_back({number_, world_.events.now()});
      rule.asker().on_done({verdict.question, good, 1, verdict.notification, false, {}}, world_.now(number_));
    });
  });
}

void Voter::want(Now now) {
  if (owner && !is_told() && !rule.asker().asks(record_key(problem()))) rule.asker().on_request({1, problem(), 1}, now);
}

// A node that was paused first reads everything that has arrived, and does not regard others as silent because of its own pause (R2).
void World::tick(std::size_t number) {
  if (const Millis until = voters[number]->paused_until; until > events.now()) {
    return events.at(until + Millis{1}, [this, number] {
      for (std::size_t other = 0; other < voters.size(); ++other) heard[{number, other}] = events.now();
      tick(number);
    });
  }
  at_node(number, [this, number] {
    note_present(number);
    voters[number]->rule.tick(now(number));
    voters[number]->want(now(number));
  });
  if (voters[number]->alive) events.after(Millis{50}, [this, number] { tick(number); });
}

void World::note_present(std::size_t number) {
  std::set<NodeId> present;
  for (std::size_t other = 0; other < voters.size(); ++other) {
    if (other != number && events.now() - heard[{number, other}] < kDetection) present.insert(node_id(other));
  }
  voters[number]->rule.asker().set_present(std::move(present));
}

void World::go_wrong() {
  const std::size_t victim = random.below(voters.size());
  const Millis at = random.between(Millis{5000}, Millis{7000});
  cut_node = victim;
  cut_other = (victim + 1) % voters.size();
  switch (mishap) {
    case Mishap::none:
      return;
    case Mishap::death:
      return events.at(at, [this, victim] { voters[victim]->alive = false; });
    case Mishap::pause:
      return events.at(at, [this, victim, length = random.between(Millis{500}, Millis{30'000})] {
        voters[victim]->paused_until = events.now() + length;
      });
    case Mishap::cut:
    case Mishap::pair:
      cut_pair = mishap == Mishap::pair;
      cut_from = at;
      cut_until = random.between(Millis{30'000}, Millis{50'000});
      return;
    case Mishap::handed_over:
      // The nodes own it one after the other, each while the previous one is still asking.
      for (std::size_t number = 0; number < voters.size(); ++number) {
        const Millis from = Millis{6000} + static_cast<std::int64_t>(number) * slowest;
        events.at(from, [this, number] {
          for (auto& voter : voters) voter->owner = false;
          voters[number]->owner = true;
          first_wanted = events.now();
          at_node(number, [this, number] { voters[number]->want(now(number)); });
        });
      }
  }
}

std::string World::run() {
  for (std::size_t number = 0; number < voters.size(); ++number) {
    events.at(random.between(Millis{0}, Millis{50}), [this, number] { tick(number); });
    for (Millis at = random.between(Millis{0}, kInterval); at < kEnd; at += kInterval) {
      events.at(at, [this, number] {
        at_node(number, [this, number] {
          for (std::size_t other = 0; other < voters.size(); ++other) {
            if (other != number) carry(number, other, [this, number, other] { heard[{other, number}] = events.now(); });
          }
        });
      });
    }
  }
  go_wrong();
  for (std::size_t number = 0; number < voters.size() && mishap != Mishap::handed_over; ++number) {
    if (number > 0 && random.chance(30)) continue;
    const Millis from = Millis{6000} + random.between(Millis{0}, random.chance(70) ? Millis{600} : Millis{20'000});
    first_wanted = std::min(first_wanted, from);
    events.at(from, [this, number] { voters[number]->owner = true; });
  }
  // In the end every surviving node owns it.
  events.at(Millis{60'000}, [this] {
    for (auto& voter : voters) voter->owner = true;
  });
  events.run(kEnd, [] { return false; });
  return judge();
}

std::string World::judge() const {
  static const char* const kNames[] = {"no mishap", "a death", "a cut", "a pause", "one link cut", "handed over"};
  const std::string what = std::string(" with ") + kNames[static_cast<int>(mishap)] + ", " + std::to_string(voters.size()) + " nodes";
  // Of two nodes, the one whose vote decides is dead.
  const bool may_be_silent = majority && mishap == Mishap::death && voters.size() == 2 && cut_node == 0;
  if (tellings.empty()) return may_be_silent ? "" : "told nobody" + what;
  const bool may_repeat = mishap == Mishap::death || mishap == Mishap::cut || (mishap == Mishap::pair && voters.size() == 2);
  if (tellings.size() > 1 && !may_repeat) return "told " + std::to_string(tellings.size()) + " times" + what;
  const bool undisturbed = mishap == Mishap::none || mishap == Mishap::handed_over;
  if (undisturbed && tellings.front().at - first_wanted > kSoon) {
    return "told only after " + std::to_string((tellings.front().at - first_wanted).count()) + " ms" + what;
  }
  return "";
}

}  // namespace

int main(int count, char** words) {
  std::uint64_t first = 1;
  std::uint64_t last = 1000;
  bool expect_failure = false;
  for (int at = 1; at < count; ++at) {
    const std::string word = words[at];
    if (word == "--expect-failure") expect_failure = true;
    if (const std::size_t dots = word.find(".."); dots != std::string::npos) {
      first = std::stoull(word);
      last = std::stoull(word.substr(dots + 2));
    }
  }
  std::size_t failed = 0;
  for (std::uint64_t seed = first; seed <= last && (failed == 0 || !expect_failure); ++seed) {
    for (const bool majority : {false, true}) {
      const std::string failure = World(seed, majority).run();
      if (failure.empty()) continue;
      ++failed;
      if (!expect_failure) std::cout << "FAILED seed " << seed << (majority ? " (majority)" : " (every side)") << ": " << failure << "\n";
    }
  }
  std::cout << failed << " failed\n";
  return (failed > 0) == expect_failure ? 0 : 1;
}
