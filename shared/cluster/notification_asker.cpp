// The asker's half of R4.
#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "cluster/mutants.hpp"
#include "cluster/notification_rule.hpp"
#include "wire/codec.hpp"

namespace merlin::cluster {

std::optional<wire::ToldRegister> NotificationRule::told(const RegisterKey& key) const {
  const wire::Register* row = outside_.find(key);
  if (row == nullptr) return std::nullopt;
  auto content = wire::decode<wire::ToldRegister>(row->value);
  if (!content) return std::nullopt;
  return std::move(*content);
}

std::optional<wire::CheckRegister> NotificationRule::check(const ObjectKey& object) const {
  const wire::Register* row = outside_.find({object, wire::RegisterKind::check, 0});
  if (row == nullptr) return std::nullopt;
  auto content = wire::decode<wire::CheckRegister>(row->value);
  if (!content) return std::nullopt;
  return std::move(*content);
}

bool NotificationRule::is_true(const wire::Notification& notification) const {
  const auto state = check(notification.object);
  return state && reason_holds(notification, *state);
}

wire::Notification NotificationRule::as_counted(const wire::Notification& notification) const {
  const auto last = told(told_key(notification));
  const auto state = check(notification.object);
  if (!last || (state && notification.kind == wire::NotificationKind::problem && well_since(notification.start, *state))) {
    return notification;
  }
  return in_terms_of(*last, notification);
}

NotificationRule::Standing NotificationRule::standing(const wire::Notification& notification) const {
  const auto state = check(notification.object);
  if (state && notification.kind == wire::NotificationKind::problem && well_since(notification.start, *state)) return Standing::stale;
  const RegisterKey key = told_key(notification);
  const auto last = told(key);
  const auto proven = last ? proven_told(*last) : std::nullopt;
  return proven && says_already(*proven, outside_.find(key)->version.hlc, notification) ? Standing::told : Standing::open;
}

void NotificationRule::answer(std::uint64_t request, const wire::Notification& notification, Standing standing) {
  if (request == 0) return;
  wire::NotifyVerdict verdict;
  verdict.request = request;
  verdict.notification = notification;
  const auto last = told(told_key(notification));
  if (standing == Standing::told && last) {
    verdict.decision = wire::NotifyDecision::told;
    verdict.notification = proven_told(*last).value_or(last->notification);
  }
  outside_.answer_core(std::move(verdict));
}

void NotificationRule::on_request(const wire::NotifyRequest& request, Now now) {
  if (!outside_.runs(request.notification.object)) return answer(request.request, request.notification, Standing::stale);
  begin(request.notification, request.request, now);
}

void NotificationRule::owe(const wire::Notification& notification, Now now) {
  if (outside_.tells(notification.object)) begin(notification, 0, now);
}

void NotificationRule::begin(const wire::Notification& said, std::uint64_t request, Now now) {
  const wire::Notification notification = as_counted(said);
  const Standing stands = standing(notification);
  if (stands != Standing::open) return answer(request, notification, stands);
  const RegisterKey key = told_key(notification);
  if (const auto found = questions_.find(key); found != questions_.end()) {
    Question& question = found->second;
    const auto order = compare_keys(notification, question.notification);
    if (order < 0) return answer(request, notification, Standing::stale);
    if (order == 0 && (question.stage != Question::Stage::told || is_bound(question, now.steady))) {
      if (request != 0) question.request = request;
      return;
    }
    if (question.request != question.answered) answer(question.request, question.notification, Standing::stale);
    conclude(key);
  }
  if (questions_.size() >= kMostQuestions) return answer(request, notification, Standing::stale);
  Question& question = questions_[key];
  question.notification = notification;
  question.request = request;
  ask(question, now);
}

// Until then its module may send.
bool NotificationRule::is_bound(const Question& question, SteadyTime now) const {
  return question.stage == Question::Stage::told && now - question.since < ask_timeout() + outside_.interval_of(self_);
}

void NotificationRule::pass_on(Question& question, SteadyTime now) {
  question.stage = Question::Stage::passed;
  question.since = now;
  question.again = now + kBeatsToPassOn * outside_.interval_of(self_);
  outside_.pass_on(question.notification);
}

void NotificationRule::ask(Question& question, Now now) {
  if (!outside_.tells(question.notification.object)) return pass_on(question, now.steady);
  question.notification = as_counted(question.notification);
  if (!can_be_enough()) return withdraw(question, now.steady, outside_.interval_of(self_));
  // Our own vote is one like the others'.
  if (bound_to(question.notification, self_, now.steady)) return withdraw(question, now.steady);
  const std::uint64_t number = ++asked_;
  question.id = hash64({reinterpret_cast<const char*>(&number), sizeof number}, seed_);
  question.stage = Question::Stage::asking;
  question.since = now.steady;
  question.again = now.steady + outside_.interval_of(self_);
  question.asked.clear();
  question.granted.clear();
  question.refused.clear();
  question.committed = question.written = false;
  by_id_[question.id] = told_key(question.notification);
  question.granted.insert(self_);
  for (const NodeId& voter : present_) ask_voter(question, voter);
  judge(question, now);
}

// Without a majority in sight there is nobody to be asked.
bool NotificationRule::can_be_enough() const {
  std::set<NodeId> voters = present_;
  voters.insert(self_);
  return !electorate_.majority || electorate_.is_majority(voters);
}

void NotificationRule::ask_voter(Question& question, const NodeId& voter) {
  question.asked.insert(voter);
  outside_.send(voter, wire::NotifyAsk{question.id, question.notification});
}

// Those who came meanwhile, and once a beat those whose answer may have been lost with a link.
void NotificationRule::ask_missing(Question& question, SteadyTime now) {
  const bool again = now >= question.again;
  if (again) question.again = now + outside_.interval_of(self_);
  for (const NodeId& voter : present_) {
    const bool answered = question.granted.contains(voter) || (question.refused.contains(voter) && !is_excused(question, voter));
    if (!question.asked.contains(voter) || (again && !answered)) ask_voter(question, voter);
  }
}

NotificationRule::Question* NotificationRule::with_id(std::uint64_t id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  const auto question = questions_.find(found->second);
  return question == questions_.end() ? nullptr : &question->second;
}

void NotificationRule::on_reply(const NodeId& from, wire::NotifyReply reply, Now now) {
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
      break;
    case wire::NotifyVote::stale:
    case wire::NotifyVote::sent: {
      const RegisterKey key = told_key(question->notification);
      withdraw(*question, now.steady);
      // What we learn may end the question.
      for (wire::Register& row : reply.rows) outside_.learn(std::move(row), from);
      return told_changed(key);
    }
  }
  judge(*question, now);
}

