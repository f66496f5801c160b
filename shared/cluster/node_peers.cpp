// Messages of other nodes, and the ways to them.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "cluster/mutants.hpp"
#include "cluster/node_notify.hpp"
#include "wire/codec.hpp"

namespace merlin::cluster {
namespace {

constexpr int kHeardAgain = 2;  // intervals, for others to speak to us after our loop was away

template <class Message>
std::optional<PeerMessage> decoded(const wire::Relayed& relayed) {
  if (relayed.type != static_cast<std::uint32_t>(Message::type_id)) return std::nullopt;
  Result<Message> message = wire::decode<Message>(relayed.payload);
  if (!message) return std::nullopt;
  return PeerMessage{std::move(*message)};
}

template <class... Message>
std::optional<PeerMessage> decoded_as_one_of(const wire::Relayed& relayed) {
  std::optional<PeerMessage> message;
  ((message || (message = decoded<Message>(relayed))), ...);
  return message;
}

// What a third node carries. Beats and relayed messages themselves are not carried on: one hop.
std::optional<PeerMessage> unwrap(const wire::Relayed& relayed) {
  return decoded_as_one_of<wire::NodeInfo, wire::Claims, wire::Ask, wire::Want, wire::Yield, wire::Inventory, wire::Order, wire::Rows,
                           wire::RowsAck, wire::Follow, wire::Digests, wire::Differing, wire::SyncDone, wire::ForwardedResult,
                           wire::ForwardedAck, wire::NotifyAsk, wire::NotifyReply, wire::NotifyVoid, wire::NotifyTell, wire::Recheck,
                           wire::Goodbye>(relayed);
}

}  // namespace

void Node::State::send(const NodeId& to, Priority priority, PeerMessage message) {
  const Other* receiver = find(to);
  if (receiver == nullptr) return;
  if (receiver->way.kind == Way::Kind::direct || (receiver->way.kind == Way::Kind::none && receiver->linked)) {
    out.push_back(SendToPeer{to, priority, std::move(message)});
  } else if (receiver->way.kind == Way::Kind::relayed) {
    wire::Relayed relayed{settings.self, to, 0, {}};
    std::visit(
        [&](const auto& content) {
          relayed.type = static_cast<std::uint32_t>(std::decay_t<decltype(content)>::type_id);
          relayed.payload = wire::encode(content);
        },
        message);
    out.push_back(SendToPeer{receiver->way.via, priority, std::move(relayed)});
  }
}

template <class Message>
void Node::State::broadcast(Priority priority, const Message& message) {
  for (const auto& [id, other] : others) {
    if (other.way.kind != Way::Kind::none) send(id, priority, message);
  }
}

void Node::State::update_ways(Now now) {
  for (auto& [id, other] : others) {
    Way way;
    // A link over which beats do not come through both ways carries nothing else either, though TCP has not noticed yet.
    const bool link_works = other.linked && liveness.hears_directly(id, now.steady) && liveness.other_hears(id, settings.self, now.steady);
    if (other.linked) way.kind = Way::Kind::direct;
    if (!link_works) {
      const auto relay = std::find_if(others.begin(), others.end(), [&, node = id](const auto& entry) {
        return entry.first != node && entry.second.linked && liveness.other_hears(entry.first, node, now.steady);
      });
      if (relay != others.end()) way = {Way::Kind::relayed, relay->first};
    }
    if (way == other.way) continue;
    // A relay that still works is not left for another one.
    if (way.kind == Way::Kind::relayed && other.way.kind == Way::Kind::relayed) {
      const Other* relay = find(other.way.via);
      if (relay != nullptr && relay->linked && liveness.other_hears(other.way.via, id, now.steady)) continue;
    }
    if (other.way.kind != Way::Kind::none) replication.session_down(id);
    journal.session_down(id);
    other.way = way;
    if (way.kind != Way::Kind::none) begin_session(id, now);
  }
}

void Node::State::begin_session(const NodeId& id, Now now) {
  Other& peer = other(id);
  peer.asked_inventory.reset();
  peer.asked_info.reset();
  send(id, Priority::control, own_info());
  // Before our module has spoken there is nothing to say: what it claimed through our last instance may still stand.
  if (core.claims.number() > 0) send_whole_claims(id);
  if (peer.way.kind == Way::Kind::direct) {
    out.push_back(SendToPeer{id, Priority::beat, own_beat(id, now)});
    journal.session_up(id, now.steady);
  }
  replication.session_up(id, now.steady);
}

std::vector<NodeId> Node::State::own_voters() const {
  std::vector<NodeId> voters;
  if (settings.notifies) voters.push_back(settings.self);
  for (const Settings::Peer& peer : settings.peers) {
    if (!peer.id.empty() && peer.notifies) voters.push_back(peer.id);
  }
  std::sort(voters.begin(), voters.end());
  return voters;
}

bool Node::State::by_majority() const {
  return settings.partition == Partition::majority || std::any_of(others.begin(), others.end(), [](const auto& entry) {
           return entry.second.configured && entry.second.info && entry.second.info->majority;
         });
}

wire::NodeInfo Node::State::own_info() const {
  wire::NodeInfo info;
  info.node_id = settings.self;
  info.instance = instance;
  info.number = info_number;
  info.name = settings.name;
  info.program_version = MERLIN_VERSION;
  info.weight = settings.weight;
  for (const Settings::Peer& peer : settings.peers) {
    if (peer.id.empty()) continue;
    info.knows_nodes.push_back(peer.id);
    if (peer.weight) info.said_weights.push_back({peer.id, *peer.weight});
  }
  info.inventory_digest = core.inventory ? core.inventory->digest() : 0;
  info.config_digest = core.config_digest;
  info.config_changed_ms = core.config_changed_ms;
  info.config_history = config_history;
  info.core_program = core.hello.program;
  info.majority = settings.partition == Partition::majority;
  info.voters = own_voters();
  return info;
}

void Node::State::tell_info() { broadcast(Priority::control, own_info()); }

void Node::State::receive(const NodeId& from, PeerMessage message, Now now) {
  std::visit(
      [&](auto&& content) {
        using Message = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<Message, wire::Beat>) {
          on_beat(from, content, now);
        } else if constexpr (std::is_same_v<Message, wire::NodeInfo>) {
          on_node_info(from, content, now);
        } else if constexpr (std::is_same_v<Message, wire::Claims>) {
          on_claims(from, content);
        } else if constexpr (std::is_same_v<Message, wire::Ask>) {
          on_ask(from, content);
        } else if constexpr (std::is_same_v<Message, wire::Want>) {
          on_want(from, content, now);
        } else if constexpr (std::is_same_v<Message, wire::Yield>) {
          on_yield(from, content, now);
        } else if constexpr (std::is_same_v<Message, wire::Inventory>) {
          on_inventory(from, std::move(content));
        } else if constexpr (std::is_same_v<Message, wire::Order>) {
          on_order(from, content);
        } else if constexpr (std::is_same_v<Message, wire::Rows>) {
          for (const wire::Register& row : content.rows) look_for_forwarded(row);
          compare_apart(content, now.steady);
          replication.on_rows(from, std::move(content), other(from).clock_offset);
        } else if constexpr (std::is_same_v<Message, wire::RowsAck>) {
          replication.on_ack(from, content, now.steady);
        } else if constexpr (std::is_same_v<Message, wire::Follow>) {
          replication.on_follow(from, content, now.steady);
        } else if constexpr (std::is_same_v<Message, wire::Digests>) {
          replication.on_digests(from, content);
        } else if constexpr (std::is_same_v<Message, wire::Differing>) {
          replication.on_differing(from, content);
        } else if constexpr (std::is_same_v<Message, wire::SyncDone>) {
          replication.on_sync_done(from, content);
        } else if constexpr (std::is_same_v<Message, wire::ForwardedResult>) {
          on_forwarded(from, std::move(content), now.steady);
        } else if constexpr (std::is_same_v<Message, wire::ForwardedAck>) {
          forwarded(content);
        } else if constexpr (std::is_same_v<Message, wire::NotifyAsk>) {
          notifications->rule().on_ask(from, content, now);
        } else if constexpr (std::is_same_v<Message, wire::NotifyReply>) {
          notifications->rule().on_reply(from, std::move(content), now);
        } else if constexpr (std::is_same_v<Message, wire::NotifyVoid>) {
          notifications->rule().on_void(from, content);
        } else if constexpr (std::is_same_v<Message, wire::NotifyTell>) {
          notifications->on_tell(content.notification, now);
        } else if constexpr (std::is_same_v<Message, wire::Recheck>) {
          on_recheck(content, now.steady);
        } else if constexpr (std::is_same_v<Message, wire::EventMarks>) {
          journal.on_marks(from, content);
        } else if constexpr (std::is_same_v<Message, wire::EventsAsk>) {
          journal.on_ask(from, content);
        } else if constexpr (std::is_same_v<Message, wire::Events>) {
          journal.on_events(from, std::move(content), now.steady);
        } else if constexpr (std::is_same_v<Message, wire::Relayed>) {
          on_relayed(from, std::move(content), now);
        } else if constexpr (std::is_same_v<Message, wire::Goodbye>) {
          on_goodbye(from, content, now);
        }
      },
      std::move(message));
}

