#include "cluster/node_notify.hpp"

#include <algorithm>
#include <utility>

#include "cluster/ranking.hpp"
#include "wire/codec.hpp"

namespace merlin::cluster {

Node::State::Notifications::Notifications(State& state)
    : state_(state), owed_(state.table, state.settings.self), rule_(state.settings.self, state.instance, *this) {}

const wire::Register* Node::State::Notifications::find(const RegisterKey& key) const {
  const Row* row = state_.table.find(key);
  return row == nullptr ? nullptr : &row->content;
}

// What the module says that it runs, and has not been told to give up.
bool Node::State::Notifications::runs(const ObjectKey& object) const {
  const cluster::Core& core = state_.core;
  const auto holds = [&](Unit unit) { return core.claims.contains(unit) && state_.ownership.running().contains(unit); };
  if (!core.connected || !core.inventory || !core.inventory->knows(object)) return false;
  return holds(object.host) || (!object.is_host() && holds(object.service));
}

// A node that we have no block for is let decide for itself.
bool Node::State::Notifications::notifies(const NodeId& id) const {
  const Settings& settings = state_.settings;
  if (id == settings.self) return settings.notifies;
  const auto peer = std::find_if(settings.peers.begin(), settings.peers.end(), [&](const Settings::Peer& known) { return known.id == id; });
  return peer == settings.peers.end() || peer->notifies;
}

// By draws alone: where weights differ for a moment two might each wait for the other.
std::optional<NodeId> Node::State::Notifications::first_that_notifies(const ObjectKey& object) const {
  std::optional<NodeId> first;
  const auto consider = [&](const NodeId& id, const InventoryPtr& inventory) {
    if (!notifies(id) || !inventory || !inventory->knows(object)) return;
    if (!first || stands_before(id, *first, object)) first = id;
  };
  if (state_.core.connected) consider(state_.settings.self, state_.core.inventory);
  for (const auto& [id, other] : state_.others) {
    if (other.active && other.configured) consider(id, other.inventory);
  }
  return first;
}

bool Node::State::Notifications::tells(const ObjectKey& object) const {
  if (!state_.settings.notifies) return false;
  if (runs(object)) return true;
  bool silent = false;  // who runs it does not notify
  for (const auto& [id, other] : state_.others) {
    if (!other.active || !cluster::runs(other.claims, other.inventory, object)) continue;
    if (notifies(id)) return false;
    silent = true;
  }
  return silent && first_that_notifies(object) == state_.settings.self;
}

void Node::State::Notifications::pass_on(const wire::Notification& notification) {
  const std::optional<NodeId> teller = first_that_notifies(notification.object);
  if (teller && teller != state_.settings.self) send(*teller, wire::NotifyTell{notification});
}

void Node::State::Notifications::on_tell(const wire::Notification& notification, Now now) {
  const RegisterKey key = told_key(notification);
  if (passed_.size() < kMostQuestions || passed_.contains(key)) passed_[key] = {notification, now.steady};
}

// Our core would refuse what it does not know of. Who passed it on says it again.
void Node::State::Notifications::take_up_passed(Now now) {
  for (auto entry = passed_.begin(); entry != passed_.end();) {
    const wire::Notification& notification = entry->second.notification;
    const bool known = rule_.is_true(notification) && core_knows_state(notification.object);
    if (known) rule_.owe(notification, now);
    const bool over = known || now.steady - entry->second.since >= kBeatsToPassOn * state_.settings.pulse_interval;
    entry = over ? passed_.erase(entry) : std::next(entry);
  }
}

// Else it would refuse what is owed, as no longer true.
bool Node::State::Notifications::core_knows_state(const ObjectKey& object) const {
  const Row* row = state_.table.find({object, wire::RegisterKind::check, 0});
  return row != nullptr && row->core_has && state_.core.epoch > 0;
}

bool Node::State::Notifications::stands_before(const NodeId& one, const NodeId& other, const ObjectKey& object) const {
  const KnownHost* host = state_.core.inventory ? state_.core.inventory->find(object.host) : nullptr;
  const std::string name = host == nullptr ? std::string() : host->name;
  const auto candidate = [&](const NodeId& id) { return Candidate{id, best_draw(id, 1, name), 1, wire::NodePhase::ready}; };
  return cluster::stands_before(candidate(one), candidate(other));
}

Millis Node::State::Notifications::interval_of(const NodeId& node) const {
  if (node == state_.settings.self) return state_.settings.pulse_interval;
  return state_.liveness.said_interval(node).value_or(state_.settings.pulse_interval);
}

void Node::State::Notifications::write(const wire::ToldRegister& told, Now now) {
  clock_.observe(std::max({state_.table.max_clock(), state_.clock_seen, std::min(state_.core.beat.hlc, kGreatestClock)}));
  const wire::Register* found = find(told_key(told.notification));
  const std::optional<wire::Register> before = found == nullptr ? std::nullopt : std::optional(*found);
  put(told, {state_.term, state_.side, clock_.next(now.wall), state_.settings.self}, {}, now);
  const wire::Register* written = find(told_key(told.notification));
  if (written != nullptr && (!before || cluster::order(*written, *before) > 0)) state_.note(*written, before ? &*before : nullptr, now);
}

// The least version of its holder: all who granted have the same row, and the holder's own word replaces it.
void Node::State::Notifications::note(const wire::ToldRegister& granted, Now now) {
  put(granted, {0, 0, 0, granted.holder}, granted.holder, now);
}

void Node::State::Notifications::put(const wire::ToldRegister& told, const wire::Version& version, const NodeId& from, Now now) {
  const RegisterKey key = told_key(told.notification);
  wire::Register row{key.object, key.kind, version, now.wall.time_since_epoch().count(), wire::encode(told), key.item, 0};
  row.rank = told_rank(told.notification, told.sent);
  state_.table.put(std::move(row), from, true);
}

void Node::State::Notifications::learn(wire::Register row, const NodeId& from) {
  Replication::to_our_clock(row, state_.other(from).clock_offset);
  state_.table.put(std::move(row), from, false);
}

// Only a grant that decides about others must outlive us (R4, majority).
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
    if (!waiting.ticket && waiting.change <= state_.saver.collected()) waiting.ticket = state_.saver.ticket();
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
  if (state_.core.connected) state_.to_core(std::move(verdict));
}

