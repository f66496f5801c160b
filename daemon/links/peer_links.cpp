#include "daemon/links/peer_links.hpp"

#include <fmt/format.h>

#include "daemon/links/frames.hpp"
#include "daemon/process/clocks.hpp"
#include "daemon/process/logging.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::daemon {
namespace {

using Stage = PeerLink::Stage;

net::Priority priority_of(cluster::Priority priority) {
  switch (priority) {
    case cluster::Priority::heartbeat:
      return net::Priority::heartbeat;
    case cluster::Priority::control:
      return net::Priority::control;
    case cluster::Priority::live:
      return net::Priority::live;
    case cluster::Priority::bulk:
      break;
  }
  return net::Priority::bulk;
}

bool is(const wire::Frame& frame, wire::MessageType type) { return frame.type == static_cast<std::uint8_t>(type); }

}  // namespace

RefusalReason reason_of(net::CloseCause cause) {
  switch (cause) {
    case net::CloseCause::untrusted:
      return RefusalReason::untrusted;
    case net::CloseCause::refused_us:
      return RefusalReason::refused_us;
    case net::CloseCause::timeout:
      return RefusalReason::timed_out;
    case net::CloseCause::protocol:
      return RefusalReason::not_ours;
    case net::CloseCause::by_peer:
    case net::CloseCause::error:
    case net::CloseCause::not_listening:
      return RefusalReason::gave_up;
    case net::CloseCause::overflow:
    case net::CloseCause::local:
      break;
  }
  return RefusalReason::crowded;
}

PeerLinks::PeerLinks(ev::loop_ref loop, OwnSide self, net::TlsContext tls, NodeBook& book, Refusals& refusals, Log& log, PeerEvents events)
    : loop_(loop),
      self_(std::move(self)),
      tls_(std::move(tls)),
      book_(book),
      refusals_(refusals),
      log_(log),
      events_(std::move(events)),
      resolver_(loop),
      known_hosts_(loop, resolver_, [this](const std::set<std::string>& hosts) {
        hosts_ = hosts;
        if (listener_) listener_->set_known(hosts_);
      }) {}

PeerLinks::~PeerLinks() = default;

// Two sockets cannot listen on overlapping addresses, so the old one is closed first.
Result<> PeerLinks::listen(std::vector<std::string> addresses, std::uint16_t port) {
  const bool had_one = listener_ != nullptr;
  listener_.reset();
  auto listener = open_listener(addresses, port);
  if (listener) {
    listener_ = std::move(*listener);
    addresses_ = std::move(addresses);
    port_ = port;
    return Ok{};
  }
  if (!had_one) return listener.error();
  auto old = open_listener(addresses_, port_);
  if (old) listener_ = std::move(*old);
  return listener.error();
}

Result<std::unique_ptr<net::Listener>> PeerLinks::open_listener(const std::vector<std::string>& addresses, std::uint16_t port) {
  net::ListenerHandlers handlers;
  handlers.on_peer = [this](std::unique_ptr<net::Connection> connection) { accepted(std::move(connection)); };
  handlers.on_refused = [this](const std::string& address, const net::CloseReason& reason) {
    // If two nodes connect at the same moment, one of them gives up.
    if (reason_of(reason.cause) == RefusalReason::gave_up) return refusals_.count(RefusalReason::gave_up);
    note_refused({reason_of(reason.cause), reason.text, address, reason.fingerprint, reason.node_id, "", {}});
  };
  net::TrustCheck trust = [this](const net::CertificateInfo& certificate) -> Result<> {
    if (book_.block_of(certificate.fingerprint) != nullptr || book_.is_module(certificate.fingerprint)) return Ok{};
    return Error{"no block in merlin.conf has it", "", ""};
  };
  auto listener =
      net::Listener::listen(loop_, addresses, port, tls_, std::move(trust), std::move(handlers), {.connection = connection_options()});
  if (listener) (*listener)->set_known(hosts_);
  return listener;
}