// A refusal in favour of one that has itself granted to us does not count.
bool NotificationRule::is_excused(const Question& question, const NodeId& voter) const {
  const auto refusal = question.refused.find(voter);
  return refusal != question.refused.end() && (refusal->second == self_ || question.granted.contains(refusal->second));
}

bool NotificationRule::is_refused(const Question& question) const {
  return std::any_of(question.refused.begin(), question.refused.end(),
                     [&](const auto& refusal) { return present_.contains(refusal.first) && !is_excused(question, refusal.first); });
}

// Who is excused has given us no vote: it may give it to one whom we do not hear.
bool NotificationRule::is_enough(const Question& question) const {
  if (electorate_.majority) return electorate_.is_majority(question.granted);
  return std::all_of(present_.begin(), present_.end(),
                     [&](const NodeId& voter) { return question.granted.contains(voter) || is_excused(question, voter); });
}

void NotificationRule::judge(Question& question, Now now) {
  if (question.stage != Question::Stage::asking) return;
  const Millis age = now.steady - question.since;
  // Whatever was granted has run out meanwhile: we stood still, or the line is slow.
  if (age >= ask_timeout() && kMutant != Mutant::grant_outliving) return withdraw(question, now.steady);
  const bool refused = is_refused(question);
  if (!refused && is_enough(question)) return commit(question, now);
  if (refused && age >= kRefusedPatience) return withdraw(question, now.steady);
  if (age < ask_timeout() - kAnswerMargin) return;
  if (!electorate_.majority && !refused) return commit(question, now);
  withdraw(question, now.steady, outside_.interval_of(self_));
}

// What we are about to tell is in the table, and on disk where that counts, before the module may tell it. Not earlier: on
// the side that may not tell it would hide what the other has told.
void NotificationRule::commit(Question& question, Now now) {
  if (question.committed) return tell(question, now.steady);
  if (std::exchange(question.written, true)) return;
  const std::uint64_t id = question.id;  // what is written may end the question
  outside_.write({question.notification, self_, false, 0, 0}, now);
  outside_.when_safe(
      [this, id](Now then) {
        Question* asked = with_id(id);
        if (asked == nullptr) return;
        asked->committed = true;
        judge(*asked, then);
      },
      now);
}

void NotificationRule::tell(Question& question, SteadyTime now) {
  question.stage = Question::Stage::told;
  question.answered = question.request;
  wire::NotifyVerdict verdict;
  verdict.request = question.request;
  verdict.decision = wire::NotifyDecision::send;
  verdict.notification = question.notification;
  const Millis rest = ask_timeout() - (now - question.since);
  verdict.valid_ms = static_cast<std::uint32_t>(std::max(rest, Millis{0}).count());
  verdict.question = question.id;
  verdict.delegated = !outside_.runs(question.notification.object);
  outside_.answer_core(std::move(verdict));
}

