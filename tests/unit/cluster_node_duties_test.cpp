// A whole node among others, with simulated core and store: which results it receives from them, and for which nodes it notifies.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <variant>

#include "shared/cluster/durability/store_writer.hpp"
#include "shared/cluster/node/node.hpp"
#include "shared/cluster/notification/facts.hpp"
#include "shared/cluster/ownership/ranking.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr std::uint64_t kInstance = 77;
constexpr std::uint64_t kDutiesStart = std::uint64_t{1'700'000'000'000} << 16;

const NodeId kDutiesSelf = id(1);
const NodeId kDutiesPeer = id(2);
const NodeId kDutiesThird = id(3);

template <class Message, class Messages>
std::vector<Message> only(const Messages& messages) {
  std::vector<Message> found;
  for (const auto& message : messages) {
    if (const auto* one = std::get_if<Message>(&message)) found.push_back(*one);
  }
  return found;
}

// Its core follows every epoch and confirms every row; heartbeats of the others arrive at each interval.
struct Played {
  Played(const Settings& settings, std::vector<wire::InventoryHost> hosts)
      : interval(settings.pulse_interval), node(settings, {}, kInstance, 9, now_at(0)) {
    for (const Settings::Peer& peer : settings.peers) numbers[peer.id] = 0;
    node.start(now_at(0));
    for (const auto& [peer, number] : numbers) take(node.link_up(peer, now_at(0)));
    wire::CoreHello hello;
    hello.boot_id = 3;
    take(node.core_connected(hello, now_at(0)));
    from_core(inventory_of({}, std::move(hosts)));
    from_core(wire::CoreRows{{}, 0, wire::CoreRowsKind::initial_last, 1});
  }
  static wire::Inventory inventory_of(const NodeId& node, std::vector<wire::InventoryHost> hosts) {
    wire::Inventory inventory;
    inventory.node_id = node;
    inventory.digest = 100 + node.bytes[0];
    inventory.last = true;
    inventory.hosts = std::move(hosts);
    return inventory;
  }
  void from_core(FromCore message) { take(node.receive_core(std::move(message), now_at(now))); }
  void from(const NodeId& peer, PeerMessage message) { take(node.receive(peer, std::move(message), now_at(now))); }

  void pass(Millis time) {
    for (const int until = now + static_cast<int>(time.count()); now < until;) {
      now += 50;
      if (now % interval.count() == 0) {
        for (auto& [peer, number] : numbers) from(peer, heartbeat_of(peer, ++number));
        from_core(wire::CoreHeartbeat{});
      }
      take(node.tick(now_at(now)));
    }
  }
  wire::Heartbeat heartbeat_of(const NodeId& peer, std::uint64_t number) const {
    wire::Heartbeat heartbeat;
    heartbeat.node_id = peer;
    heartbeat.instance = 5;
    heartbeat.number = number;
    heartbeat.interval_ms = static_cast<std::uint32_t>(interval.count());
    heartbeat.core = wire::CoreHealth::well;
    heartbeat.core_timeout_ms = 5000;
    heartbeat.phase = wire::NodePhase::ready;
    heartbeat.table_digest = peers_table;
    wire::Heard heard;
    heard.node_id = kDutiesSelf;
    heard.instance = kInstance;
    heard.number = own_heartbeat;
    heard.direct = true;
    heartbeat.heard.push_back(heard);
    return heartbeat;
  }
  void take(const Actions& actions) {
    for (const Action& action : actions) {
      if (const auto* save = std::get_if<Save>(&action)) unwritten.push_back(save->ticket);
      if (const auto* sent = std::get_if<SendToPeer>(&action)) note(*sent);
      const auto* said = std::get_if<SendToCore>(&action);
      if (said == nullptr) continue;
      to_core.push_back(said->message);
      if (const auto* epoch = std::get_if<wire::Epoch>(&said->message)) {
        from_core(wire::CoreClaims{epoch->number, epoch->whole, epoch->added, epoch->removed, {}});
      }
      if (const auto* rows = std::get_if<wire::RowsToCore>(&said->message)) from_core(wire::RowsConfirmed{rows->batch});
    }
    if (!disk_hangs) write();
  }
  void write() {
    for (const std::uint64_t ticket : std::exchange(unwritten, {})) take(node.saved(ticket, true, now_at(now)));
  }
  void note(const SendToPeer& sent) {
    if (const auto* heartbeat = std::get_if<wire::Heartbeat>(&sent.message)) own_heartbeat = heartbeat->number;
    to_peers[sent.to].push_back(sent.message);
  }