net::ConnectionOptions PeerLinks::connection_options() { return {.finish_deadline = kFlushTime}; }

void PeerLinks::accepted(std::unique_ptr<net::Connection> connection) {
  const std::string& fingerprint = connection->peer().fingerprint;
  if (book_.block_of(fingerprint) == nullptr && book_.is_module(fingerprint)) return events_.on_module(std::move(connection));
  adopt(std::move(connection), std::nullopt);
}

void PeerLinks::connected(const std::string& block, std::unique_ptr<net::Connection> connection) {
  targets_.at(block).clear_trouble();
  adopt(std::move(connection), block);
}

void PeerLinks::adopt(std::unique_ptr<net::Connection> connection, std::optional<std::string> connector) {
  const LinkNumber number = ++last_number_;
  PeerLink& link = links_[number];
  link.number = number;
  link.id = connection->peer().node_id;
  link.fingerprint = connection->peer().fingerprint;
  link.address = connection->peer().address;
  link.connector = std::move(connector);
  const config::NodeConfig* block = book_.block_of(link.fingerprint);
  if (block != nullptr) link.block = block->name;

  net::ConnectionHandlers handlers;
  handlers.on_frame = [this, number](wire::Frame&& frame) { frame_came(number, std::move(frame)); };
  handlers.on_closed = [this, number](const net::CloseReason& reason) { closed(number, reason); };
  connection->set_handlers(std::move(handlers));
  link.connection = std::move(connection);

  if (link.id == self_.node_id)
    return refuse(
        link, {wire::RefuseReason::identity, "it has our own node id: one of the two machines is a copy of the other and needs a new key"});
  if (speaks_first(self_.node_id, link.id)) {
    say_hello(link);
  }
  limit_greeting(link.fingerprint);
}

// Incoming links have a trusted key; even so, their number must be limited.
void PeerLinks::limit_greeting(const std::string& fingerprint) {
  std::vector<LinkNumber> greeting;
  for (const auto& [number, link] : links_) {
    if (link.fingerprint == fingerprint && link.stage != Stage::up) greeting.push_back(number);
  }
  if (greeting.size() > kMaxGreeting) closed(greeting.front(), {net::CloseCause::overflow, "a newer link replaced it", {}, {}});
}

void PeerLinks::frame_came(LinkNumber number, wire::Frame frame) {
  const auto found = links_.find(number);
  if (found == links_.end()) return;
  PeerLink& link = found->second;
  if (link.stage == Stage::over) return;
  if (is(frame, wire::MessageType::refuse)) return refused_by_peer(link, frame);
  if (link.stage == Stage::greeting) return greet(link, frame);

  wire::Rejects rejects;
  auto message = peer_message(frame, rejects);
  if (!message) return break_off(link, message.error().text());
  if (!rejects.empty()) events_.on_rejected(link.id, rejects);
  if (!*message) return;
  if (std::holds_alternative<wire::Goodbye>(**message)) goodbye_.insert(link.block);
  events_.on_message(link.id, std::move(**message));
}

void PeerLinks::greet(PeerLink& link, const wire::Frame& frame) {
  if (!is(frame, wire::MessageType::hello)) return break_off(link, "its first message was not a hello");
  auto hello = wire::decode<wire::Hello>(frame.payload);
  if (!hello) return break_off(link, hello.error().text());
  wire::Rejects rejects;
  if (!wire::validate(*hello, rejects)) return break_off(link, rejects.what());
  greeted(link, *hello);
}

void PeerLinks::greeted(PeerLink& link, const wire::Hello& hello) {
  if (auto refusal = judge(self_, caller_of(link), hello)) return refuse(link, *refusal);
  if (is_doubled(link, hello)) {
    const Refusal refusal{wire::RefuseReason::identity, "two machines have this node id: one is a copy of the other and needs a new key"};
    if (PeerLink* standing = link_of(link.id)) dismiss(*standing, refusal);
    return refuse(link, refusal);
  }
  if (!speaks_first(self_.node_id, link.id)) {
    if (!wins_over_standing(link, hello)) return refuse(link, {wire::RefuseReason::busy, "we are linked already"});
    say_hello(link);
  }
  come_up(link, hello);
}

