#include "shared/cluster/notification/asker.hpp"

#include <algorithm>
#include <utility>

#include "shared/base/hash.hpp"
#include "shared/cluster/interface/mutants.hpp"

namespace merlin::cluster {

NotificationStatus NotificationAsker::status(const Question& question) const {
  return facts_.status(question.notification, question.prompt ? std::optional(self_) : std::nullopt);
}

void NotificationAsker::answer(std::uint64_t request, const wire::Notification& notification, NotificationStatus status) {
  if (request == 0) return;
  wire::NotifyVerdict verdict;
  verdict.request = request;
  verdict.notification = notification;
  const auto last = facts_.record(record_key(notification));
  if (status == NotificationStatus::sent && last) {
    verdict.decision = wire::NotifyDecision::told;
    verdict.notification = proven_sent(*last).value_or(last->notification);
  }
  environment_.answer_core(std::move(verdict));
}

void NotificationAsker::on_request(const wire::NotifyRequest& request, Now now) {
  if (!environment_.decides(request.notification.object)) return answer(request.request, request.notification, NotificationStatus::stale);
  begin(request.notification, request.request, now);
}

void NotificationAsker::owe(const wire::Notification& notification, Now now) {
  if (environment_.notifies(notification.object)) begin(notification, 0, now);
}

void NotificationAsker::begin(const wire::Notification& requested, std::uint64_t request, Now now) {
  const wire::Notification notification = facts_.as_counted(requested);
  const bool prompt = request != 0;
  const NotificationStatus known = facts_.status(notification, prompt ? std::optional(self_) : std::nullopt);
  if (known != NotificationStatus::open) return answer(request, notification, known);
  const RegisterKey key = record_key(notification);
  if (const auto found = questions_.find(key); found != questions_.end()) {
    Question& question = found->second;
    const auto order = compare_keys(notification, question.notification);
    if (order < 0) return answer(request, notification, NotificationStatus::stale);
    if (order == 0 && (question.stage != Question::Stage::granted || is_bound(question, now.steady))) {
      if (request != 0) question.request = request;
      return;
    }
    if (question.request != question.answered) answer(question.request, question.notification, NotificationStatus::stale);
    conclude(key);
  }
  if (questions_.size() >= kMostQuestions) return answer(request, notification, NotificationStatus::stale);
  Question& question = questions_[key];
  question.notification = notification;
  question.request = request;
  question.prompt = prompt;
  ask(question, now);
}

// Until then our module may send.
bool NotificationAsker::is_bound(const Question& question, SteadyTime now) const {
  return question.stage == Question::Stage::granted && now - question.since < ask_timeout() + environment_.interval_of(self_);
}

void NotificationAsker::pass_on(Question& question, SteadyTime now) {
  question.stage = Question::Stage::passed;
  question.prompt = false;  // the designated notifier has only the newest state
  question.since = now;
  question.again = now + kHeartbeatsToPassOn * environment_.interval_of(self_);
  environment_.pass_on(question.notification);
}

void NotificationAsker::ask(Question& question, Now now) {
  if (!environment_.notifies(question.notification.object)) return pass_on(question, now.steady);
  question.notification = facts_.as_counted(question.notification);
  if (!can_be_enough()) return withdraw(question, now.steady, environment_.interval_of(self_));
  // Our own vote counts like any other.
  if (own_vote_.bound_to(question.notification, self_, now.steady)) return withdraw(question, now.steady);
  const std::uint64_t number = ++asked_;
  question.id = hash64({reinterpret_cast<const char*>(&number), sizeof number}, seed_);
  question.stage = Question::Stage::asking;
  question.since = now.steady;
  question.again = now.steady + environment_.interval_of(self_);
  question.asked.clear();
  question.granted.clear();
  question.refused.clear();
  question.committed = question.written = false;
  by_id_[question.id] = record_key(question.notification);
  question.granted.insert(self_);
  for (const NodeId& voter : present_) ask_voter(question, voter);
  judge(question, now);
}

// If the reachable voters cannot form a majority, nobody is asked.
bool NotificationAsker::can_be_enough() const {
  std::set<NodeId> voters = present_;
  voters.insert(self_);
  return !electorate_.majority || electorate_.is_majority(voters);
}

void NotificationAsker::ask_voter(Question& question, const NodeId& voter) {
  question.asked.insert(voter);
  environment_.send(voter, wire::NotifyAsk{question.id, question.notification});
}

// Asks voters that have become reachable and, once per heartbeat, those whose answer may have been lost with a link.
void NotificationAsker::ask_missing(Question& question, SteadyTime now) {
  const bool again = now >= question.again;
  if (again) question.again = now + environment_.interval_of(self_);
  for (const NodeId& voter : present_) {
    const bool answered = question.granted.contains(voter) || (question.refused.contains(voter) && !is_excused(question, voter));
    if (!question.asked.contains(voter) || (again && !answered)) ask_voter(question, voter);
  }
}

NotificationAsker::Question* NotificationAsker::with_id(std::uint64_t id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  const auto question = questions_.find(found->second);
  return question == questions_.end() ? nullptr : &question->second;
}

void NotificationAsker::on_reply(const NodeId& from, wire::NotifyReply reply, Now now) {
  Question* question = with_id(reply.question);
  if (question == nullptr || question->stage != Question::Stage::asking || !question->asked.contains(from)) return;
  question->granted.erase(from);
  question->refused.erase(from);
  switch (reply.vote) {
    case wire::NotifyVote::grant:
      question->granted.insert(from);
      break;
    case wire::NotifyVote::holder:
      question->refused[from] = reply.holder;
      note_held(*question, from, now.steady);
      break;
    case wire::NotifyVote::stale:
    case wire::NotifyVote::sent:
      return learn_why(*question, from, std::move(reply.rows), now);
  }
  judge(*question, now);
}

// Such an answer contains a record. It ends the question, or shows how the cluster counts the notification. A refusal whose record
// does neither is unproven, and after a few of these the voter is ignored: twice is better than never.
void NotificationAsker::learn_why(Question& question, const NodeId& from, std::vector<wire::Register> rows, Now now) {
  const std::uint64_t id = question.id;
  const wire::Notification asked = question.notification;
  const RegisterKey key = record_key(asked);
  for (wire::Register& row : rows) environment_.learn(std::move(row), from);
  record_changed(key);
  Question* still = with_id(id);
  if (still == nullptr || still->stage != Question::Stage::asking) return;
  if (compare_keys(still->notification, asked) != 0) return withdraw(*still, now.steady);
  const auto last = facts_.record(key);
  if (last && last->holder != from && !environment_.may_have_sent(key, *last)) {
    ignore(*still, from, last->holder, now.steady);
    return judge(*still, now);
  }
  const unsigned allowed = doubted_.recent(now.steady).contains(from) ? 1 : kUnprovenRefusals;
  if (++still->doubts[from].unproven < allowed) return withdraw(*still, now.steady);
  ignore(*still, from, from, now.steady);
  judge(*still, now);
}

// A node that has been granted a notification writes its record within a lease, or withdraws.
void NotificationAsker::note_held(Question& question, const NodeId& from, SteadyTime now) {
  Question::Doubt& doubt = question.doubts[from];
  if (doubt.held++ == 0) doubt.held_since = now;
  if (doubt.held >= kHeldRefusals && now - doubt.held_since >= 4 * ask_timeout()) ignore(question, from, from, now);
}

void NotificationAsker::ignore(Question& question, const NodeId& voter, const NodeId& whom_to_blame, SteadyTime now) {
  question.doubts[voter].is_ignored = true;
  doubted_.blame(whom_to_blame, now);
}

// A refusal in favour of a node that has itself granted us the notification does not count.
bool NotificationAsker::is_excused(const Question& question, const NodeId& voter) const {
  const auto doubt = question.doubts.find(voter);
  if (doubt != question.doubts.end() && doubt->second.is_ignored) return true;
  const auto refusal = question.refused.find(voter);
  return refusal != question.refused.end() && (refusal->second == self_ || question.granted.contains(refusal->second));
}

bool NotificationAsker::is_refused(const Question& question) const {
  return std::any_of(question.refused.begin(), question.refused.end(),
                     [&](const auto& refusal) { return present_.contains(refusal.first) && !is_excused(question, refusal.first); });
}

// A voter whose refusal does not count has still not granted us anything: it may grant the notification to a node that we do not hear.
bool NotificationAsker::is_enough(const Question& question) const {
  if (electorate_.majority) return electorate_.is_majority(question.granted);
  return std::all_of(present_.begin(), present_.end(),
                     [&](const NodeId& voter) { return question.granted.contains(voter) || is_excused(question, voter); });
}

void NotificationAsker::judge(Question& question, Now now) {
  if (question.stage != Question::Stage::asking) return;
  const Millis age = now.steady - question.since;
  // All grants have expired: our loop hung, or the line is slow.
  if (age >= ask_timeout() && kMutant != Mutant::grant_outliving) return withdraw(question, now.steady);
  const bool refused = is_refused(question);
  if (!refused && is_enough(question)) return commit(question, now);
  if (refused && age >= kRefusedPatience) return withdraw(question, now.steady);
  if (age < ask_timeout() - kAnswerMargin) return;
  if (!electorate_.majority && !refused) return commit(question, now);
  withdraw(question, now.steady, environment_.interval_of(self_));
}

// Before the module may send, our record *open* is in the table and, for a majority, on disk. It is not written earlier: on the side
// that may not send, it would hide what the other side has sent.
void NotificationAsker::commit(Question& question, Now now) {
  if (question.committed) return let_send(question, now.steady);
  if (std::exchange(question.written, true)) return;
  const std::uint64_t id = question.id;  // writing the record may end the question
  environment_.write({question.notification, self_, false, 0, 0}, now);
  environment_.when_safe(
      [this, id](Now then) {
        Question* asked = with_id(id);
        if (asked == nullptr) return;
        asked->committed = true;
        judge(*asked, then);
      },
      now);
}

void NotificationAsker::let_send(Question& question, SteadyTime now) {
  question.stage = Question::Stage::granted;
  question.answered = question.request;
  wire::NotifyVerdict verdict;
  verdict.request = question.request;
  verdict.decision = wire::NotifyDecision::send;
  verdict.notification = question.notification;
  const Millis rest = ask_timeout() - (now - question.since);
  verdict.valid_ms = static_cast<std::uint32_t>(std::max(rest, Millis{0}).count());
  verdict.question = question.id;
  verdict.delegated = !environment_.decides(question.notification.object);
  environment_.answer_core(std::move(verdict));
}

void NotificationAsker::void_asked(Question& question) {
  by_id_.erase(question.id);
  for (const NodeId& voter : question.asked) {
    if (kMutant != Mutant::no_void) environment_.send(voter, wire::NotifyVoid{question.id, question.notification});
  }
  question.asked.clear();
}

// The wait is random: two nodes that ask in step would refuse each other forever.
void NotificationAsker::withdraw(Question& question, SteadyTime now) {
  const std::uint64_t number = ++asked_;
  const std::uint64_t drawn = hash64({reinterpret_cast<const char*>(&number), sizeof number}, hash64(self_.view(), seed_));
  const auto span = static_cast<std::uint64_t>((kLongestWait - kShortestWait).count() + 1);
  withdraw(question, now, kShortestWait + Millis{static_cast<std::int64_t>(drawn % span)});
}

void NotificationAsker::withdraw(Question& question, SteadyTime now, Millis wait) {
  void_asked(question);
  question.prompt = false;
  question.stage = Question::Stage::waiting;
  question.since = now;
  question.again = now + wait;
}

// Ends the question. What was granted to the module remains valid.
void NotificationAsker::conclude(const RegisterKey& key) {
  const auto found = questions_.find(key);
  if (found == questions_.end()) return;
  if (found->second.stage == Question::Stage::asking) void_asked(found->second);
  by_id_.erase(found->second.id);
  questions_.erase(found);
}

void NotificationAsker::record_changed(const RegisterKey& key) {
  if (sent_apart_.knows(key)) apart_changed_.insert(key);
  const auto found = questions_.find(key);
  if (found == questions_.end() || found->second.stage == Question::Stage::granted) return;
  Question& question = found->second;
  question.notification = facts_.as_counted(question.notification);
  const NotificationStatus known = status(question);
  if (known == NotificationStatus::open) return;
  const Question ended = question;
  conclude(key);
  answer(ended.request, ended.notification, known);
}

void NotificationAsker::on_done(const wire::NotifyDone& done, Now now) {
  Question* found = with_id(done.question);
  const auto wall_s = now.wall.time_since_epoch().count() / 1000;
  if (found == nullptr || found->stage != Question::Stage::granted) {
    // We were restarted, or an isolated core sent it; then nobody knows when.
    if (done.sent) environment_.write({done.notification, self_, true, done.contacts, done.question == 0 ? 0 : wall_s}, now);
    return;
  }
  // If the core's own filters refuse it, the request is settled, except for a problem, which may be due later.
  const bool settled = done.sent || (done.filtered && found->notification.kind != wire::NotificationKind::problem);
  if (!settled) return not_sent(*found, done.filtered, now);
  const Question question = *found;
  if (!done.sent) void_asked(*found);
  conclude(record_key(question.notification));
  const wire::NotificationRecord record{question.notification, self_, true, done.contacts, wall_s};
  if (done.sent) note_absent(record, now);
  environment_.write(record, now);
  if (question.request != question.answered) answer(question.request, question.notification, NotificationStatus::sent);
}

void NotificationAsker::note_absent(const wire::NotificationRecord& sent, Now now) {
  std::set<NodeId> absent = electorate_.others;
  for (const NodeId& voter : present_) absent.erase(voter);
  sent_apart_.sent(sent, std::move(absent), now);
}

void NotificationAsker::follow_sent_apart(Now now) {
  for (const RegisterKey& key : std::exchange(apart_changed_, {})) {
    const wire::Register* row = environment_.find(key);
    const auto again = row == nullptr ? std::nullopt : sent_apart_.changed(*row);
    if (again) environment_.write(*again, now);
  }
}

// The module refuses if it has just lost the object or received the grant too late.
void NotificationAsker::not_sent(Question& question, bool filtered, Now now) {
  void_asked(question);
  const wire::Notification notification = question.notification;
  const auto state = facts_.check(notification.object);
  const bool holds = !state || reason_holds(notification, *state);
  const bool again = holds && (!filtered || question.request != question.answered);
  if (!again || !environment_.notifies(notification.object)) return conclude(record_key(notification));
  if (!environment_.decides(notification.object)) question.request = question.answered = 0;
  withdraw(question, now.steady, environment_.interval_of(self_));
}

// If two nodes ask each other, the lower-ranked one withdraws, unless its module may already be sending.
bool NotificationAsker::gives_way(const NodeId& to, const wire::Notification& asked, SteadyTime now) {
  const auto own = questions_.find(record_key(asked));
  if (own == questions_.end()) return true;
  Question& question = own->second;
  if (compare_keys(question.notification, asked) != 0 || question.stage == Question::Stage::waiting) return true;
  const bool is_asking = question.stage == Question::Stage::asking;
  if (is_asking && environment_.stands_before(to, self_, asked.object)) {
    withdraw(question, now);
    return true;
  }
  return !is_asking && !is_bound(question, now);
}

void NotificationAsker::core_lost() {
  for (const RegisterKey& key : asked_about()) conclude(key);
}

// A copy, since a step may end questions, also of other objects.
std::vector<RegisterKey> NotificationAsker::asked_about() const {
  std::vector<RegisterKey> keys;
  for (const auto& [key, question] : questions_) keys.push_back(key);
  return keys;
}

void NotificationAsker::step(Question& question, Now now) {
  if (question.stage == Question::Stage::waiting || question.stage == Question::Stage::passed) {
    if (now.steady < question.again) return;
    // Its reason may have ended: questions asked in order are kept until they are withdrawn.
    const std::uint64_t id = question.id;
    const RegisterKey key = record_key(question.notification);
    record_changed(key);
    const auto found = questions_.find(key);
    if (found != questions_.end() && found->second.id == id) ask(found->second, now);
    return;
  }
  if (question.stage == Question::Stage::granted) return;
  ask_missing(question, now.steady);
  judge(question, now);
}

void NotificationAsker::tick(Now now) {
  follow_sent_apart(now);
  for (const RegisterKey& key : asked_about()) {
    const auto found = questions_.find(key);
    if (found == questions_.end()) continue;
    if (environment_.decides(key.object) || environment_.notifies(key.object)) {
      step(found->second, now);
    } else if (found->second.stage != Question::Stage::granted) {
      answer(found->second.request, found->second.notification, NotificationStatus::stale);
      conclude(key);
    }
  }
}

}  // namespace merlin::cluster