  Millis interval;
  Node node;
  int now = 0;
  std::uint64_t own_heartbeat = 1;
  bool disk_hangs = false;
  std::vector<std::uint64_t> unwritten;     // the tickets of Saves
  std::uint64_t peers_table = 0;            // its digest: 0 means empty, like ours
  std::map<NodeId, std::uint64_t> numbers;  // of their heartbeats
  std::vector<ToCore> to_core;
  std::map<NodeId, std::vector<PeerMessage>> to_peers;
};

Settings settings(std::vector<Settings::Peer> peers) {
  Settings settings;
  settings.self = kDutiesSelf;
  settings.name = "self";
  settings.cluster = "test";
  settings.peers = std::move(peers);
  return settings;
}

// A result that the peer has received for us after our last heartbeat.
wire::ForwardedResult forwarded(const Played& played, std::uint64_t number) {
  wire::ForwardedResult result;
  result.taker = kDutiesPeer;
  result.taker_instance = 5;
  result.number = number;
  result.result.object = {host_key("web"), 0};
  result.heard_instance = kInstance;
  result.heard_number = played.own_heartbeat;
  return result;
}

// A host in whose ranking these two nodes have this order.
std::string host_where(const NodeId& first, const NodeId& second) {
  for (int number = 0;; ++number) {
    const std::string name = "host" + std::to_string(number);
    if (best_draw(first, 1, name) > best_draw(second, 1, name)) return name;
  }
}

}  // namespace

