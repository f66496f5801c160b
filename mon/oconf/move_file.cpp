#include "mon/oconf/move_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <vector>

#include "mon/oconf/staged_files.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon::oconf {
namespace {

constexpr std::size_t kChunkBytes = 256u << 10;

// False: errno contains the reason.
bool write_all(int to, const char* bytes, ssize_t size) {
  while (size > 0) {
    const ssize_t written = ::write(to, bytes, static_cast<std::size_t>(size));
    if (written < 0 && errno != EINTR) return false;
    if (written <= 0) continue;
    bytes += written;
    size -= written;
  }
  return true;
}

bool copy_bytes(int from, int to) {
  std::vector<char> chunk(kChunkBytes);
  for (;;) {
    const ssize_t got = ::read(from, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    if (!write_all(to, chunk.data(), got)) return false;
  }
}

Result<> copy_link(const std::string& from, const std::string& to) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(from.c_str(), target.data(), target.size() - 1);
  if (length < 0) return disk_error(from);
  ::unlink(to.c_str());
  return ::symlink(target.data(), to.c_str()) == 0 ? Result<>(Ok{}) : disk_error(to);
}

// With owner, mode and times; on disk when it returns. Replaces `to`.
Result<> copy_file(const std::string& from, const std::string& to) {
  struct stat about {};
  if (::lstat(from.c_str(), &about) != 0) return disk_error(from);
  if (S_ISLNK(about.st_mode)) return copy_link(from, to);
  const net::Fd source(::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!source) return disk_error(from);
  ::unlink(to.c_str());
  const net::Fd made(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  const std::array<timespec, 2> times{about.st_atim, about.st_mtim};
  const bool good = made && copy_bytes(source.get(), made.get()) && ::fchown(made.get(), about.st_uid, about.st_gid) == 0 &&
                    ::fchmod(made.get(), about.st_mode & 07777) == 0 && ::futimens(made.get(), times.data()) == 0 &&
                    ::fsync(made.get()) == 0;
  return good ? Result<>(Ok{}) : disk_error(to);
}

}  // namespace

Result<> place_file(const std::string& from, const std::string& to, const std::string& draft) {
  if (::rename(from.c_str(), to.c_str()) == 0) return Ok{};
  if (errno != EXDEV) return disk_error(to);
  if (auto copied = copy_file(from, draft); !copied) return copied;
  return ::rename(draft.c_str(), to.c_str()) == 0 ? Result<>(Ok{}) : disk_error(to);
}

Result<bool> keep_file(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) == 0 || errno == EEXIST) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  if (errno != EXDEV) return disk_error(from);
  const std::string draft = to + ".part";
  if (auto copied = copy_file(from, draft); !copied) return copied.error();
  return ::rename(draft.c_str(), to.c_str()) == 0 ? Result<bool>(true) : disk_error(to);
}

}  // namespace merlin::mon::oconf
