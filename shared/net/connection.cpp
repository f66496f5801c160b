#include "shared/net/connection.hpp"

#include "shared/net/address.hpp"
#include "shared/net/link.hpp"
#include "shared/net/tcp_socket.hpp"

namespace merlin::net {
namespace {

PeerInfo tcp_peer(int socket) {
  PeerInfo peer;
  const std::optional<SocketAddress> address = remote_address(socket);
  peer.address = address ? address->text() : "unknown";
  return peer;
}

PeerInfo unix_peer(int socket) {
  PeerInfo peer;
  peer.address = "unix";
  if (const Result<PeerCredentials> credentials = peer_credentials(socket)) peer.credentials = *credentials;
  return peer;
}

}  // namespace

Connection::Connection(ev::loop_ref loop, Fd socket, const TlsContext& tls, TlsRole role, TrustCheck trust, ConnectionHandlers handlers,
                       ConnectionOptions options) {
  set_non_blocking(socket.get());
  tune_tcp(socket.get(), options.user_timeout);
  PeerInfo peer = tcp_peer(socket.get());
  auto session = std::make_unique<TlsSession>(tls, role, std::move(trust));
  link_ = std::make_shared<Link>(loop, std::move(socket), std::move(session), std::move(peer), std::move(handlers), options);
}

Connection::Connection(ev::loop_ref loop, Fd unix_socket, ConnectionHandlers handlers, ConnectionOptions options) {
  set_non_blocking(unix_socket.get());
  PeerInfo peer = unix_peer(unix_socket.get());
  link_ = std::make_shared<Link>(loop, std::move(unix_socket), nullptr, std::move(peer), std::move(handlers), options);
}

Connection::Connection(Connection&&) noexcept = default;

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this == &other) return *this;
  const std::shared_ptr<Link> old = std::exchange(link_, std::move(other.link_));
  if (old) old->abandon();
  return *this;
}

Connection::~Connection() {
  if (link_) link_->abandon();
}

void Connection::set_handlers(ConnectionHandlers handlers) { link_->set_handlers(std::move(handlers)); }
bool Connection::send(Priority priority, std::string frame) { return link_->send(priority, std::move(frame)); }
void Connection::finish(std::string text, CloseCause cause) { link_->finish({cause, std::move(text), {}, {}}); }
void Connection::set_max_payload_bytes(std::size_t bytes) { link_->set_max_payload_bytes(bytes); }
bool Connection::is_open() const { return link_->is_open(); }
const PeerInfo& Connection::peer() const { return link_->peer(); }
std::size_t Connection::queued_bytes(Priority priority) const { return link_->queue().bytes(priority); }
std::size_t Connection::queued_bytes() const { return link_->queue().bytes(); }
const ConnectionCounters& Connection::counters() const { return link_->counters(); }

}  // namespace merlin::net
