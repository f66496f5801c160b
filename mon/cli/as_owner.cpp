#include "mon/cli/as_owner.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "shared/net/fd.hpp"

namespace merlin::mon {

AsOwner::AsOwner(const std::string& folder) {
  struct stat about {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &about) != 0) return;
  is_other_ = ::setegid(about.st_gid) == 0 && ::seteuid(about.st_uid) == 0;
}

AsOwner::~AsOwner() {
  if (is_other_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) std::abort();
}

void give_to_owner(const std::string& folder, const std::string& path) {
  struct stat owner {};
  struct stat about {};
  const net::Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const bool known = file && ::stat(folder.c_str(), &owner) == 0 && ::fstat(file.get(), &about) == 0;
  if (!known || ::geteuid() != 0 || !S_ISREG(about.st_mode) || about.st_nlink != 1 || about.st_uid != 0) return;
  if (::fchown(file.get(), owner.st_uid, owner.st_gid) != 0) return;  // then it cannot be replaced, which is reported
}

}  // namespace merlin::mon
