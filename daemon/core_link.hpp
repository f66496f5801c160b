// The link to this node's core: its module connects to a unix socket, or by TLS from another machine. One module at a
// time; the newest one that said a proper CoreHello counts. Belongs to the loop's thread.
#pragma once

#include <ev++.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/node.hpp"
#include "handshake.hpp"
#include "net/listener.hpp"
#include "refusals.hpp"

namespace merlin::daemon {

class Log;

// Called from the loop only.
struct CoreEvents {
  std::function<void(const wire::CoreHello&)> on_up;
  std::function<void()> on_down;
  std::function<void(cluster::FromCore)> on_message;
};

class CoreLink {
 public:
  // Connections that have not said CoreHello yet; a newer one pushes out the oldest.
  static constexpr std::size_t kMaxGreeting = 8;

  // All must outlive it.
  CoreLink(ev::loop_ref loop, OwnSide self, Refusals& refusals, Log& log, CoreEvents events);
  CoreLink(CoreLink&&) = delete;

  // Listens there instead of where it did. Error: the old place is kept.
  Result<> listen(const std::string& path);
  // An open TLS link whose certificate is the module's.
  void adopt(std::unique_ptr<net::Connection> connection, const std::string& who);
  void set_self(OwnSide self) { self_ = std::move(self); }
  // Ends a link by TLS whose certificate `is_trusted` no longer accepts.
  void keep_only(const std::function<bool(const std::string& fingerprint)>& is_trusted);

  // In order, whatever it is: an epoch rests on the rows before it. Without a module: dropped.
  void send(const cluster::ToCore& message);
  // Answers the module's last beat, if there was one since: once all that followed from it was sent.
  void answer_beat();
  bool is_up() const { return up_.has_value(); }

  // The daemon ends: no new module; what is queued is sent.
  void finish(const std::string& text);
  std::size_t open_links() const { return links_.size(); }

 private:
  using Number = std::uint64_t;
  struct Module {
    std::unique_ptr<net::Connection> connection;
    std::string who;
    bool over = false;
    std::optional<std::uint64_t> beat = std::nullopt;  // not answered yet
  };

  bool may_connect(const net::PeerCredentials& credentials) const;
  void accepted(net::Fd socket, const net::PeerCredentials& credentials);
  void frame_came(Number number, const wire::Frame& frame);
  void greet(Number number, const wire::Frame& frame);
  void break_off(Number number, const std::string& why);
  void closed(Number number, const std::string& why);
  void note_refused(const Module& module, std::string reason, std::string text);

  ev::loop_ref loop_;
  OwnSide self_;
  Refusals& refusals_;
  Log& log_;
  CoreEvents events_;
  std::vector<uid_t> core_users_;  // looked up when the socket is opened: that may block
  std::unique_ptr<net::UnixListener> listener_;
  std::map<Number, Module> links_;
  std::optional<Number> up_;
  Number last_number_ = 0;
};

}  // namespace merlin::daemon