// When a process ends, its link ends, too. So two working links are two machines.
bool PeerLinks::is_doubled(const PeerLink& link, const wire::Hello& hello) {
  const Now now = read_clocks();
  const auto standing = up_.find(link.id);
  if (standing != up_.end()) {
    const PeerLink& old = links_.at(standing->second);
    const bool lives = now.steady - old.connection->counters().last_received < kSilenceLimit;
    if (lives && old.instance != hello.instance) clones_.note_swap(link.id, now.steady);
  }
  return clones_.is_doubled(link.id, now.steady);
}

bool PeerLinks::wins_over_standing(const PeerLink& link, const wire::Hello& hello) const {
  const auto standing = up_.find(link.id);
  if (standing == up_.end()) return true;
  const PeerLink& old = links_.at(standing->second);
  const Millis silent_for = read_clocks().steady - old.connection->counters().last_received;
  return choose_link({old.instance, old.started_by_us(), silent_for}, hello.instance, link.started_by_us(), kSilenceLimit) ==
         Choice::take_new;
}

void PeerLinks::come_up(PeerLink& link, const wire::Hello& hello) {
  if (const PeerLink* standing = link_of(link.id)) drop_standing(link.id, standing->instance != hello.instance);
  link.instance = hello.instance;
  link.stage = Stage::up;
  link.connection->set_max_payload_bytes(wire::kMaxPayloadBytes);
  up_[link.id] = link.number;
  last_hello_[link.block] = hello;
  goodbye_.erase(link.block);
  refusals_.forget_block(link.block);
  refusals_.forget_certificate(link.fingerprint);
  rest_connector(link.block);
  log_.info(fmt::format("linked with {} ({}, merlind {})", link.block, link.address, hello.program_version));
  if (const auto mismatch = relation_mismatch(caller_of(link), hello)) log_.warning(link.block + ": " + *mismatch);
  if (book_.learn(link.fingerprint, link.id)) events_.on_learned();
  events_.on_up(link.id);
}

void PeerLinks::drop_standing(const NodeId& id, bool by_peer) {
  const LinkNumber number = up_.at(id);
  up_.erase(id);
  log_.info(fmt::format("a newer link with {} replaces the old one", links_.at(number).block));
  links_.erase(number);
  events_.on_down(id, by_peer);
}

void PeerLinks::refuse(PeerLink& link, const Refusal& refusal) {
  link.stage = Stage::over;
  if (refusal.reason != wire::RefuseReason::busy) {
    note_refused({reason_of(refusal.reason), refusal.text, link.address, link.fingerprint, link.id, link.block, {}});
  }
  send_frame(link, net::Priority::heartbeat, wire::to_frame(wire::Refuse{refusal.reason, refusal.text}));
  link.connection->finish("refused: " + refusal.text);
}

void PeerLinks::refused_by_peer(PeerLink& link, const wire::Frame& frame) {
  auto refuse = wire::decode<wire::Refuse>(frame.payload);
  if (!refuse) return break_off(link, refuse.error().text());
  wire::Rejects rejects;
  wire::validate(*refuse, rejects);
  if (refuse->reason == wire::RefuseReason::busy) return;
  note_refused({reason_of(refuse->reason), "it refuses us: " + refuse->text, link.address, link.fingerprint, link.id, link.block, {}});
}

void PeerLinks::break_off(PeerLink& link, const std::string& why) {
  note_refused({RefusalReason::not_ours, why, link.address, link.fingerprint, link.id, link.block, {}});
  closed(link.number, {net::CloseCause::protocol, why, {}, {}});
}

