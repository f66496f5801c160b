#include "shared/net/connector.hpp"

#include <cerrno>
#include <cstring>
#include <random>

#include "shared/net/tcp_socket.hpp"

namespace merlin::net {
namespace {

// Problems that a person has to fix are reported before those that may resolve themselves.
int weight_of(CloseCause cause) {
  switch (cause) {
    case CloseCause::untrusted:
      return 3;
    case CloseCause::refused_us:
      return 2;
    case CloseCause::protocol:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

class ConnectorState : public std::enable_shared_from_this<ConnectorState> {
 public:
  ConnectorState(ev::loop_ref loop, Resolver& resolver, HostPort where, TlsContext tls, TrustCheck trust, ConnectorHandlers handlers,
                 ConnectorOptions options);
  ConnectorState(ConnectorState&&) = delete;

  void start();
  void stop();
  void reconnect(bool was_good);

  void set_target(HostPort where) { where_ = std::move(where); }
  void set_tls(TlsContext tls) { tls_ = std::move(tls); }
  const HostPort& target() const { return where_; }
  std::uint64_t failures() const { return failures_; }
  const CloseReason& last_failure() const { return last_failure_; }

 private:
  // Called from the loop.
  void pause_over() noexcept;
  void socket_ready() noexcept;
  void connect_timed_out() noexcept;
  template <class Work>
  void guarded(Work work) noexcept;
  void fail_after_exception(const char* what) noexcept;

  void look_up();
  void found(Result<Addresses> addresses);
  void try_next();
  void tcp_ended();
  void address_failed(const CloseReason& reason);
  void opened();
  void attempt_failed();
  void pause();
  void drop_attempt();

  ev::loop_ref loop_;
  Resolver& resolver_;
  HostPort where_;
  TlsContext tls_;
  TrustCheck trust_;
  ConnectorHandlers handlers_;
  ConnectorOptions options_;
  Backoff backoff_;
  std::mt19937_64 random_{std::random_device{}()};

  // The attempt
  Resolver::Query query_;
  Addresses addresses_;
  std::size_t next_address_ = 0;
  Fd socket_;
  std::unique_ptr<Connection> connection_;
  CloseReason failure_;

  std::uint64_t failures_ = 0;
  CloseReason last_failure_;

  ev::timer pause_;
  ev::timer connect_deadline_;
  ev::io socket_ready_;
};

ConnectorState::ConnectorState(ev::loop_ref loop, Resolver& resolver, HostPort where, TlsContext tls, TrustCheck trust,
                               ConnectorHandlers handlers, ConnectorOptions options)
    : loop_(loop),
      resolver_(resolver),
      where_(std::move(where)),
      tls_(std::move(tls)),
      trust_(std::move(trust)),
      handlers_(std::move(handlers)),
      options_(options),
      backoff_(options.first_pause, options.longest_pause),
      pause_(loop),
      connect_deadline_(loop),
      socket_ready_(loop) {
  pause_.set<ConnectorState, &ConnectorState::pause_over>(this);
  connect_deadline_.set<ConnectorState, &ConnectorState::connect_timed_out>(this);
  socket_ready_.set<ConnectorState, &ConnectorState::socket_ready>(this);
}

void ConnectorState::start() {
  stop();
  backoff_.reset();
  pause_.start(0.0);
}

void ConnectorState::stop() {
  pause_.stop();
  drop_attempt();
}

void ConnectorState::reconnect(bool was_good) {
  stop();
  if (was_good) backoff_.reset();
  pause();
}

void ConnectorState::drop_attempt() {
  query_.reset();
  connect_deadline_.stop();
  socket_ready_.stop();
  socket_.reset();
  connection_.reset();
}

// An attempt that ends with an exception counts as a failed attempt.
template <class Work>
void ConnectorState::guarded(Work work) noexcept {
  const std::shared_ptr<ConnectorState> self = weak_from_this().lock();
  try {
    work();
  } catch (const std::exception& caught) {
    fail_after_exception(caught.what());
  } catch (...) {
    fail_after_exception("unknown");
  }
}

void ConnectorState::fail_after_exception(const char* what) noexcept {
  ++failures_;
  last_failure_.cause = CloseCause::error;
  try {
    last_failure_.text = std::string("internal error: ") + what;
  } catch (...) {
    last_failure_.text.clear();
  }
  stop();
  pause();
}

void ConnectorState::pause_over() noexcept {
  guarded([this] { look_up(); });
}

void ConnectorState::socket_ready() noexcept {
  guarded([this] { tcp_ended(); });
}

void ConnectorState::connect_timed_out() noexcept {
  guarded([this] { address_failed({CloseCause::timeout, addresses_[next_address_ - 1].text() + ": no answer", {}, {}}); });
}

void ConnectorState::look_up() {
  failure_ = {};
  addresses_.clear();
  next_address_ = 0;
  query_ = resolver_.resolve(where_, [this](Result<Addresses> addresses) { guarded([&] { found(std::move(addresses)); }); });
}

void ConnectorState::found(Result<Addresses> addresses) {
  query_.reset();
  if (!addresses) {
    failure_ = {CloseCause::error, addresses.error().text(), {}, {}};
    return attempt_failed();
  }
  addresses_ = std::move(*addresses);
  try_next();
}

void ConnectorState::try_next() {
  drop_attempt();
  if (next_address_ == addresses_.size()) return attempt_failed();
  const SocketAddress& address = addresses_[next_address_++];
  Result<Fd> socket = connect_tcp(address);
  if (!socket) return address_failed({CloseCause::error, socket.error().text(), {}, {}});
  socket_ = std::move(*socket);
  socket_ready_.start(socket_.get(), ev::WRITE);
  connect_deadline_.start(to_seconds(options_.connect_deadline));
}

void ConnectorState::tcp_ended() {
  connect_deadline_.stop();
  socket_ready_.stop();
  const std::string address = addresses_[next_address_ - 1].text();
  if (const int error = connect_error(socket_.get()); error != 0) {
    const CloseCause cause = error == ECONNREFUSED ? CloseCause::not_listening : CloseCause::error;
    return address_failed({cause, address + ": " + std::strerror(error), {}, {}});
  }
  ConnectionHandlers handlers;
  handlers.on_open = [this](const PeerInfo&) { guarded([this] { opened(); }); };
  handlers.on_closed = [this, address](const CloseReason& reason) {
    guarded([&] { address_failed({reason.cause, address + ": " + reason.text, reason.fingerprint, reason.node_id}); });
  };
  connection_ =
      std::make_unique<Connection>(loop_, std::move(socket_), tls_, TlsRole::client, trust_, std::move(handlers), options_.connection);
}

void ConnectorState::address_failed(const CloseReason& reason) {
  const std::string texts = failure_.text.empty() ? reason.text : failure_.text + "; " + reason.text;
  if (failure_.text.empty() || weight_of(reason.cause) > weight_of(failure_.cause)) failure_ = reason;
  failure_.text = texts;
  try_next();
}

void ConnectorState::opened() {
  std::unique_ptr<Connection> connection = std::move(connection_);
  connection->set_handlers({});
  failures_ = 0;
  last_failure_ = {};
  const auto on_peer = handlers_.on_peer;  // can destroy this
  on_peer(std::move(connection));
}

void ConnectorState::attempt_failed() {
  const bool is_news = failure_.text != last_failure_.text;
  ++failures_;
  last_failure_ = failure_;
  pause();
  const auto on_failure = handlers_.on_failure;
  if (is_news && on_failure) on_failure(failure_);
}

void ConnectorState::pause() {
  pause_.stop();
  pause_.start(to_seconds(backoff_.draw(random_())));
}

Connector::Connector(ev::loop_ref loop, Resolver& resolver, HostPort where, TlsContext tls, TrustCheck trust, ConnectorHandlers handlers,
                     ConnectorOptions options)
    : state_(std::make_shared<ConnectorState>(loop, resolver, std::move(where), std::move(tls), std::move(trust), std::move(handlers),
                                              options)) {}

Connector::~Connector() { state_->stop(); }

void Connector::start() { state_->start(); }
void Connector::stop() { state_->stop(); }
void Connector::reconnect(bool was_good) { state_->reconnect(was_good); }
void Connector::set_target(HostPort where) { state_->set_target(std::move(where)); }
void Connector::set_tls(TlsContext tls) { state_->set_tls(std::move(tls)); }
const HostPort& Connector::target() const { return state_->target(); }
std::uint64_t Connector::failures() const { return state_->failures(); }
const CloseReason& Connector::last_failure() const { return state_->last_failure(); }

}  // namespace merlin::net
