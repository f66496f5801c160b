#include "mon/cli/as_owner.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "mon/cli/safe_path.hpp"
#include "mon/cli/user_rights.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon {
namespace {

bool become(const UserRights& rights) {
  return ::setgroups(rights.groups.size(), rights.groups.data()) == 0 && ::setegid(rights.group) == 0 && ::seteuid(rights.user) == 0;
}

bool become_root(const std::vector<gid_t>& groups) {
  return ::seteuid(0) == 0 && ::setegid(0) == 0 && ::setgroups(groups.size(), groups.data()) == 0;
}

Error cannot(const std::string& folder) {
  return {fmt::format("the rights of its owner cannot be taken: {}", std::strerror(errno)), folder, "nothing was changed there"};
}

}  // namespace

Result<AsOwner> AsOwner::of(const std::string& folder) {
  AsOwner owner;
  if (::geteuid() != 0) return owner;
  const auto opened = open_folder(folder);
  struct stat about {};
  if (!opened) return opened.error();
  if (::fstat(opened->get(), &about) != 0) return cannot(folder);
  if ((about.st_mode & S_IWOTH) != 0 || (about.st_uid == 0 && (about.st_mode & S_IWGRP) != 0))
    return Error{"users other than its owner can write there", folder, fmt::format("chmod go-w {}", folder)};
  if (about.st_uid == 0) return owner;

  const int count = ::getgroups(0, nullptr);
  owner.groups_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (count < 0 || ::getgroups(count, owner.groups_.data()) != count) return cannot(folder);
  if (!become(rights_of_user(about.st_uid))) {
    const Error error = cannot(folder);
    if (!become_root(owner.groups_)) std::abort();
    return error;
  }
  owner.is_other_ = true;
  return owner;
}

AsOwner::~AsOwner() {
  if (is_other_ && !become_root(groups_)) std::abort();
}

void give_to_owner(const std::string& folder, const std::string& name) {
  if (::geteuid() != 0) return;
  const auto opened = open_folder(folder);
  if (!opened) return;
  struct stat owner {};
  struct stat about {};
  const net::Fd file(::openat(opened->get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const bool known = file && ::fstat(opened->get(), &owner) == 0 && ::fstat(file.get(), &about) == 0;
  if (!known || !S_ISREG(about.st_mode) || about.st_nlink != 1 || about.st_uid != 0) return;
  if (::fchown(file.get(), owner.st_uid, owner.st_gid) != 0) return;  // then it cannot be replaced, which is reported
}

}  // namespace merlin::mon
