// Ask, grant, send, told (R4): by which only one of several nodes that believe to own an object tells its people, and none
// of them stays silent for fear of the other. The asker's half and the voter's half of one node. Pure: told of everything
// that happens, answered through Outside, no clock, no randomness of its own.
//
//   request -> (waiting ->) asking -> told to the module -> done
//   request -> passed on -> told by another, where this node does not notify
//
// A grant is a lease: good for the asker for ask_timeout from asking, binding the voter a beat longer from answering.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "cluster/node.hpp"
#include "cluster/notification.hpp"

namespace merlin::cluster {

inline constexpr Millis kAskAllowance{1000};     // ask_timeout: 3 beats of the asker and this
inline constexpr Millis kAnswerMargin{800};      // of ask_timeout: what is left for the module when not all have answered
inline constexpr Millis kRefusedPatience{1000};  // who refuses in favour of another may be contradicted by that one until then
inline constexpr int kBeatsToPassOn = 3;         // then what another is to tell is said again
inline constexpr Millis kShortestWait{300};      // before asking again: drawn between these
inline constexpr Millis kLongestWait{1000};
inline constexpr std::size_t kMostQuestions = 100'000;
inline constexpr std::size_t kMostGrants = 100'000;

// What the rule needs of the node around it.
class NotificationOutside {
 public:
  virtual ~NotificationOutside() = default;
  virtual const wire::Register* find(const RegisterKey& key) const = 0;
  // Our core runs the object, and is to.
  virtual bool runs(const ObjectKey& object) const = 0;
  // It is we who tell of it: we run it and notify, or are the first that notifies where who runs it does not.
  virtual bool tells(const ObjectKey& object) const = 0;
  // To the node that tells of it, if there is one.
  virtual void pass_on(const wire::Notification& notification) = 0;
  // In the object's plain ranking: by draws alone, so that all nodes agree.
  virtual bool stands_before(const NodeId& one, const NodeId& other, const ObjectKey& object) const = 0;
  virtual Millis interval_of(const NodeId& node) const = 0;
  // Our word on what was told: a version of ours.
  virtual void write(const wire::ToldRegister& told, Now now) = 0;
  // What we have granted another: stands until that one's own word comes.
  virtual void note(const wire::ToldRegister& granted, Now now) = 0;
  virtual void learn(wire::Register row, const NodeId& from) = 0;
  // Calls it when what was written and noted is on disk, or cannot be written; at once where the policy does not ask for that.
  virtual void when_safe(std::function<void(Now)> then, Now now) = 0;
  virtual void send(const NodeId& to, PeerMessage message) = 0;
  virtual void answer_core(wire::NotifyVerdict verdict) = 0;
};

class NotificationRule {
 public:
  // `seed` is this process's own: question numbers begin from it. `outside` outlives this.
  NotificationRule(NodeId self, std::uint64_t seed, NotificationOutside& outside) : self_(self), seed_(seed), outside_(outside) {}

  void set_electorate(Electorate electorate) { electorate_ = std::move(electorate); }
  // The voters whose daemons can be asked now, without self; heeded at the next tick.
  void set_present(std::set<NodeId> present) { present_ = std::move(present); }

  // ---- the asker
  void on_request(const wire::NotifyRequest& request, Now now);
  // The daemon's own: what is owed, and what the core of a node that does not notify asks for.
  void owe(const wire::Notification& notification, Now now);
  // By what the object's state is known to be.
  bool is_true(const wire::Notification& notification) const;
  void on_reply(const NodeId& from, wire::NotifyReply reply, Now now);
  void on_done(const wire::NotifyDone& done, Now now);
  // What the table says of this register, or of the object's state, has changed.
  void told_changed(const RegisterKey& key);
  // Its module is gone: what it was told to send may have been sent or not.
  void core_lost();
  bool asks(const RegisterKey& key) const { return questions_.contains(key); }
  std::size_t questions() const { return questions_.size(); }
  Millis ask_timeout() const { return lease_of(self_); }

  // ---- the voter
  void on_ask(const NodeId& from, const wire::NotifyAsk& ask, Now now);
  // What the disk says that we have granted before we were started anew.
  void restore(const wire::ToldRegister& granted, Now now);
  void on_void(const NodeId& from, const wire::NotifyVoid& word);

  // At least every 50 ms.
  void tick(Now now);

 private:
  struct Question {
    enum class Stage { waiting, asking, told, passed };
    wire::Notification notification;
    std::uint64_t id = 0;        // of the last asking
    std::uint64_t request = 0;   // the module's; 0: ours
    std::uint64_t answered = 0;  // the request that the module was told to send for
    Stage stage = Stage::waiting;
    SteadyTime since{};  // of the stage; asking and told: when it was asked
    SteadyTime again{};  // waiting: until then; asking: when those are asked again who have not answered; passed: said again
    std::set<NodeId> asked;
    std::set<NodeId> granted;  // ourselves included
    bool written = false;      // our word that it is open
    bool committed = false;
    std::map<NodeId, NodeId> refused;  // by whom, in whose favour
  };
  using Questions = std::map<RegisterKey, Question>;
  struct Grant {
    NodeId holder;
    std::uint64_t question = 0;
    wire::Notification notification;  // the key alone
    SteadyTime until{};
  };
  enum class Standing { open, stale, told };

  Millis lease_of(const NodeId& node) const { return 3 * outside_.interval_of(node) + kAskAllowance; }
  std::optional<wire::ToldRegister> told(const RegisterKey& key) const;
  std::optional<wire::CheckRegister> check(const ObjectKey& object) const;
  wire::Notification as_counted(const wire::Notification& notification) const;
  Standing standing(const wire::Notification& notification) const;
  bool is_bound(const Question& question, SteadyTime now) const;
  std::optional<NodeId> bound_to(const wire::Notification& notification, const NodeId& asker, SteadyTime now) const;

  void begin(const wire::Notification& notification, std::uint64_t request, Now now);
  void ask(Question& question, Now now);
  void pass_on(Question& question, SteadyTime now);
  void ask_voter(Question& question, const NodeId& voter);
  void ask_missing(Question& question, SteadyTime now);
  void judge(Question& question, Now now);
  bool is_enough(const Question& question) const;
  bool is_excused(const Question& question, const NodeId& voter) const;
  bool is_refused(const Question& question) const;
  bool can_be_enough() const;
  void commit(Question& question, Now now);
  void tell(Question& question, SteadyTime now);
  void withdraw(Question& question, SteadyTime now);
  void withdraw(Question& question, SteadyTime now, Millis wait);
  void void_asked(Question& question);
  void not_told(Question& question, bool filtered, Now now);
  void conclude(const RegisterKey& key);
  std::vector<RegisterKey> asked_about() const;
  void answer(std::uint64_t request, const wire::Notification& notification, Standing standing);
  Question* with_id(std::uint64_t id);
  void step(Question& question, Now now);

  wire::NotifyReply vote(const NodeId& from, const wire::NotifyAsk& ask, Now now);
  void grant(const NodeId& from, const wire::NotifyAsk& ask, SteadyTime now);
  void forget_expired(SteadyTime now);

  NodeId self_;
  std::uint64_t seed_;
  NotificationOutside& outside_;
  Electorate electorate_;
  std::set<NodeId> present_;
  std::uint64_t asked_ = 0;
  Questions questions_;
  std::map<std::uint64_t, RegisterKey> by_id_;
  std::map<RegisterKey, Grant> grants_;
  SteadyTime swept_{};
};

}  // namespace merlin::cluster
