// The links to other daemons: the listener, a connector for each peer that we connect to, and the handshake on each
// link, until there is exactly one link to each node that is there. Belongs to the loop's thread.
#pragma once

#include <ev++.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "clone_watch.hpp"
#include "cluster/node.hpp"
#include "config/config.hpp"
#include "handshake.hpp"
#include "net/connector.hpp"
#include "net/listener.hpp"
#include "node_book.hpp"
#include "peer_link.hpp"
#include "refusals.hpp"

namespace merlin::daemon {

class Log;

// What the links tell the daemon. Called from the loop only.
struct PeerEvents {
  // A certificate has shown which node a block is; comes before on_up.
  std::function<void()> on_learned;
  std::function<void(const NodeId&)> on_up;
  std::function<void(const NodeId&, bool by_peer)> on_down;
  std::function<void(const NodeId&, cluster::PeerMessage)> on_message;
  std::function<void(const NodeId&)> on_unreachable;
  // A module on another machine has connected by TLS.
  std::function<void(std::unique_ptr<net::Connection>)> on_module;
  // Of our core, for greetings.
  std::function<std::uint64_t()> inventory_digest;
};

// What `status` shows of the link to a block's node.
struct PeerFacts {
  bool linked = false;
  std::string address;   // the other end of the link, or where we try to reach it
  std::string version;   // of its merlind, as its last hello said
  std::string trouble;   // why we cannot reach it; empty while linked
  std::string mismatch;  // the two files do not say the same of each other
  bool goodbye = false;  // its last word was that it ends
};

class PeerLinks {
 public:
  // Silent for longer, a link gives way to a new one of the same node.
  static constexpr Millis kSilenceLimit{2'500};
  // How long a link that we end may take to send what is queued.
  static constexpr Millis kFlushTime{2'000};
  // Links of one node that have not agreed yet; a newer one pushes out the oldest.
  static constexpr std::size_t kMaxGreeting = 4;

  // All must outlive it.
  PeerLinks(ev::loop_ref loop, OwnSide self, net::TlsContext tls, NodeBook& book, Refusals& refusals, Log& log, PeerEvents events);
  PeerLinks(PeerLinks&&) = delete;
  ~PeerLinks();

  // Listens there instead of where it did; no address: on all of the machine. Error: the old place is kept, if it
  // could be taken again.
  Result<> listen(std::vector<std::string> addresses, std::uint16_t port);
  // Takes up what NodeBook says now: links whose certificate no block trusts any more are closed, connectors of new
  // blocks start. `afresh`: what a handshake compares has changed, so all links are made anew.
  void apply(OwnSide self, bool afresh);

  // To a node without a link: dropped.
  void send(const NodeId& to, cluster::Priority priority, const cluster::PeerMessage& message);
  bool is_linked(const NodeId& id) const { return up_.contains(id); }
  PeerFacts facts(const config::NodeConfig& block) const;
  // Links that have not shown a certificate yet.
  std::size_t unauthenticated() const;
  // Turns in which no descriptor was left to accept one, since this place is listened on.
  std::uint64_t descriptor_pauses() const;

  // The daemon ends: no new links; what is queued is sent.
  void finish(const std::string& text);
  std::size_t open_links() const { return links_.size(); }

 private:
  struct Target {
    config::NodeConfig block;
    std::unique_ptr<net::Connector> connector;  // null: it connects to us
    std::string trouble;
  };

  static net::ConnectionOptions connection_options();

  Result<std::unique_ptr<net::Listener>> open_listener(const std::vector<std::string>& addresses, std::uint16_t port);
  void accepted(std::unique_ptr<net::Connection> connection);
  void connected(const std::string& block, std::unique_ptr<net::Connection> connection);
  void adopt(std::unique_ptr<net::Connection> connection, std::optional<std::string> connector);
  void frame_came(LinkNumber number, wire::Frame frame);
  void greet(PeerLink& link, const wire::Frame& frame);
  void greeted(PeerLink& link, const wire::Hello& hello);
  bool is_doubled(const PeerLink& link, const wire::Hello& hello);
  bool wins_over_standing(const PeerLink& link, const wire::Hello& hello) const;
  void refuse(PeerLink& link, const Refusal& refusal);
  void refused_by_peer(PeerLink& link, const wire::Frame& frame);
  void break_off(PeerLink& link, const std::string& why);
  void dismiss(PeerLink& link, const std::optional<Refusal>& said);
  void come_up(PeerLink& link, const wire::Hello& hello);
  void drop_standing(const NodeId& id, bool by_peer);
  void closed(LinkNumber number, const net::CloseReason& reason);
  void limit_greeting(const std::string& fingerprint);

  void sync_connectors();
  void start_connector(const config::NodeConfig& block);
  void rest_connector(const std::string& block);
  void resume_connector(const std::string& block, bool was_good);
  void attempt_failed(const std::string& block, const net::CloseReason& reason);

  void note_refused(RefusedPeer peer);
  Caller caller_of(const PeerLink& link) const;
  PeerLink* link_of(const NodeId& id);
  bool is_block(const std::string& name) const;

  ev::loop_ref loop_;
  OwnSide self_;
  net::TlsContext tls_;
  NodeBook& book_;
  Refusals& refusals_;
  Log& log_;
  PeerEvents events_;
  net::Resolver resolver_;
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::string> addresses_;  // where listener_ listens
  std::uint16_t port_ = 0;
  std::map<std::string, Target> targets_;  // by block
  std::map<LinkNumber, PeerLink> links_;
  std::map<NodeId, LinkNumber> up_;
  std::map<std::string, wire::Hello> last_hello_;  // by block
  CloneWatch clones_;
  std::set<std::string> goodbye_;  // blocks whose last word was that they end
  LinkNumber last_number_ = 0;
  bool ending_ = false;
};

}  // namespace merlin::daemon