Electorate Node::State::Notifications::electorate() const {
  const Settings& settings = state_.settings;
  Electorate voters;
  voters.self = settings.self;
  voters.self_votes = settings.notifies;
  voters.majority = state_.by_majority();
  if (settings.tie == settings.name) voters.tie = settings.self;
  for (const Settings::Peer& peer : settings.peers) {
    if (peer.id.empty() || !peer.notifies) continue;
    voters.others.insert(peer.id);
    if (settings.tie == peer.name) voters.tie = peer.id;
  }
  return voters;
}

// A vote is the daemon's: it is asked also while its core is gone.
std::set<NodeId> Node::State::Notifications::present(const Electorate& electorate, SteadyTime now) const {
  std::set<NodeId> present;
  for (const NodeId& id : electorate.others) {
    const auto found = state_.others.find(id);
    if (found == state_.others.end() || found->second.way.kind == Way::Kind::none) continue;
    const Why why = state_.liveness.judge(id, now).why;
    if (why == Why::active || why == Why::core_gone || why == Why::core_stalled) present.insert(id);
  }
  return present;
}

void Node::State::Notifications::restored(Now now) {
  for (auto row = state_.table.after(0); row != state_.table.end(); ++row) {
    if (row->second->content.kind != wire::RegisterKind::told) continue;
    const auto told = wire::decode<wire::ToldRegister>(row->second->content.value);
    if (told) rule_.restore(*told, now);
  }
}

void Node::State::Notifications::settle(Now now) {
  owed_.follow(now, [&](const RegisterKey& key) { rule_.told_changed(key); });
  if (judged_ && now.steady - *judged_ < kJudgeNotificationsEvery) return;
  judged_ = now.steady;
  Electorate voters = electorate();
  std::set<NodeId> reachable = present(voters, now.steady);
  rule_.set_electorate(std::move(voters));
  rule_.set_present(std::move(reachable));
  take_up_passed(now);
  rule_.tick(now);
  const OwedNotifications::Questions questions{[&](const ObjectKey& object) { return tells(object) && core_knows_state(object); },
                                               [&](const RegisterKey& key) { return rule_.asks(key); }};
  const OwedNotifications::Patience patience{rule_.ask_timeout(), 2 * state_.settings.pulse_interval};
  for (const wire::Notification& notification : owed_.due(now.steady, patience, questions)) rule_.owe(notification, now);
}

}  // namespace merlin::cluster