void Node::State::on_node_info(const NodeId& from, const wire::NodeInfo& info, Now now) {
  if (info.node_id != from) return;
  Other& sender = other(from);
  sender.info = info;
  if (!sender.configured && std::exchange(sender.name, info.name) != info.name) tell_core_names();
  find_inventory(from, sender, now.steady);
  ownership_dirty = true;
}

void Node::State::find_inventory(const NodeId& id, Other& node, SteadyTime now) {
  if (!node.info) return;
  const std::uint64_t digest = node.info->inventory_digest;
  if (node.inventory && node.inventory->digest() == digest) return;
  InventoryPtr found;
  if (core.inventory && core.inventory->digest() == digest) found = core.inventory;
  for (const auto& [peer, known] : others) {
    if (!found && known.inventory && known.inventory->digest() == digest) found = known.inventory;
  }
  if (found) {
    node.inventory = found;
    ownership_dirty = true;
    return;
  }
  if (digest == 0 || node.way.kind == Way::Kind::none) return;
  if (node.asked_inventory && now - *node.asked_inventory < 5 * settings.pulse_interval) return;
  node.asked_inventory = now;
  send(id, Priority::control, wire::Ask{false, false, true});
}

void Node::State::on_claims(const NodeId& from, const wire::Claims& claims) {
  if (claims.node_id != from) return;
  Other& sender = other(from);
  if (!sender.claims.apply(claims)) send(from, Priority::control, wire::Ask{true, false, false});
  sender.claims_differ_since.reset();
  ownership_dirty = true;
}

