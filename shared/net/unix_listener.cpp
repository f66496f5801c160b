#include <unistd.h>

#include "shared/net/listener.hpp"

namespace merlin::net {

Result<std::unique_ptr<UnixListener>> UnixListener::listen(ev::loop_ref loop, const UnixListenOptions& options, OnAccept on_accept) {
  Result<Fd> socket = listen_unix(options);
  if (!socket) return socket.error();
  return std::unique_ptr<UnixListener>(new UnixListener(loop, std::move(*socket), options.path, std::move(on_accept)));
}

UnixListener::UnixListener(ev::loop_ref loop, Fd socket, std::string path, OnAccept on_accept)
    : path_(std::move(path)),
      on_accept_(std::move(on_accept)),
      acceptor_(loop, std::move(socket), [this](Fd accepted) { welcome(std::move(accepted)); }) {}

UnixListener::~UnixListener() { ::unlink(path_.c_str()); }

void UnixListener::welcome(Fd accepted) {
  const Result<PeerCredentials> credentials = peer_credentials(accepted.get());
  if (credentials) on_accept_(std::move(accepted), *credentials);
}

}  // namespace merlin::net
