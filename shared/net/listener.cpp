#include "shared/net/listener.hpp"

#include <map>
#include <random>
#include <utility>

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
      : loop_(loop),
        tls_(std::move(tls)),
        trust_(std::move(trust)),
        handlers_(std::move(handlers)),
        options_(options),
        places_(options.places, std::random_device()()) {}
  State(State&&) = delete;

  void add_socket(Fd socket) {
    acceptors_.push_back(std::make_unique<Acceptor>(loop_, std::move(socket), [this](Fd accepted) { welcome(std::move(accepted)); }));
  }

  void set_tls(TlsContext tls) { tls_ = std::move(tls); }
  void set_known(std::set<std::string> hosts) { places_.set_known(std::move(hosts)); }
  std::vector<SocketAddress> addresses() const;
  std::size_t pending() const { return pending_.size(); }
  const RefusedCounts& refused();

 private:
  using Number = Places::Number;

  void welcome(Fd accepted);
  void make_room(const SocketAddress& from);
  std::unique_ptr<Connection> extract(Number number);
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
  Places places_;
  std::map<Number, std::unique_ptr<Connection>> pending_;
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
  make_room(*from);
  const Number number = next_number_++;
  auto connection =
      std::make_unique<Connection>(loop_, std::move(accepted), tls_, TlsRole::server, trust_, handlers_for(number), options_.connection);
  pending_.emplace(number, std::move(connection));
  places_.add(number, *from);
}

void Listener::State::make_room(const SocketAddress& from) {
  const auto is_silent = [this](Number number) { return pending_.at(number)->counters().bytes_in == 0; };
  const auto victim = places_.displaced_by(from, is_silent);
  if (!victim) return;
  const std::string address = extract(*victim)->peer().address;
  ++refused_.crowded;
  if (!handlers_.on_refused) return;
  handlers_.on_refused(address, {CloseCause::local, "closed for another connection: too many connections without a certificate", {}, {}});
}

std::unique_ptr<Connection> Listener::State::extract(Number number) {
  places_.remove(number);
  return std::move(pending_.extract(number).mapped());
}

ConnectionHandlers Listener::State::handlers_for(Number number) {
  ConnectionHandlers handlers;
  handlers.on_open = [this, number](const PeerInfo&) { passed(number); };
  handlers.on_closed = [this, number](const CloseReason& reason) { failed(number, reason); };
  return handlers;
}

void Listener::State::passed(Number number) {
  places_.trust(number);
  std::unique_ptr<Connection> connection = extract(number);
  connection->set_handlers({});
  handlers_.on_peer(std::move(connection));
}

void Listener::State::failed(Number number, const CloseReason& reason) {
  const std::unique_ptr<Connection> connection = extract(number);
  count(reason.cause);
  if (handlers_.on_refused) handlers_.on_refused(connection->peer().address, reason);
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
void Listener::set_known(std::set<std::string> hosts) { state_->set_known(std::move(hosts)); }
std::vector<SocketAddress> Listener::addresses() const { return state_->addresses(); }
std::size_t Listener::pending() const { return state_->pending(); }
const RefusedCounts& Listener::refused() const { return state_->refused(); }

}  // namespace merlin::net