void Node::State::send_whole_claims(const NodeId& to) {
  for (wire::Claims& part : ClaimSet::parts(core.claims.whole(settings.self, instance))) send(to, Priority::control, std::move(part));
}

void Node::State::on_ask(const NodeId& from, const wire::Ask& ask) {
  if (ask.info) send(from, Priority::control, own_info());
  if (ask.claims) send_whole_claims(from);
  if (!ask.inventory || !core.inventory) return;
  for (wire::Inventory& part : core.inventory->parts(settings.self)) {
    part.config_digest = core.config_digest;
    part.config_changed_ms = core.config_changed_ms;
    send(from, Priority::bulk, std::move(part));
  }
}

void Node::State::on_want(const NodeId& from, const wire::Want& want, Now now) {
  Other& wanter = other(from);
  wanter.wants = want.units;
  wanter.wants_until = now.steady + kBeatsToYield * settings.pulse_interval;
  heed_wants(from, wanter, now.steady);
}

// What is not the wanter's to have may be so a moment later: its beat travels by itself.
void Node::State::heed_wants(const NodeId& from, Other& wanter, SteadyTime now) {
  if (now >= wanter.wants_until) wanter.wants.clear();
  if (wanter.wants.empty() || !wanter.active || !may_run(now)) return;
  const std::vector<Unit> released = ownership.on_want(self_contender(), contender(from, wanter, now), wanter.wants, now);
  for (Unit unit : released) core.promised[unit] = from;
  mark_changed(released);
  if (!released.empty()) ownership_dirty = true;
}

