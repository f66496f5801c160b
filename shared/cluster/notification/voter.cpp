#include "shared/cluster/notification/voter.hpp"

#include <utility>

#include "shared/cluster/interface/mutants.hpp"

namespace merlin::cluster {
namespace {

wire::Notification key_alone(const wire::Notification& notification) {
  wire::Notification key = notification;
  key.author.clear();
  key.text.clear();
  return key;
}

}  // namespace

std::optional<NodeId> NotificationVoter::bound_to(const wire::Notification& notification, const NodeId& asker, SteadyTime now) const {
  if (kMutant == Mutant::grant_without_memory) return std::nullopt;
  const auto found = grants_.find(record_key(notification));
  if (found == grants_.end()) return std::nullopt;
  const Grant& grant = found->second;
  const bool same = compare_keys(grant.notification, notification) == 0;
  if (!same || grant.holder == asker || now >= grant.until) return std::nullopt;
  return grant.holder;
}

void NotificationVoter::on_ask(const NodeId& from, const wire::NotifyAsk& ask, RivalAsker& rival, Now now) {
  wire::NotifyReply reply = vote(from, ask, rival, now.steady);
  if (reply.vote != wire::NotifyVote::grant) return environment_.send(from, std::move(reply));
  grant(from, ask, now.steady);
  environment_.note({ask.notification, from, false, 0, 0}, now);
  environment_.when_safe([this, from, reply = std::move(reply)](Now) { environment_.send(from, reply); }, now);
}

wire::NotifyReply NotificationVoter::vote(const NodeId& from, const wire::NotifyAsk& ask, RivalAsker& rival, SteadyTime now) const {
  const wire::Notification& asked = ask.notification;
  const RegisterKey key = record_key(asked);
  wire::NotifyReply reply;
  reply.question = ask.question;
  const auto show = [&](const RegisterKey& row) {
    if (const wire::Register* known = environment_.find(row)) reply.rows.push_back(*known);
  };
  const NotificationStatus status = facts_.status(asked, from);
  // The question counts from a start that is no longer the latest.
  const bool outdated = compare_keys(facts_.as_counted(asked), asked) != 0;
  if (status != NotificationStatus::open || outdated) {
    reply.vote = status == NotificationStatus::sent ? wire::NotifyVote::sent : wire::NotifyVote::stale;
    if (const auto last = facts_.record(key)) reply.holder = last->holder;
    show(key);
    show({asked.object, wire::RegisterKind::check, 0});
    return reply;
  }
  if (const auto holder = bound_to(asked, from, now)) {
    reply.vote = wire::NotifyVote::holder;
    reply.holder = *holder;
    return reply;
  }
  if (kMutant == Mutant::grant_without_memory || rival.gives_way(from, asked, now)) return reply;
  reply.vote = wire::NotifyVote::holder;
  reply.holder = self_;
  return reply;
}

void NotificationVoter::grant(const NodeId& from, const wire::NotifyAsk& ask, SteadyTime now) {
  const RegisterKey key = record_key(ask.notification);
  if (grants_.size() >= kMostGrants && !grants_.contains(key)) return;
  const Millis bound = lease_of(environment_, from) + environment_.interval_of(from);
  grants_[key] = {from, ask.question, key_alone(ask.notification), now + bound};
}

void NotificationVoter::restore(const wire::NotificationRecord& granted, Now now) {
  if (!granted.sent && granted.holder != self_) grant(granted.holder, {0, granted.notification}, now.steady);
}

void NotificationVoter::on_void(const NodeId& from, const wire::NotifyVoid& withdrawn) {
  const auto found = grants_.find(record_key(withdrawn.notification));
  if (found == grants_.end()) return;
  const Grant& grant = found->second;
  if (grant.holder == from && (grant.question == withdrawn.question || grant.question == 0)) grants_.erase(found);
}

void NotificationVoter::tick(SteadyTime now) {
  if (now - swept_ < environment_.interval_of(self_)) return;
  swept_ = now;
  std::erase_if(grants_, [&](const auto& entry) { return now >= entry.second.until; });
}

}  // namespace merlin::cluster
