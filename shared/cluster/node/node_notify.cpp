#include "shared/cluster/node/node_notify.hpp"

#include <algorithm>
#include <utility>

#include "shared/cluster/interface/content.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::cluster {

Node::State::Notifications::Notifications(State& state)
    : state_(state), owed_(state.table, state.settings.self), facts_(*this), rule_(state.settings.self, state.instance, *this) {}

const wire::Register* Node::State::Notifications::find(const RegisterKey& key) const {
  const Row* row = state_.table.find(key);
  return row == nullptr ? nullptr : &row->content;
}

void Node::State::Notifications::pass_on(const wire::Notification& notification) {
  const std::optional<NodeId> notifier = state_.duties.designated_notifier(notification.object);
  if (notifier && notifier != state_.settings.self) send(*notifier, wire::NotifyTell{notification});
}

void Node::State::Notifications::on_done(const wire::NotifyDone& done, Now now) {
  log_ = done.log;
  rule_.asker().on_done(done, now);
  log_.clear();
}

void Node::State::Notifications::on_tell(const wire::Notification& notification, Now now) {
  const RegisterKey key = record_key(notification);
  if (passed_.size() < kMostQuestions || passed_.contains(key)) passed_[key] = {notification, now.steady};
}

// Our core would refuse a notification whose state it does not have yet. The sender repeats what we drop.
void Node::State::Notifications::take_up_passed(Now now) {
  for (auto entry = passed_.begin(); entry != passed_.end();) {
    const wire::Notification& notification = entry->second.notification;
    const bool known = facts_.is_true(notification) && core_knows_state(notification.object);
    if (known) rule_.asker().owe(notification, now);
    const bool over = known || now.steady - entry->second.since >= kHeartbeatsToPassOn * state_.settings.pulse_interval;
    entry = over ? passed_.erase(entry) : std::next(entry);
  }
}

// Otherwise it would refuse an owed notification as no longer true.
bool Node::State::Notifications::core_knows_state(const ObjectKey& object) const {
  const Row* row = state_.table.find({object, wire::RegisterKind::check, 0});
  return row != nullptr && row->core_has && state_.core.epochs().number() > 0;
}

Millis Node::State::Notifications::interval_of(const NodeId& node) const {
  if (node == state_.settings.self) return state_.settings.pulse_interval;
  return state_.liveness.said_interval(node).value_or(state_.settings.pulse_interval);
}

bool Node::State::Notifications::may_have_sent(const RegisterKey& key, const wire::NotificationRecord& record) const {
  const wire::Register* row = find(key);
  if (record.holder == state_.settings.self || row == nullptr) return true;
  return state_.senders.may_have_sent(key, record, row->version,
                                      [&](const NodeId& holder) { return state_.sender_facts(holder, key.object); });
}

wire::Version Node::State::Notifications::next_version(Now now) {
  clock_.observe(std::max({state_.table.max_clock(), state_.clock_seen, state_.core.clock()}));
  return {state_.term, state_.side, clock_.next(now.wall), state_.settings.self};
}

void Node::State::Notifications::write(const wire::NotificationRecord& record, Now now) {
  const wire::Register* found = find(record_key(record.notification));
  const std::optional<wire::Register> before = found == nullptr ? std::nullopt : std::optional(*found);
  put(record, next_version(now), {}, now);
  const wire::Register* written = find(record_key(record.notification));
  if (written != nullptr && (!before || cluster::order(*written, *before) > 0))
    state_.note(*written, before ? &*before : nullptr, now, log_);
}

// With the smallest version of the holder: all voters that granted have the same row, and the holder's own record replaces it.
void Node::State::Notifications::note(const wire::NotificationRecord& granted, Now now) {
  put(granted, {0, 0, 0, granted.holder}, granted.holder, now);
}

void Node::State::Notifications::put(const wire::NotificationRecord& record, const wire::Version& version, const NodeId& from, Now now) {
  const RegisterKey key = record_key(record.notification);
  wire::Register row{key.object, key.kind, version, now.wall.time_since_epoch().count(), wire::encode(record), key.item, 0};
  row.rank = record_rank(record.notification, record.sent);
  state_.table.put(std::move(row), from, true);
}