void Node::State::on_yield(const NodeId& from, const wire::Yield& yield, Now now) {
  if (!other(from).active) return;
  ownership.on_yield(yield.units, now.steady);
  for (const wire::InFlight& check : yield.in_flight) {
    if (check.runner == settings.self) continue;  // whether it runs yet our own core knows best
    const Other* runner = find(check.runner);
    if (runner != nullptr && !runner->active) continue;  // nobody will hear of it
    awaited.add(check, now.steady);
    core.in_flight.push_back(check);
  }
  ownership_dirty = true;
}

void Node::State::on_inventory(const NodeId& from, wire::Inventory part) {
  if (part.node_id != from) return;
  Other& sender = other(from);
  InventoryPtr whole = sender.assembler.add(std::move(part));
  if (!whole) return;
  sender.inventory = std::move(whole);
  ownership_dirty = true;
}

void Node::State::on_order(const NodeId& from, const wire::Order& order) {
  const bool drain = order.kind == wire::OrderKind::drain;
  if (durable.drained == drain) return;
  durable.drained = drain;
  out.push_back(Persist{durable});
  log(LogLevel::info, name_of(from) + (drain ? " orders us to hand our checks over" : " orders us to take our checks back"));
  ownership_dirty = beat_due = true;
}

void Node::State::on_goodbye(const NodeId& from, const wire::Goodbye& goodbye, Now now) {
  Other& leaver = other(from);
  log(LogLevel::info, name_of(from) + " says goodbye: " + goodbye.text);
  if (goodbye.away_ms == 0) {
    wire::Claims none;
    none.node_id = from;
    none.whole = true;
    none.instance = leaver.claims.instance();
    none.number = leaver.claims.number() + 1;
    leaver.claims.apply(none);
    ownership_dirty = true;
    return;
  }
  const wire::Beat* beat = liveness.last_beat(from);
  leaver.absence = Other::Absence{phase_of(from, leaver), beat == nullptr ? 0 : beat->instance};
  liveness.away(from, std::min(Millis{goodbye.away_ms}, kLongestAway), now.steady);
}

void Node::State::on_relayed(const NodeId& from, wire::Relayed relayed, Now now) {
  if (relayed.to != settings.self) {
    const Other* receiver = find(relayed.to);
    if (relayed.from != from || receiver == nullptr || !receiver->linked) return;
    const bool bulk = relayed.type == static_cast<std::uint32_t>(wire::MessageType::rows);
    out.push_back(SendToPeer{relayed.to, bulk ? Priority::live : Priority::control, std::move(relayed)});
    return;
  }
  if (find(relayed.from) == nullptr) return;
  std::optional<PeerMessage> message = unwrap(relayed);
  if (message) receive(relayed.from, std::move(*message), now);
}

bool runs(const ClaimSet& claims, const InventoryPtr& known, const ObjectKey& object) {
  if (!object.is_host() && claims.contains(object.service)) return true;
  return claims.contains(object.host) && known && known->knows(object);
}

NodeId Node::State::runner_of(const ObjectKey& object) const {
  if (runs(core.claims, core.inventory, object)) return settings.self;
  for (const auto& [id, other] : others) {
    if (other.active && runs(other.claims, other.inventory, object)) return id;
  }
  return {};
}

