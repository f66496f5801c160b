#include "shared/net/unix_socket.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "shared/net/system_error.hpp"

namespace merlin::net {
namespace {

constexpr int kLocalBacklog = 64;
constexpr std::size_t kNameBufferBytes = std::size_t{16} * 1024;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty()) return Error{"the path of a socket is empty", {}, {}};
  if (path.size() >= sizeof address.sun_path) {
    return Error{"the path is too long for a socket", path, "use at most " + std::to_string(sizeof address.sun_path - 1) + " characters"};
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<Fd> make_socket(const std::string& path) {
  Fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made) return system_error("create a socket", path);
  return made;
}

int connect_to(const Fd& socket, const sockaddr_un& address) {
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Result<> remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return Ok{};
    return system_error("read its status", path);
  }
  if (!S_ISSOCK(status.st_mode)) return Error{"already exists and is not a socket", path, "move it away or choose another path"};
  const Result<Fd> probe = make_socket(path);
  if (!probe) return probe.error();
  if (connect_to(*probe, address) == 0 || errno == EAGAIN) return Error{"another process listens there", path, "stop it first"};
  if (errno != ECONNREFUSED) return system_error("find out whether it is in use", path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("remove the old socket", path);
  return Ok{};
}

Result<uid_t> find_user(const std::string& name, const std::string& path) {
  std::vector<char> buffer(kNameBufferBytes);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_uid;
  return Error{"there is no user \"" + name + "\" to own it", path, {}};
}

Result<gid_t> find_group(const std::string& name, const std::string& path) {
  std::vector<char> buffer(kNameBufferBytes);
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->gr_gid;
  return Error{"there is no group \"" + name + "\" to own it", path, {}};
}

Result<> set_rights(const UnixListenOptions& options) {
  uid_t owner = static_cast<uid_t>(-1);
  gid_t group = static_cast<gid_t>(-1);
  if (!options.owner.empty()) {
    const Result<uid_t> found = find_user(options.owner, options.path);
    if (!found) return found.error();
    owner = *found;
  }
  if (!options.group.empty()) {
    const Result<gid_t> found = find_group(options.group, options.path);
    if (!found) return found.error();
    group = *found;
  }
  const bool change_owner = !options.owner.empty() || !options.group.empty();
  if (change_owner && ::lchown(options.path.c_str(), owner, group) != 0) return system_error("set owner and group", options.path);
  if (::chmod(options.path.c_str(), options.mode) != 0) return system_error("set the mode", options.path);
  return Ok{};
}

}  // namespace

Result<Fd> listen_unix(const UnixListenOptions& options) {
  const Result<sockaddr_un> address = address_of(options.path);
  if (!address) return address.error();
  if (Result<> removed = remove_stale(options.path, *address); !removed) return removed.error();
  Result<Fd> made = make_socket(options.path);
  if (!made) return made;
  if (::bind(made->get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) return system_error("listen", options.path);
  // Until listen() is called every connect() is refused, so nobody can connect before mode and owner are set.
  Result<> ready = set_rights(options);
  if (ready && ::listen(made->get(), kLocalBacklog) != 0) ready = system_error("listen", options.path);
  if (ready) return made;
  ::unlink(options.path.c_str());
  return ready.error();
}

Result<Fd> connect_unix(const std::string& path) {
  const Result<sockaddr_un> address = address_of(path);
  if (!address) return address.error();
  Result<Fd> made = make_socket(path);
  if (!made) return made;
  if (connect_to(*made, *address) != 0) return system_error("connect", path);
  return made;
}

Result<PeerCredentials> peer_credentials(int socket) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return Error{std::string("cannot read the credentials of the other end: ") + std::strerror(errno), {}, {}};
  }
  return PeerCredentials{credentials.uid, credentials.gid, credentials.pid};
}

}  // namespace merlin::net