void NotificationRule::void_asked(Question& question) {
  by_id_.erase(question.id);
  for (const NodeId& voter : question.asked) {
    if (kMutant != Mutant::no_void) outside_.send(voter, wire::NotifyVoid{question.id, question.notification});
  }
  question.asked.clear();
}

// Two that ask in step would refuse each other for ever.
void NotificationRule::withdraw(Question& question, SteadyTime now) {
  const std::uint64_t number = ++asked_;
  const std::uint64_t drawn = hash64({reinterpret_cast<const char*>(&number), sizeof number}, hash64(self_.view(), seed_));
  const auto span = static_cast<std::uint64_t>((kLongestWait - kShortestWait).count() + 1);
  withdraw(question, now, kShortestWait + Millis{static_cast<std::int64_t>(drawn % span)});
}

void NotificationRule::withdraw(Question& question, SteadyTime now, Millis wait) {
  void_asked(question);
  question.stage = Question::Stage::waiting;
  question.since = now;
  question.again = now + wait;
}

// The question is over, but for what its module has been told.
void NotificationRule::conclude(const RegisterKey& key) {
  const auto found = questions_.find(key);
  if (found == questions_.end()) return;
  if (found->second.stage == Question::Stage::asking) void_asked(found->second);
  by_id_.erase(found->second.id);
  questions_.erase(found);
}

void NotificationRule::told_changed(const RegisterKey& key) {
  const auto found = questions_.find(key);
  if (found == questions_.end() || found->second.stage == Question::Stage::told) return;
  Question& question = found->second;
  question.notification = as_counted(question.notification);
  const Standing stands = standing(question.notification);
  if (stands == Standing::open) return;
  const Question ended = question;
  conclude(key);
  answer(ended.request, ended.notification, stands);
}

void NotificationRule::on_done(const wire::NotifyDone& done, Now now) {
  Question* found = with_id(done.question);
  const auto wall_s = now.wall.time_since_epoch().count() / 1000;
  if (found == nullptr || found->stage != Question::Stage::told) {
    // We were restarted, or it was told without us.
    if (done.sent) outside_.write({done.notification, self_, true, done.contacts, wall_s}, now);
    return;
  }
  // What the core's own filters refuse is settled, but for a problem: that one may be due later.
  const bool settled = done.sent || (done.filtered && found->notification.kind != wire::NotificationKind::problem);
  if (!settled) return not_told(*found, done.filtered, now);
  const Question question = *found;
  if (!done.sent) void_asked(*found);
  conclude(told_key(question.notification));
  outside_.write({question.notification, self_, true, done.contacts, wall_s}, now);
  if (question.request != question.answered) answer(question.request, question.notification, Standing::told);
}

// A module that refuses has lost the object for the moment, or was given the word too late.
void NotificationRule::not_told(Question& question, bool filtered, Now now) {
  void_asked(question);
  const wire::Notification notification = question.notification;
  const auto state = check(notification.object);
  const bool holds = !state || reason_holds(notification, *state);
  const bool again = holds && (!filtered || question.request != question.answered);
  if (!again || !outside_.tells(notification.object)) return conclude(told_key(notification));
  if (!outside_.runs(notification.object)) question.request = question.answered = 0;
  withdraw(question, now.steady, outside_.interval_of(self_));
}

void NotificationRule::core_lost() {
  for (const RegisterKey& key : asked_about()) conclude(key);
}

// A step may end questions, of other objects too.
std::vector<RegisterKey> NotificationRule::asked_about() const {
  std::vector<RegisterKey> keys;
  for (const auto& [key, question] : questions_) keys.push_back(key);
  return keys;
}

void NotificationRule::step(Question& question, Now now) {
  if (question.stage == Question::Stage::waiting || question.stage == Question::Stage::passed) {
    if (now.steady >= question.again) ask(question, now);
    return;
  }
  if (question.stage == Question::Stage::told) return;
  ask_missing(question, now.steady);
  judge(question, now);
}

void NotificationRule::tick(Now now) {
  forget_expired(now.steady);
  for (const RegisterKey& key : asked_about()) {
    const auto found = questions_.find(key);
    if (found == questions_.end()) continue;
    if (outside_.runs(key.object) || outside_.tells(key.object)) {
      step(found->second, now);
    } else if (found->second.stage != Question::Stage::told) {
      answer(found->second.request, found->second.notification, Standing::stale);
      conclude(key);
    }
  }
}

}  // namespace merlin::cluster