// Before we have compared we do not know whether the state that our core made of a result stands: it may be in there. Nor do
// we when our loop was away, until those who took over meanwhile have spoken.
bool Node::State::holds_forwards(SteadyTime now) const {
  if (is_late(now) || (was_away && now - *was_away < kHeardAgain * settings.pulse_interval)) return true;
  if (!core.connected || phase != wire::NodePhase::joining) return false;
  return !core.initial_done || !has_compared();
}

void Node::State::send_forwards(SteadyTime now) {
  if (holds_forwards(now)) return;
  forwards_changed = false;
  forwards_sent = now;
  forwarding.send([&](const ObjectKey& object) { return runner_of(object); },
                  [&](const NodeId& id, SteadyTime sent) { return may_take_forwards(id, sent, now); },
                  [&](const NodeId& owner, wire::ForwardedResult result) {
                    if (owner == settings.self) {
                      on_forwarded(settings.self, std::move(result), now);
                    } else {
                      forward(owner, std::move(result));
                    }
                  },
                  kFreshIntervals * settings.pulse_interval, now);
}

void Node::State::forward(const NodeId& owner, wire::ForwardedResult result) {
  if (const wire::Beat* beat = liveness.last_beat(owner)) {
    result.heard_instance = beat->instance;
    result.heard_number = beat->number;
  }
  send(owner, Priority::live, std::move(result));
}

// It takes them by its own clock for as long after a beat of its own, see is_timely(): with beats faster than a long line
// is, longer than it takes to be lost.
bool Node::State::may_take_forwards(const NodeId& id, SteadyTime sent, SteadyTime now) const {
  if (id == settings.self) return true;
  const auto found = others.find(id);
  if (found == others.end()) return false;
  if (found->second.active) return true;
  const Millis interval = liveness.said_interval(id).value_or(Millis{0});
  return kFreshIntervals * interval < kForwardGood && now - sent < kForwardGood;
}

// Whoever hears nothing of us for three intervals gives its results to another node. The bytes that it had sent us may
// come all the same, when a cut heals. Our own clock says how old that beat is.
bool Node::State::is_timely(const wire::ForwardedResult& result, SteadyTime now) const {
  const auto beat = std::find_if(beats_sent.begin(), beats_sent.end(), [&](const auto& sent) { return sent.first == result.heard_number; });
  return result.heard_instance == instance && beat != beats_sent.end() &&
         now - beat->second < std::max(kFreshIntervals * settings.pulse_interval, kForwardGood);
}

void Node::State::on_forwarded(const NodeId& from, wire::ForwardedResult result, SteadyTime now) {
  if (from != settings.self && !is_timely(result, now)) return;
  const ObjectKey& object = object_of(result);
  const NodeId owner = runner_of(object);
  if (owner != settings.self) {
    if (owner.empty() || owner == from || result.hops > 0) return;  // its taker sends it again
    ++result.hops;
    forward(owner, std::move(result));
    return;
  }
  const wire::ForwardedAck ack{result.taker, result.taker_instance, result.number};
  const Forwarding::Arrival arrival = forwarding.arrived(result);
  // Taken beats ago and not in the row: what it made was outdone by another side's state since.
  if (arrival.taken || contained_in_row(result)) {
    acknowledge_forward(ack);
  } else if (arrival.fresh) {
    to_core(wire::ResultsToCore{{std::move(result)}});
  }
}

// The owner before us, or our own core before its end, has turned it into state.
bool Node::State::contained_in_row(const wire::ForwardedResult& result) {
  if (kMutant == Mutant::no_deduplication) return false;
  const Row* row = result.command.empty() ? table.find({result.result.object, wire::RegisterKind::check}) : nullptr;
  if (row == nullptr) return false;
  const auto state = wire::decode<wire::CheckRegister>(row->content.value);
  return state && contains(*state, result);
}

void Node::State::acknowledge_forward(const wire::ForwardedAck& ack) {
  if (ack.taker == settings.self) {
    forwarded(ack);
  } else {
    send(ack.taker, Priority::live, ack);
  }
}

}  // namespace merlin::cluster
