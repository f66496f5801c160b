#include "mon/cli/user_rights.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

namespace merlin::mon {
namespace {

constexpr uid_t kNobody = 65'534;
constexpr gid_t kNoGroup = 65'534;
constexpr int kMostGroups = 65'536;  // the kernel's limit

// On 32-bit machines, the plain call takes group ids of 16 bits.
#ifdef SYS_setgroups32
constexpr long kSetGroups = SYS_setgroups32;
#else
constexpr long kSetGroups = SYS_setgroups;
#endif

// Changes the calling thread only, unlike the C library's functions. The rights on files follow the last two ids.
bool take(const UserRights& rights) {
  if (::syscall(kSetGroups, rights.groups.size(), rights.groups.data()) != 0) return false;
  ::setfsgid(rights.group);
  ::setfsuid(rights.user);
  return ::setfsgid(static_cast<gid_t>(-1)) == static_cast<int>(rights.group) &&
         ::setfsuid(static_cast<uid_t>(-1)) == static_cast<int>(rights.user);
}

}  // namespace

UserRights rights_of_user(uid_t user) {
  std::array<char, 16'384> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {user, kNoGroup, {}};
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgrouplist(found->pw_name, found->pw_gid, groups.data(), &count) < 0) {
    if (count <= 0 || count > kMostGroups) return {user, found->pw_gid, {}};
    groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(found->pw_name, found->pw_gid, groups.data(), &count) < 0) return {user, found->pw_gid, {}};
  }
  groups.resize(static_cast<std::size_t>(count));
  return {user, found->pw_gid, std::move(groups)};
}

UserRights rights_of_group(gid_t group) { return {kNobody, group, {}}; }

UserRights rights_of_all() { return {kNobody, kNoGroup, {}}; }

Result<net::Fd> open_as(const UserRights& rights, const std::string& path) {
  net::Fd file;
  int fault = EPERM;
  try {
    std::thread([&] {
      if (!take(rights)) return;
      file = net::Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
      fault = errno;
    }).join();
  } catch (const std::system_error& error) {
    return Error{fmt::format("cannot be read: {}", error.what()), path, ""};
  }
  if (file) return file;
  if (fault == EACCES || fault == EPERM)
    return Error{"its folder belongs to a user who cannot read it", path, "remove it if it is a link, or make it readable for that user"};
  return Error{fmt::format("cannot be read: {}", std::strerror(fault)), path, ""};
}

}  // namespace merlin::mon
