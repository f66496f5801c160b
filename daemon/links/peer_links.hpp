// The links to other daemons: the listener, a connector for each peer to which we connect, and the handshake on each link, until there is
// exactly one link to each reachable node. Belongs to the loop's thread.
#pragma once

#include <ev++.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/links/clone_watch.hpp"
#include "daemon/links/handshake.hpp"
#include "daemon/links/known_hosts.hpp"
#include "daemon/links/peer_facts.hpp"
#include "daemon/links/peer_link.hpp"
#include "daemon/links/refusals.hpp"
#include "daemon/node_book.hpp"
#include "shared/cluster/interface/messages.hpp"
#include "shared/config/config.hpp"
#include "shared/net/connector.hpp"
#include "shared/net/listener.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::daemon {

class Log;

// Reports of the links to the daemon. Called from the loop only.
struct PeerEvents {
  // A certificate has shown which node a block is; called before on_up.
  std::function<void()> on_learned;
  std::function<void(const NodeId&)> on_up;
  std::function<void(const NodeId&, bool by_peer)> on_down;
  std::function<void(const NodeId&, cluster::PeerMessage)> on_message;
  // Some of its data was rejected, or a whole message.
  std::function<void(const NodeId&, const wire::Rejects&)> on_rejected;
  std::function<void(const NodeId&)> on_unreachable;
  // A module on another machine has connected by TLS.
  std::function<void(std::unique_ptr<net::Connection>)> on_module;
  // Of our core, for the handshake.
  std::function<std::uint64_t()> inventory_digest;
};

// The reason that `status` counts and shows for a link that ended like this before it was accepted.
RefusalReason reason_of(net::CloseCause cause);

class PeerLinks {
 public:
  // A link that is silent for longer is replaced by a new one of the same node.
  static constexpr Millis kSilenceLimit{2'500};
  // How long a link that we close may take to send its queued data.
  static constexpr Millis kFlushTime{2'000};
  // Links of one node before the handshake is complete; a newer one displaces the oldest.
  static constexpr std::size_t kMaxGreeting = 4;

  // All parameters must outlive it.
  PeerLinks(ev::loop_ref loop, OwnSide self, net::TlsContext tls, NodeBook& book, Refusals& refusals, Log& log, PeerEvents events);
  PeerLinks(PeerLinks&&) = delete;
  ~PeerLinks();

  // Listens on these addresses instead of the previous ones; none: on all of the machine. Error: the previous addresses are kept, if they
  // could be opened again.
  Result<> listen(std::vector<std::string> addresses, std::uint16_t port);
  // An open link whose certificate is trusted. `connector`: the block whose connector has opened it; empty: the other end has.
  void adopt(std::unique_ptr<net::Connection> connection, std::optional<std::string> connector);
  // Applies the current contents of NodeBook: closes links whose certificate no block trusts any more, and starts connectors of new blocks.
  // `afresh`: facts that a handshake compares have changed, so all links are opened again.
  void apply(OwnSide self, bool afresh);

  // To a node without a link: dropped.
  void send(const NodeId& to, cluster::Priority priority, const cluster::PeerMessage& message);
  bool is_linked(const NodeId& id) const { return up_.contains(id); }
  PeerFacts facts(const config::NodeConfig& block) const;
  // Links that have not presented a certificate yet.
  std::size_t unauthenticated() const;
  // Turns without a descriptor to accept a link, since these addresses are used.
  std::uint64_t descriptor_pauses() const;

  // The daemon stops: no new links; queued data is sent.
  void finish(const std::string& text);
  std::size_t open_links() const { return links_.size(); }

 private:
  struct Target {
    config::NodeConfig block;
    std::unique_ptr<net::Connector> connector;  // null: it connects to us
    std::string trouble;
    Trouble kind = Trouble::none;

    void clear_trouble() {
      trouble.clear();
      kind = Trouble::none;
    }
  };

  static net::ConnectionOptions connection_options();

  Result<std::unique_ptr<net::Listener>> open_listener(const std::vector<std::string>& addresses, std::uint16_t port);
  void accepted(std::unique_ptr<net::Connection> connection);
  void connected(const std::string& block, std::unique_ptr<net::Connection> connection);
  void frame_came(LinkNumber number, wire::Frame frame);
  void greet(PeerLink& link, const wire::Frame& frame);
  void greeted(PeerLink& link, const wire::Hello& hello);
  bool is_doubled(const PeerLink& link, const wire::Hello& hello);
  bool wins_over_standing(const PeerLink& link, const wire::Hello& hello) const;
  void send_frame(PeerLink& link, net::Priority priority, Result<std::string> frame);
  void say_hello(PeerLink& link);
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
  std::set<std::string> hosts_;  // of the configured nodes
  KnownHosts known_hosts_;
  std::vector<std::string> addresses_;  // where listener_ listens
  std::uint16_t port_ = 0;
  std::map<std::string, Target> targets_;  // by block
  std::map<LinkNumber, PeerLink> links_;
  std::map<NodeId, LinkNumber> up_;
  std::map<std::string, wire::Hello> last_hello_;  // by block
  CloneWatch clones_;
  std::set<std::string> goodbye_;  // blocks whose last message announced their stop
  LinkNumber last_number_ = 0;
  bool ending_ = false;
};

}  // namespace merlin::daemon
