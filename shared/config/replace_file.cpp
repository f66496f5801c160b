#include "shared/config/replace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

namespace merlin::config {
namespace {

constexpr mode_t kNewFileMode = 0644;

// The new file while it is being written. Removed unless it has replaced the old one.
class Temporary {
 public:
  explicit Temporary(const std::string& folder) : path_(folder + "/.merlin.XXXXXX") { fd_ = ::mkostemp(path_.data(), O_CLOEXEC); }
  ~Temporary() {
    if (fd_ >= 0) ::close(fd_);
    if (created() && !renamed_) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  bool created() const { return fd_ >= 0; }

  bool write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t wrote = ::write(fd_, text.data(), text.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
  }

  bool take_owner_and_mode(const std::optional<struct stat>& old) {
    if (!old) return ::fchmod(fd_, kNewFileMode) == 0;
    const bool same_owner = old->st_uid == ::geteuid() && old->st_gid == ::getegid();
    if (!same_owner && ::fchown(fd_, old->st_uid, old->st_gid) != 0) return false;
    return ::fchmod(fd_, old->st_mode & 07777) == 0;
  }

  bool sync() { return ::fsync(fd_) == 0; }

  bool rename_to(const std::string& target) {
    renamed_ = ::rename(path_.c_str(), target.c_str()) == 0;
    return renamed_;
  }

 private:
  std::string path_;
  int fd_ = -1;
  bool renamed_ = false;
};

Error cannot(const std::string& path, const std::string& what, int error) {
  return {"cannot " + what + ": " + std::strerror(error), path, "nothing was changed"};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The target of symbolic links; the path itself if there is no file yet.
Result<std::string> target_of(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (real) return std::string(real.get());
  struct stat about {};
  const bool nothing_there = errno == ENOENT && ::lstat(path.c_str(), &about) != 0;
  if (!nothing_there) return cannot(path, "follow the link", errno == 0 ? ENOENT : errno);
  return path;
}

// The rename is durable only after the folder has been synced.
bool sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

}  // namespace

Result<> replace_file_atomically(const std::string& path, std::string_view text) {
  const Result<std::string> target = target_of(path);
  if (!target) return target.error();
  std::optional<struct stat> old;
  struct stat about {};
  if (::stat(target->c_str(), &about) == 0) old = about;
  if (old && !S_ISREG(old->st_mode)) return Error{"cannot replace what is no regular file", *target, "nothing was changed"};

  Temporary file(folder_of(*target));
  if (!file.created()) return cannot(*target, "write into its folder", errno);
  if (!file.take_owner_and_mode(old)) return cannot(*target, "keep its owner and mode", errno);
  if (!file.write(text) || !file.sync()) return cannot(*target, "write it", errno);
  if (!file.rename_to(*target)) return cannot(*target, "put the new file in its place", errno);
  if (!sync_folder(folder_of(*target))) {
    return Error{std::string("cannot make the change safe against a power loss: ") + std::strerror(errno), *target, "check the disk"};
  }
  return Ok{};
}

}  // namespace merlin::config