void PeerLinks::closed(LinkNumber number, const net::CloseReason& reason) {
  const auto found = links_.find(number);
  if (found == links_.end()) return;
  // Destroying the connection closes its socket, whichever end was first.
  const PeerLink link = std::move(found->second);
  links_.erase(found);
  const bool was_up = link.stage == Stage::up;
  if (was_up) up_.erase(link.id);
  if (!was_up && (reason.cause == net::CloseCause::refused_us || reason.cause == net::CloseCause::timeout)) {
    note_refused({reason_of(reason.cause), reason.text, link.address, link.fingerprint, link.id, link.block, {}});
  }
  if (was_up || link.started_by_us()) resume_connector(link.block, was_up);
  if (!was_up) return;
  if (!ending_) log_.info(fmt::format("the link with {} has ended: {}", link.block, reason.text));
  events_.on_down(link.id, reason.cause == net::CloseCause::by_peer);
}

void PeerLinks::apply(OwnSide self, bool afresh) {
  self_ = std::move(self);
  const Refusal stranger{wire::RefuseReason::unknown_node, self_.name + " no longer has this node in its merlin.conf"};
  std::vector<LinkNumber> numbers;
  for (const auto& [number, link] : links_) numbers.push_back(number);
  for (const LinkNumber number : numbers) {
    PeerLink& link = links_.at(number);
    const config::NodeConfig* block = book_.block_of(link.fingerprint);
    if (block != nullptr && !afresh) {
      link.block = block->name;
    } else if (link.stage != Stage::over) {
      dismiss(link, block != nullptr ? std::nullopt : std::optional(stranger));
    }
  }
  std::erase_if(last_hello_, [&](const auto& entry) { return !is_block(entry.first); });
  std::erase_if(goodbye_, [&](const std::string& block) { return !is_block(block); });
  sync_connectors();
}

// An existing or starting link is no longer wanted.
void PeerLinks::dismiss(PeerLink& link, const std::optional<Refusal>& said) {
  const bool was_up = link.stage == Stage::up;
  link.stage = Stage::over;
  if (said) send_frame(link, net::Priority::heartbeat, wire::to_frame(wire::Refuse{said->reason, said->text}));
  link.connection->finish(said ? said->text : "merlin.conf has changed");
  if (!was_up) return;
  up_.erase(link.id);
  events_.on_down(link.id, false);
}

void PeerLinks::send(const NodeId& to, cluster::Priority priority, const cluster::PeerMessage& message) {
  PeerLink* link = link_of(to);
  if (link != nullptr) send_frame(*link, priority_of(priority), to_frame(message));
}

// A message larger than a frame is dropped here: the other end would close the link because of it.
void PeerLinks::send_frame(PeerLink& link, net::Priority priority, Result<std::string> frame) {
  if (!frame) return log_.error(fmt::format("a message to {} was not sent: {}", link.block, frame.error().text()));
  link.connection->send(priority, *std::move(frame));
}

void PeerLinks::say_hello(PeerLink& link) {
  send_frame(link, net::Priority::heartbeat, wire::to_frame(make_hello(self_, caller_of(link).type, events_.inventory_digest())));
}

void PeerLinks::finish(const std::string& text) {
  ending_ = true;
  listener_.reset();
  targets_.clear();
  std::erase_if(links_, [](const auto& entry) { return entry.second.stage == Stage::greeting; });
  for (auto& [number, link] : links_) link.connection->finish(text);
}

void PeerLinks::note_refused(RefusedPeer peer) {
  const std::string who = peer.block.empty() ? peer.address : peer.block + " (" + peer.address + ")";
  const std::string line = fmt::format("refused link with {}: {}", who, peer.text);
  if (refusals_.note(std::move(peer), read_clocks())) log_.warning(line);
}

Caller PeerLinks::caller_of(const PeerLink& link) const {
  Caller caller = book_.caller(link.fingerprint, link.id);
  for (const auto& [id, number] : up_) {
    if (id != link.id && links_.at(number).block == caller.block) caller.linked_as = id;
  }
  return caller;
}

PeerLink* PeerLinks::link_of(const NodeId& id) {
  const auto found = up_.find(id);
  return found == up_.end() ? nullptr : &links_.at(found->second);
}

}  // namespace merlin::daemon
