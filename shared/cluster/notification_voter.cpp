// The voter's half of R4.
#include <utility>

#include "cluster/mutants.hpp"
#include "cluster/notification_rule.hpp"
#include "wire/codec.hpp"

namespace merlin::cluster {
namespace {

wire::Notification key_alone(const wire::Notification& notification) {
  wire::Notification key = notification;
  key.author.clear();
  key.text.clear();
  return key;
}

}  // namespace

// To whom we have granted this very key, and are still bound.
std::optional<NodeId> NotificationRule::bound_to(const wire::Notification& notification, const NodeId& asker, SteadyTime now) const {
  if (kMutant == Mutant::grant_without_memory) return std::nullopt;
  const auto found = grants_.find(told_key(notification));
  if (found == grants_.end()) return std::nullopt;
  const Grant& grant = found->second;
  const bool same = compare_keys(grant.notification, notification) == 0;
  if (!same || grant.holder == asker || now >= grant.until) return std::nullopt;
  return grant.holder;
}

void NotificationRule::on_ask(const NodeId& from, const wire::NotifyAsk& ask, Now now) {
  wire::NotifyReply reply = vote(from, ask, now);
  if (reply.vote != wire::NotifyVote::grant) return outside_.send(from, std::move(reply));
  grant(from, ask, now.steady);
  outside_.note({ask.notification, from, false, 0, 0}, now);
  outside_.when_safe([this, from, reply = std::move(reply)](Now) { outside_.send(from, reply); }, now);
}

wire::NotifyReply NotificationRule::vote(const NodeId& from, const wire::NotifyAsk& ask, Now now) {
  const wire::Notification& asked = ask.notification;
  const RegisterKey key = told_key(asked);
  wire::NotifyReply reply;
  reply.question = ask.question;
  const auto show = [&](const RegisterKey& row) {
    if (const wire::Register* known = outside_.find(row)) reply.rows.push_back(*known);
  };
  const Standing stands = standing(asked);
  // It counts from a start that is no longer the last one.
  const bool outdated = compare_keys(as_counted(asked), asked) != 0;
  if (stands != Standing::open || outdated) {
    reply.vote = stands == Standing::told ? wire::NotifyVote::sent : wire::NotifyVote::stale;
    if (const auto last = told(key)) reply.holder = last->holder;
    show(key);
    show({asked.object, wire::RegisterKind::check, 0});
    return reply;
  }
  if (const auto holder = bound_to(asked, from, now.steady)) {
    reply.vote = wire::NotifyVote::holder;
    reply.holder = *holder;
    return reply;
  }
  const auto own = questions_.find(key);
  if (own == questions_.end() || kMutant == Mutant::grant_without_memory) return reply;
  Question& question = own->second;
  if (compare_keys(question.notification, asked) != 0 || question.stage == Question::Stage::waiting) return reply;
  // Two that ask each other: the later in the ranking withdraws, unless its module may be sending.
  const bool may_withdraw = question.stage == Question::Stage::asking && outside_.stands_before(from, self_, asked.object);
  if (may_withdraw) {
    withdraw(question, now.steady);
  } else if (question.stage == Question::Stage::asking || is_bound(question, now.steady)) {
    reply.vote = wire::NotifyVote::holder;
    reply.holder = self_;
  }
  return reply;
}

void NotificationRule::grant(const NodeId& from, const wire::NotifyAsk& ask, SteadyTime now) {
  const RegisterKey key = told_key(ask.notification);
  if (grants_.size() >= kMostGrants && !grants_.contains(key)) return;
  grants_[key] = {from, ask.question, key_alone(ask.notification), now + lease_of(from) + outside_.interval_of(from)};
}

void NotificationRule::restore(const wire::ToldRegister& granted, Now now) {
  if (!granted.sent && granted.holder != self_) grant(granted.holder, {0, granted.notification}, now.steady);
}

void NotificationRule::on_void(const NodeId& from, const wire::NotifyVoid& word) {
  const auto found = grants_.find(told_key(word.notification));
  if (found == grants_.end()) return;
  if (found->second.holder == from && (found->second.question == word.question || found->second.question == 0)) grants_.erase(found);
}

void NotificationRule::forget_expired(SteadyTime now) {
  if (now - swept_ < outside_.interval_of(self_)) return;
  swept_ = now;
  std::erase_if(grants_, [&](const auto& entry) { return now >= entry.second.until; });
}

}  // namespace merlin::cluster