// With heartbeats of 200 ms, three intervals are shorter than the delay of a long line.
BOOST_AUTO_TEST_CASE(a_result_reaches_its_owner_within_two_seconds_however_fast_the_heartbeats_are) {
  Settings fast = settings({{kDutiesPeer, "peer", std::nullopt}});
  fast.pulse_interval = Millis{200};
  Played played(fast, {{"web", {}}});
  played.pass(Millis{40'000});
  const auto results = [&] { return only<wire::ResultsToCore>(played.to_core).size(); };
  const wire::ForwardedResult first = forwarded(played, 1);
  played.pass(Millis{1'800});
  played.from(kDutiesPeer, first);
  BOOST_TEST(results() == 1U);
  const wire::ForwardedResult second = forwarded(played, 2);
  played.pass(Millis{2'100});
  played.from(kDutiesPeer, second);
  BOOST_TEST(results() == 1U, "by then its taker may have given it to another");
}

// Our core may have applied it: then it is in the state, and the comparison shows whether that state wins.
BOOST_AUTO_TEST_CASE(what_a_core_hands_on_waits_until_its_node_has_compared) {
  Played played(settings({{kDutiesPeer, "peer", std::nullopt}}), {{"web", {}}});
  played.peers_table = 5;
  played.from(kDutiesPeer, wire::Claims{kDutiesPeer, 5, 1, true, {host_key("web")}, {}});
  played.from(kDutiesPeer, Played::inventory_of(kDutiesPeer, {{"web", {}}}));
  played.pass(Millis{5'000});
  wire::CheckResult result;
  result.object = {host_key("web"), 0};
  result.number = 1;
  played.from_core(wire::CoreResults{{result}, 0, {}});
  played.pass(Millis{10'000});
  const auto handed_on = [&] { return only<wire::ForwardedResult>(played.to_peers[kDutiesPeer]).size(); };
  BOOST_TEST(handed_on() == 0U);
  played.from(kDutiesPeer, wire::SyncDone{1, 7, 0});
  played.pass(Millis{500});
  BOOST_TEST(handed_on() == 1U);
}

namespace {

// The core of this node, which does not own the host, executes in one turn: an acknowledgement, then a passive result.
struct AcknowledgedAndWell : Played {
  AcknowledgedAndWell() : Played(settings({{kPeer, "peer", std::nullopt}}), {{"web", {}}}) {
    from(kPeer, wire::Claims{kPeer, 5, 1, true, {kWeb.host}, {}});
    from(kPeer, inventory_of(kPeer, {{"web", {}}}));
    pass(Millis{5'000});
    disk_hangs = true;
    wire::AcknowledgementRegister content;
    content.set = true;
    const wire::Register row{kWeb, wire::RegisterKind::acknowledgement, {1, 1, kDutiesStart, kSelf}, 0, wire::encode(content), 0, 0};
    from_core(wire::CoreRows{{row}, 0, wire::CoreRowsKind::write, 5});
    wire::CheckResult result;
    result.object = kWeb;
    result.number = 1;
    from_core(wire::CoreResults{{result}, 0, {}});
    pass(Millis{200});
  }
  // What the owner has received of it, in order.
  std::string sent() const {
    std::string words;
    for (const PeerMessage& message : to_peers.at(kPeer)) {
      const auto* rows = std::get_if<wire::Rows>(&message);
      const bool has_ours = rows != nullptr && std::any_of(rows->rows.begin(), rows->rows.end(), [](const wire::Register& row) {
                              return row.kind == wire::RegisterKind::acknowledgement;
                            });
      if (has_ours) words += "acknowledgement ";
      if (std::holds_alternative<wire::ForwardedResult>(message)) words += "result ";
    }
    return words;
  }
  const ObjectKey kWeb{host_key("web"), 0};
};

}  // namespace

// The owner must not know of the recovery before it knows of the acknowledgement, whose notification would no longer be due.
BOOST_FIXTURE_TEST_CASE(a_result_leaves_behind_what_an_operator_did_to_its_object_before, AcknowledgedAndWell) {
  BOOST_TEST(sent() == "");
  write();
  BOOST_TEST(sent() == "acknowledgement result ");
}

BOOST_FIXTURE_TEST_CASE(a_result_does_not_wait_for_a_disk_that_hangs, AcknowledgedAndWell) {
  pass(kSavePatience);
  BOOST_TEST(sent() == "acknowledgement result ");
}

// Its core continued checking while this daemon was away: the next owner must not repeat a check that was just done.
BOOST_AUTO_TEST_CASE(a_node_that_has_not_compared_yields_nothing) {
  const std::string host = host_where(kDutiesPeer, kDutiesSelf);
  Played played(settings({{kDutiesPeer, "peer", std::nullopt}}), {{host, {}}});
  const std::uint64_t unit = host_key(host);
  played.peers_table = 5;
  played.from_core(wire::CoreClaims{0, true, {unit}, {}, {}});
  wire::NodeInfo info;
  info.node_id = kDutiesPeer;
  info.instance = 5;
  info.inventory_digest = 100U + kDutiesPeer.bytes[0];
  played.from(kDutiesPeer, info);
  played.from(kDutiesPeer, Played::inventory_of(kDutiesPeer, {{host, {}}}));
  played.pass(Millis{5'000});
  const auto yields = [&] { return only<wire::Yield>(played.to_peers[kDutiesPeer]).size(); };
  played.from(kDutiesPeer, wire::Want{1, {unit}});
  BOOST_TEST(yields() == 0U);
  played.from(kDutiesPeer, wire::SyncDone{1, 7, 0});
  played.from(kDutiesPeer, wire::Want{2, {unit}});
  BOOST_TEST(yields() == 1U);
}

// The owner of the host notifies but does not have the service configured; the node that runs the service does not notify.
BOOST_AUTO_TEST_CASE(a_lone_service_of_a_node_that_does_not_notify_is_told_by_one_that_knows_it) {
  const std::string host = host_where(kDutiesThird, kDutiesSelf);
  Played played(settings({{kDutiesPeer, "peer", std::nullopt, false}, {kDutiesThird, "third", std::nullopt}}), {{host, {"http"}}});
  const auto lives_with = [&](const NodeId& peer, const std::vector<std::string>& services, std::uint64_t unit) {
    wire::NodeInfo info;
    info.node_id = peer;
    info.instance = 5;
    info.inventory_digest = 100U + peer.bytes[0];
    played.from(peer, info);
    played.from(peer, Played::inventory_of(peer, {{host, services}}));
    played.from(peer, wire::Claims{peer, 5, 1, true, {unit}, {}});
  };
  const ObjectKey service{host_key(host), service_key(host, "http")};
  lives_with(kDutiesThird, {}, service.host);
  lives_with(kDutiesPeer, {"http"}, service.service);
  wire::CheckRegister state;
  state.current_state = 2;
  state.state_type = 1;
  state.last_hard_ok_hlc = kDutiesStart;
  wire::Register row;
  row.object = service;
  row.version = {1, 1, kDutiesStart + 1, kDutiesPeer};
  row.value = wire::encode(state);
  played.from(kDutiesPeer, wire::Rows{7, 1, wire::RowStream::live, {row}});
  played.pass(Millis{5'000});

  wire::Notification problem;
  problem.object = service;
  problem.number = 1;
  problem.start = kDutiesStart;
  problem.state = 2;
  played.from(kDutiesPeer, wire::NotifyTell{problem});
  played.pass(Millis{500});
  const auto asked = only<wire::NotifyAsk>(played.to_peers[kDutiesThird]);
  BOOST_REQUIRE(asked.size() == 1U);
  BOOST_TEST(only<wire::NotifyAsk>(played.to_peers[kDutiesPeer]).empty(), "it has no vote");
  wire::NotifyReply grant;
  grant.question = asked[0].question;
  played.from(kDutiesThird, grant);
  const auto verdicts = only<wire::NotifyVerdict>(played.to_core);
  BOOST_REQUIRE(verdicts.size() == 1U);
  BOOST_TEST(verdicts[0].delegated);
}
