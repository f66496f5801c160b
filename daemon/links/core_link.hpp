// The link to this node's core: its module connects to a unix socket, or by TLS from another machine. One module at a time. Any
// process of the core's user can connect, so another process does not replace a module that is healthy. Belongs to the loop's thread.
#pragma once

#include <ev++.h>
#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/links/handshake.hpp"
#include "daemon/links/refusals.hpp"
#include "shared/cluster/interface/messages.hpp"
#include "shared/net/listener.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::daemon {

class Log;

// Called from the loop only.
struct CoreEvents {
  std::function<void(const wire::CoreHello&)> on_up;
  std::function<void()> on_down;
  std::function<void(cluster::FromCore)> on_message;
  // Some of its data was rejected, or a whole message.
  std::function<void(const wire::Rejects&)> on_rejected;
};

class CoreLink {
 public:
  // A module that has sent nothing for longer than this, and has not announced that its core is busy, is hung: another process may
  // replace it.
  struct Patience {
    Millis core_timeout;
    Millis busy_limit;
  };
  // Connections that have not sent CoreHello yet; a newer one displaces the oldest.
  static constexpr std::size_t kMaxGreeting = 8;

  // All parameters must outlive it.
  CoreLink(ev::loop_ref loop, OwnSide self, Patience patience, Refusals& refusals, Log& log, CoreEvents events);
  CoreLink(CoreLink&&) = delete;

  // Listens on this path instead of the previous one. Error: the previous path is kept.
  Result<> listen(const std::string& path);
  // An open TLS link whose certificate is the module's.
  void adopt(std::unique_ptr<net::Connection> connection, const std::string& who, pid_t process = 0);
  void apply(OwnSide self, Patience patience);
  // Closes a TLS link whose certificate `is_trusted` no longer accepts.
  void keep_only(const std::function<bool(const std::string& fingerprint)>& is_trusted);

  // Sends everything in order, because an epoch depends on the rows before it. Without a module: dropped.
  void send(const cluster::ToCore& message);
  // Answers the module's last heartbeat, if there was one since: after everything that resulted from it was sent.
  void answer_heartbeat();
  bool is_up() const { return up_.has_value(); }

  // The daemon stops: no new module; queued data is sent.
  void finish(const std::string& text);
  std::size_t open_links() const { return links_.size(); }

 private:
  using Number = std::uint64_t;
  struct Module {
    std::unique_ptr<net::Connection> connection;
    std::string who;
    pid_t process = 0;        // on this machine, according to the kernel; 0: not known
    SteadyTime heard{};       // its last frame
    SteadyTime busy_until{};  // as it announced
    bool over = false;
    std::optional<std::uint64_t> heartbeat = std::nullopt;  // not answered yet
  };

  bool may_connect(const net::PeerCredentials& credentials) const;
  bool may_replace(const Module& current, const Module& newer) const;
  bool is_hung(const Module& module) const;
  void accepted(net::Fd socket, const net::PeerCredentials& credentials);
  void frame_came(Number number, const wire::Frame& frame);
  void send_frame(Module& module, Result<std::string> frame);
  void forget_rejected(Module& module, const wire::Frame& frame, const cluster::FromCore& kept);
  void note_busy(Module& module, const wire::CoreBusy& busy) const;
  void greet(Number number, const wire::Frame& frame);
  void refuse(Module& module, const Refusal& refusal, RefusalReason reason);
  void break_off(Number number, const std::string& why);
  void closed(Number number, const std::string& why);
  void note_refused(const Module& module, RefusalReason reason, std::string text);

  ev::loop_ref loop_;
  OwnSide self_;
  Patience patience_;
  Refusals& refusals_;
  Log& log_;
  CoreEvents events_;
  std::vector<uid_t> core_users_;  // looked up when the socket is opened, because that can block
  std::unique_ptr<net::UnixListener> listener_;
  std::map<Number, Module> links_;
  std::optional<Number> up_;
  Number last_number_ = 0;
};

}  // namespace merlin::daemon
