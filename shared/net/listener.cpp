#include "shared/net/listener.hpp"

#include <algorithm>
#include <map>

#include "shared/net/tcp_socket.hpp"

namespace merlin::net {
namespace {

struct Wanted {
  SocketAddress address;
  bool optional = false;  // a machine without IPv6 has only the other address
};

Result<std::vector<Wanted>> wanted_addresses(const std::vector<std::string>& addresses, std::uint16_t port) {
  std::vector<Wanted> wanted;
  if (addresses.empty())
    return std::vector<Wanted>{{*SocketAddress::from_literal("0.0.0.0", port), false}, {*SocketAddress::from_literal("::", port), true}};
  for (const std::string& text : addresses) {
    const std::optional<SocketAddress> address = SocketAddress::from_literal(text, port);
    if (!address)
      return Error{
          "cannot listen: \"" + text + "\" is not an IP address of this machine", {}, "set address to one, such as 10.0.0.1 or ::"};
    wanted.push_back({*address, false});
  }
  return wanted;
}

bool has_ipv6() { return static_cast<bool>(Fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0))); }

}  // namespace

class Listener::State {
 public:
  State(ev::loop_ref loop, TlsContext tls, TrustCheck trust, ListenerHandlers handlers, ListenerOptions options)
      : loop_(loop), tls_(std::move(tls)), trust_(std::move(trust)), handlers_(std::move(handlers)), options_(options) {}
  State(State&&) = delete;

  void add_socket(Fd socket) {
    acceptors_.push_back(std::make_unique<Acceptor>(loop_, std::move(socket), [this](Fd accepted) { welcome(std::move(accepted)); }));
  }

  void set_tls(TlsContext tls) { tls_ = std::move(tls); }
  std::vector<SocketAddress> addresses() const;
  std::size_t pending() const { return pending_.size(); }
  const RefusedCounts& refused();

 private:
  struct Pending {
    std::string source;
    std::unique_ptr<Connection> connection;
  };
  using Number = std::uint64_t;

  void welcome(Fd accepted);
  void make_room(const std::string& source);
  void drop_oldest(const std::string* source);
  ConnectionHandlers handlers_for(Number number);
  void passed(Number number);
  void failed(Number number, const CloseReason& reason);
  void count(CloseCause cause);

  ev::loop_ref loop_;
  TlsContext tls_;
  TrustCheck trust_;
  ListenerHandlers handlers_;
  ListenerOptions options_;
  RefusedCounts refused_;
  std::map<Number, Pending> pending_;  // oldest first
  Number next_number_ = 0;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
};

std::vector<SocketAddress> Listener::State::addresses() const {
  std::vector<SocketAddress> bound;
  for (const auto& acceptor : acceptors_) {
    if (const auto address = local_address(acceptor->socket())) bound.push_back(*address);
  }
  return bound;
}

const RefusedCounts& Listener::State::refused() {
  refused_.no_descriptor = 0;
  for (const auto& acceptor : acceptors_) refused_.no_descriptor += acceptor->pauses();
  return refused_;
}

void Listener::State::welcome(Fd accepted) {
  const std::optional<SocketAddress> from = remote_address(accepted.get());
  if (!from) return;  // already ended
  make_room(from->host());
  const Number number = next_number_++;
  auto connection =
      std::make_unique<Connection>(loop_, std::move(accepted), tls_, TlsRole::server, trust_, handlers_for(number), options_.connection);
  pending_.emplace(number, Pending{from->host(), std::move(connection)});
}

void Listener::State::make_room(const std::string& source) {
  const auto of_source = std::count_if(pending_.begin(), pending_.end(), [&](const auto& one) { return one.second.source == source; });
  if (static_cast<std::size_t>(of_source) >= options_.max_pending_per_source) return drop_oldest(&source);
  if (pending_.size() >= options_.max_pending) drop_oldest(nullptr);
}

// Links that never sent a byte are closed before links in the middle of the handshake.
void Listener::State::drop_oldest(const std::string* source) {
  const auto from_source = [source](const auto& one) { return source == nullptr || one.second.source == *source; };
  const auto silent = [&](const auto& one) { return from_source(one) && one.second.connection->counters().bytes_in == 0; };
  auto victim = std::find_if(pending_.begin(), pending_.end(), silent);
  if (victim == pending_.end()) victim = std::find_if(pending_.begin(), pending_.end(), from_source);
  if (victim == pending_.end()) return;
  const std::string address = victim->second.connection->peer().address;
  pending_.erase(victim);
  ++refused_.crowded;
  if (!handlers_.on_refused) return;
  handlers_.on_refused(address, {CloseCause::local, "closed for a newer connection: too many connections without a certificate", {}, {}});
}

ConnectionHandlers Listener::State::handlers_for(Number number) {
  ConnectionHandlers handlers;
  handlers.on_open = [this, number](const PeerInfo&) { passed(number); };
  handlers.on_closed = [this, number](const CloseReason& reason) { failed(number, reason); };
  return handlers;
}

void Listener::State::passed(Number number) {
  auto node = pending_.extract(number);
  std::unique_ptr<Connection> connection = std::move(node.mapped().connection);
  connection->set_handlers({});
  handlers_.on_peer(std::move(connection));
}

void Listener::State::failed(Number number, const CloseReason& reason) {
  const auto node = pending_.extract(number);
  count(reason.cause);
  if (handlers_.on_refused) handlers_.on_refused(node.mapped().connection->peer().address, reason);
}

void Listener::State::count(CloseCause cause) {
  switch (cause) {
    case CloseCause::untrusted:
      ++refused_.untrusted;
      break;
    case CloseCause::protocol:
      ++refused_.not_ours;
      break;
    case CloseCause::timeout:
      ++refused_.timed_out;
      break;
    default:
      ++refused_.gave_up;
  }
}

Result<std::unique_ptr<Listener>> Listener::listen(ev::loop_ref loop, const std::vector<std::string>& addresses, std::uint16_t port,
                                                   TlsContext tls, TrustCheck trust, ListenerHandlers handlers, ListenerOptions options) {
  Result<std::vector<Wanted>> wanted = wanted_addresses(addresses, port);
  if (!wanted) return wanted.error();
  auto state = std::make_unique<State>(loop, std::move(tls), std::move(trust), std::move(handlers), options);
  for (const Wanted& one : *wanted) {
    if (one.optional && !has_ipv6()) continue;
    Result<Fd> socket = listen_tcp(one.address);
    if (!socket) return socket.error();
    state->add_socket(std::move(*socket));
  }
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() = default;
void Listener::set_tls(TlsContext tls) { state_->set_tls(std::move(tls)); }
std::vector<SocketAddress> Listener::addresses() const { return state_->addresses(); }
std::size_t Listener::pending() const { return state_->pending(); }
const RefusedCounts& Listener::refused() const { return state_->refused(); }

}  // namespace merlin::net
