// The asker (R4). If several nodes believe that they own an object, it ensures that one of them notifies, and not all or none. It
// asks every voter that can be reached, and lets the module send what they have granted.
//
//   request -> (waiting ->) asking -> granted to the module -> done
//   request -> passed on -> sent by another node, if this one does not notify
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "shared/cluster/notification/doubted_voters.hpp"
#include "shared/cluster/notification/electorate.hpp"
#include "shared/cluster/notification/environment.hpp"
#include "shared/cluster/notification/facts.hpp"
#include "shared/cluster/notification/sent_apart.hpp"
#include "shared/cluster/notification/voter.hpp"

namespace merlin::cluster {

inline constexpr Millis kAnswerMargin{800};      // of ask_timeout: left for the module if not all voters have answered
inline constexpr Millis kRefusedPatience{1000};  // a node in whose favour a voter refuses may still grant us until then
inline constexpr int kHeartbeatsToPassOn = 3;    // then a request that was passed on is repeated
inline constexpr Millis kShortestWait{300};      // before asking again: a random time between these two
inline constexpr Millis kLongestWait{1000};
inline constexpr unsigned kUnprovenRefusals = 3;  // of one voter to one question; then they no longer count
inline constexpr unsigned kHeldRefusals = 8;      // in favour of holders without a record, over four leases
inline constexpr std::size_t kMostQuestions = 100'000;

class NotificationAsker final : public RivalAsker {
 public:
  // `seed` is unique to this process: question numbers are derived from it. `environment`, and `own_vote`,
  // the voter of this node, must outlive this.
  NotificationAsker(NodeId self, std::uint64_t seed, NotificationEnvironment& environment, const NotificationVoter& own_vote)
      : self_(self), seed_(seed), environment_(environment), facts_(environment), own_vote_(own_vote) {}

  void set_electorate(Electorate electorate) { electorate_ = std::move(electorate); }
  // The voters whose daemons can be asked now, without self; they count from the next tick.
  void set_present(std::set<NodeId> present) { present_ = std::move(present); }

  // A request of our core.
  void on_request(const wire::NotifyRequest& request, Now now);
  // A request of the daemon itself: an owed notification, or one that a node that does not notify has passed on.
  void owe(const wire::Notification& notification, Now now);
  void on_reply(const NodeId& from, wire::NotifyReply reply, Now now);
  void on_done(const wire::NotifyDone& done, Now now);
  // The record of this key, or the object's state, has changed.
  void record_changed(const RegisterKey& key);
  // Our module is gone: what was granted to it may or may not have been sent.
  void core_lost();
  // At least every 50 ms.
  void tick(Now now);

  bool gives_way(const NodeId& to, const wire::Notification& asked, SteadyTime now) override;

  bool asks(const RegisterKey& key) const { return questions_.contains(key); }
  std::size_t questions() const { return questions_.size(); }
  Millis ask_timeout() const { return lease_of(environment_, self_); }
  const DoubtedVoters& doubted() const { return doubted_; }

 private:
  struct Question {
    enum class Stage { waiting, asking, granted, passed };
    wire::Notification notification;
    std::uint64_t id = 0;        // of the last round of asking
    std::uint64_t request = 0;   // the module's; 0: ours
    std::uint64_t answered = 0;  // the request for which the module received a grant
    Stage stage = Stage::waiting;
    SteadyTime since{};  // of the stage; asking and granted: when it was asked
    SteadyTime again{};  // waiting: until then; asking: when to ask voters without an answer again; passed: when to repeat
    std::set<NodeId> asked;
    std::set<NodeId> granted;          // ourselves included
    bool prompt = false;               // in order: the core has just asked, and nothing has delayed it since
    bool written = false;              // our record *open* is in the table
    bool committed = false;            // and it is as safe as it must be
    std::map<NodeId, NodeId> refused;  // voter -> the node in whose favour it refused
    struct Doubt {
      unsigned unproven = 0;  // *sent* or *stale*, without a record that proves it
      unsigned held = 0;
      SteadyTime held_since{};
      bool is_ignored = false;
    };
    std::map<NodeId, Doubt> doubts;  // by voter, over all rounds
  };

  NotificationStatus status(const Question& question) const;
  bool is_bound(const Question& question, SteadyTime now) const;
  void begin(const wire::Notification& requested, std::uint64_t request, Now now);
  void ask(Question& question, Now now);
  void pass_on(Question& question, SteadyTime now);
  void ask_voter(Question& question, const NodeId& voter);
  void ask_missing(Question& question, SteadyTime now);
  void judge(Question& question, Now now);
  bool is_enough(const Question& question) const;
  bool is_excused(const Question& question, const NodeId& voter) const;
  bool is_refused(const Question& question) const;
  void learn_why(Question& question, const NodeId& from, std::vector<wire::Register> rows, Now now);
  void note_held(Question& question, const NodeId& from, SteadyTime now);
  void ignore(Question& question, const NodeId& voter, const NodeId& whom_to_blame, SteadyTime now);
  bool can_be_enough() const;
  void commit(Question& question, Now now);
  void let_send(Question& question, SteadyTime now);
  void withdraw(Question& question, SteadyTime now);
  void withdraw(Question& question, SteadyTime now, Millis wait);
  void void_asked(Question& question);
  void not_sent(Question& question, bool filtered, Now now);
  void conclude(const RegisterKey& key);
  std::vector<RegisterKey> asked_about() const;
  void answer(std::uint64_t request, const wire::Notification& notification, NotificationStatus status);
  Question* with_id(std::uint64_t id);
  void step(Question& question, Now now);
  void note_absent(const wire::NotificationRecord& sent, Now now);
  void follow_sent_apart(Now now);

  NodeId self_;
  std::uint64_t seed_;
  NotificationEnvironment& environment_;
  NotificationFacts facts_;
  const NotificationVoter& own_vote_;
  Electorate electorate_;
  std::set<NodeId> present_;
  std::uint64_t asked_ = 0;
  std::map<RegisterKey, Question> questions_;
  std::map<std::uint64_t, RegisterKey> by_id_;
  DoubtedVoters doubted_;
  SentApart sent_apart_;
  std::set<RegisterKey> apart_changed_;  // of these, since the last tick
};

}  // namespace merlin::cluster