void Node::State::Notifications::learn(wire::Register row, const NodeId& from) {
  Replication::to_our_clock(row, state_.peers.at(from).clock().offset());
  state_.table.put(std::move(row), from, false);
}

// Waits for the disk only with `partition = majority`: there a grant must survive a restart (R4).
void Node::State::Notifications::when_safe(std::function<void(Now)> then, Now now) {
  if (state_.settings.partition != Partition::majority) return then(now);
  waiting_.push_back({state_.table.head(), std::nullopt, now.steady, std::move(then)});
}

void Node::State::Notifications::saved(std::uint64_t ticket, Now now) {
  saved_ = std::max(saved_, ticket);
  follow_store(now);
}

void Node::State::Notifications::follow_store(Now now) {
  for (Waiting& waiting : waiting_) {
    if (!waiting.ticket && waiting.change <= state_.store_writer.collected()) waiting.ticket = state_.store_writer.ticket();
  }
  const auto is_over = [&](const Waiting& waiting) {
    return (waiting.ticket && *waiting.ticket <= saved_) || now.steady - waiting.since >= kSavePatience;
  };
  while (!waiting_.empty() && is_over(waiting_.front())) {
    const auto then = std::move(waiting_.front().then);
    waiting_.pop_front();
    then(now);
  }
}

void Node::State::Notifications::send(const NodeId& to, PeerMessage message) { state_.send(to, Priority::control, std::move(message)); }

void Node::State::Notifications::answer_core(wire::NotifyVerdict verdict) {
  if (state_.core.is_connected()) state_.to_core(std::move(verdict));
}

Electorate Node::State::Notifications::electorate() const {
  const Settings& ours = state_.settings;
  Electorate voters;
  voters.self = ours.self;
  voters.self_votes = ours.notifies;
  voters.majority = state_.by_majority();
  if (ours.tie == ours.name) voters.tie = ours.self;
  for (const Settings::Peer& peer : ours.peers) {
    if (peer.id.empty() || !peer.notifies) continue;
    voters.others.insert(peer.id);
    if (ours.tie == peer.name) voters.tie = peer.id;
  }
  return voters;
}

// The daemon votes, so a node is asked even while its core is not running.
std::set<NodeId> Node::State::Notifications::present(const Electorate& electorate, SteadyTime now) const {
  std::set<NodeId> present;
  for (const NodeId& id : electorate.others) {
    const Peer* peer = state_.peers.find(id);
    if (peer == nullptr || !peer->has_route()) continue;
    const Why why = state_.liveness.judge(id, now).why;
    if (why == Why::active || why == Why::core_gone || why == Why::core_stalled) present.insert(id);
  }
  return present;
}

void Node::State::Notifications::restored(Now now) {
  for (auto row = state_.table.after(0); row != state_.table.end(); ++row) {
    if (row->second->content.kind != wire::RegisterKind::notification) continue;
    const auto record = content_of<wire::NotificationRecord>(&row->second->content);
    if (record) rule_.voter().restore(*record, now);
  }
}

void Node::State::Notifications::settle(Now now) {
  owed_.follow(now, [&](const RegisterKey& key) { rule_.asker().record_changed(key); });
  if (judged_ && now.steady - *judged_ < kJudgeNotificationsEvery) return;
  judged_ = now.steady;
  Electorate voters = electorate();
  std::set<NodeId> reachable = present(voters, now.steady);
  rule_.asker().set_electorate(std::move(voters));
  rule_.asker().set_present(std::move(reachable));
  take_up_passed(now);
  rule_.tick(now);
  const OwedNotifications::Questions questions{[&](const ObjectKey& object) { return notifies(object) && core_knows_state(object); },
                                               [&](const RegisterKey& key) { return rule_.asker().asks(key); }};
  const OwedNotifications::Patience patience{rule_.asker().ask_timeout(), 2 * state_.settings.pulse_interval};
  for (const wire::Notification& notification : owed_.due(now.steady, patience, questions)) rule_.asker().owe(notification, now);
}

}  // namespace merlin::cluster
