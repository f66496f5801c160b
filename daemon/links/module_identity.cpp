#include "daemon/links/module_identity.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "shared/base/assert.hpp"
#include "shared/base/state_paths.hpp"

namespace merlin::daemon {
namespace {

constexpr mode_t kOwnFolder = 0700;
constexpr mode_t kPassable = S_IXUSR | S_IXGRP | S_IXOTH;

// The user names in Debian's packages of the cores.
const passwd* core_user(config::CoreType core) {
  const passwd* user = core == config::CoreType::naemon ? nullptr : ::getpwnam("nagios");
  return user == nullptr && core != config::CoreType::nagios4 ? ::getpwnam("naemon") : user;
}

Error cannot(const std::string& doing, const std::string& path) {
  return Error{"cannot " + doing + ": " + std::strerror(errno), path, "run merlind --init as root"};
}

// Root must not write files where the core's user could replace them: the core's user creates them itself.
class Acting {
 public:
  explicit Acting(const passwd& user) : acts_(::setegid(user.pw_gid) == 0 && ::seteuid(user.pw_uid) == 0) {}
  ~Acting() {
    const bool is_back = ::seteuid(0) == 0 && ::setegid(0) == 0;
    // asserted: only merlind --init gets here, as root, without outside data
    MERLIN_ASSERT(is_back);
  }
  Acting(const Acting&) = delete;
  Acting& operator=(const Acting&) = delete;
  bool acts() const { return acts_; }

 private:
  bool acts_ = false;
};

// The core's user must be able to enter the folder of merlind's key, which stays unreadable for it.
Result<> open_the_way(const std::string& tls_dir, const passwd& user) {
  const std::string folder = TlsPaths(tls_dir).of_module().folder();
  struct stat about {};
  if (::mkdir(tls_dir.c_str(), 0755) != 0 && errno != EEXIST) return cannot("create the directory", tls_dir);
  if (::stat(tls_dir.c_str(), &about) != 0) return cannot("read its status", tls_dir);
  if ((about.st_mode & kPassable) != kPassable && ::chmod(tls_dir.c_str(), (about.st_mode | kPassable) & 07777) != 0) {
    return cannot("give the core's user access", tls_dir);
  }
  if (::mkdir(folder.c_str(), kOwnFolder) != 0 && errno != EEXIST) return cannot("create the directory", folder);
  if (::lstat(folder.c_str(), &about) != 0) return cannot("read its status", folder);
  if (!S_ISDIR(about.st_mode)) return Error{"is not a folder", folder, "remove it"};
  if (about.st_uid != user.pw_uid && ::lchown(folder.c_str(), user.pw_uid, user.pw_gid) != 0) return cannot("change its owner", folder);
  return Ok{};
}

}  // namespace

Result<std::optional<net::Identity>> prepare_module_identity(const config::Config& config, WallTime now) {
  if (config.module.daemon.is_unix()) return std::optional<net::Identity>{};
  const std::string folder = TlsPaths(config.daemon.tls_dir).of_module().folder();
  const passwd* user = core_user(config.core.type);
  if (user == nullptr) return Error{"neither the user nagios nor naemon exists", "module { daemon }", "install the core first"};
  if (::geteuid() != 0) {
    if (::geteuid() != user->pw_uid) return Error{"only root can create the module's key", folder, "run merlind --init as root"};
    auto identity = net::load_or_create_identity(folder, std::nullopt, now);
    return identity ? Result<std::optional<net::Identity>>(std::optional(std::move(*identity))) : identity.error();
  }
  if (const auto open = open_the_way(config.daemon.tls_dir, *user); !open) return open.error();
  const Acting acting(*user);
  if (!acting.acts()) return cannot("act as the user " + std::string(user->pw_name), folder);
  auto identity = net::load_or_create_identity(folder, std::nullopt, now);
  return identity ? Result<std::optional<net::Identity>>(std::optional(std::move(*identity))) : identity.error();
}

}  // namespace merlin::daemon
