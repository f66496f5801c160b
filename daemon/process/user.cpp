#include "daemon/process/user.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "shared/net/fd.hpp"

namespace merlin::daemon {
namespace {

constexpr mode_t kFolderMode = 0755;

// If something cannot be created, the code that wants to write there reports it.
void make_folder(const std::string& folder, const passwd* owner) {
  if (folder.empty() || ::mkdir(folder.c_str(), kFolderMode) != 0) return;
  if (owner != nullptr && ::lchown(folder.c_str(), owner->pw_uid, owner->pw_gid) != 0) ::rmdir(folder.c_str());
}

// The folder may already belong to the user, who may have put anything there: no links are followed, not even hard links.
void give_away(const std::string& file, const passwd& owner) {
  const net::Fd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat about {};
  if (!fd || ::fstat(fd.get(), &about) != 0) return;
  if (!S_ISREG(about.st_mode) || about.st_nlink != 1 || about.st_uid != 0) return;
  if (::fchown(fd.get(), owner.pw_uid, owner.pw_gid) != 0) return;
}

}  // namespace

Result<> become_user(const std::string& user, const Places& places) {
  if (::geteuid() != 0) {
    for (const std::string& folder : places.folders) make_folder(folder, nullptr);
    return Ok{};
  }
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) {
    return Error{"the user " + user + " does not exist", "daemon { user }",
                 "create it (useradd --system " + user + "), or set daemon { user }"};
  }
  for (const std::string& folder : places.folders) make_folder(folder, entry);
  for (const std::string& file : places.files) give_away(file, *entry);
  if (entry->pw_uid == 0) return Ok{};
  if (::initgroups(entry->pw_name, entry->pw_gid) != 0 || ::setgid(entry->pw_gid) != 0 || ::setuid(entry->pw_uid) != 0) {
    return Error{"cannot switch to the user " + user + ": " + std::strerror(errno), "daemon { user }", ""};
  }
  return Ok{};
}

}  // namespace merlin::daemon
