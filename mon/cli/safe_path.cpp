#include "mon/cli/safe_path.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>
#include <optional>
#include <string_view>

namespace merlin::mon {
namespace {

constexpr mode_t kUsualFolder = 0755;
constexpr int kMostLinks = 40;  // as in the kernel
constexpr int kMostMade = 100;  // folders on one path
constexpr int kToRead = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
constexpr int kAsFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

enum class Foreign { refuse, follow };  // links that other users can change

bool is_ours(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

// Goes from folder to folder, from the root on.
class Walk {
 public:
  Walk(Missing missing, Foreign foreign) : missing_(missing), foreign_(foreign) {}

  // All parts of the path, or all but the last one.
  Result<> go(const std::string& path, bool with_last) {
    if (!path.starts_with('/')) return Error{"is not an absolute path", path, ""};
    to_root();
    push(path);
    while (!left_.empty()) {
      const std::string name = std::move(left_.front());
      left_.pop_front();
      if (auto gone = step(name, left_.empty() && !with_last); !gone) return gone;
      if (is_missing_) return Ok{};
    }
    return Ok{};
  }

  net::Fd take_folder() { return is_missing_ ? net::Fd() : std::move(folder_); }
  std::string path() const { return path_.empty() ? "/" : path_; }
  const std::vector<UserRights>& controllers() const { return controllers_; }

 private:
  void to_root() {
    folder_ = net::Fd(::open("/", kAsFolder));
    path_.clear();
    is_safe_ = true;
  }

  // Puts the parts of the path before those that are left.
  void push(std::string_view path) {
    std::deque<std::string> parts;
    while (!path.empty()) {
      const std::size_t slash = path.find('/');
      const std::string_view part = path.substr(0, slash);
      if (!part.empty() && part != ".") parts.emplace_back(part);
      path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    left_.insert(left_.begin(), parts.begin(), parts.end());
  }

  // Whether only root and we can replace this entry of the current folder.
  bool is_fixed(const struct stat& entry) const {
    struct stat folder {};
    if (!is_safe_ || ::fstat(folder_.get(), &folder) != 0 || !is_ours(folder.st_uid)) return false;
    if ((folder.st_mode & (S_IWGRP | S_IWOTH)) == 0) return true;
    return (folder.st_mode & S_ISVTX) != 0 && is_ours(entry.st_uid);
  }

  void note_controllers(const struct stat& entry) {
    struct stat folder {};
    if (::fstat(folder_.get(), &folder) != 0) return note(rights_of_all());
    if (!is_ours(folder.st_uid)) note(rights_of_user(folder.st_uid));
    const bool writable = (folder.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (writable && (folder.st_mode & S_ISVTX) != 0) {
      if (!is_ours(entry.st_uid)) note(rights_of_user(entry.st_uid));
      return;
    }
    if ((folder.st_mode & S_IWGRP) != 0) note(rights_of_group(folder.st_gid));
    if ((folder.st_mode & S_IWOTH) != 0) note(rights_of_all());
  }

  void note(UserRights rights) {
    if (std::ranges::find(controllers_, rights) == controllers_.end()) controllers_.push_back(std::move(rights));
  }

  Result<> step(const std::string& name, bool may_be_anything) {
    const std::string shown = path_ + "/" + name;
    if (name == "..") return up();
    struct stat about {};
    if (::fstatat(folder_.get(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return missing(name, shown, may_be_anything);
    const bool fixed = is_fixed(about);
    if (!fixed) note_controllers(about);
    if (S_ISLNK(about.st_mode)) {
      if (fixed || foreign_ == Foreign::follow) return follow(name, shown);
      if (!may_be_anything)
        return Error{"is a link that another user can change; such links are not followed", shown,
                     "replace it by a folder; nothing was changed there"};
    }
    if (may_be_anything && !S_ISDIR(about.st_mode)) {
      path_ = shown;
      return Ok{};
    }
    is_safe_ = fixed;
    return enter(name, shown);
  }

  Result<> enter(const std::string& name, const std::string& shown) {
    auto below = open_below(folder_, name, shown);
    if (!below) return below.error();
    folder_ = std::move(*below);
    path_ = shown;
    return Ok{};
  }

  Result<> up() {
    folder_ = net::Fd(::openat(folder_.get(), "..", kAsFolder));
    path_.erase(path_.empty() ? 0 : path_.rfind('/'));
    return folder_ ? Result<>(Ok{}) : Error{std::strerror(errno), path() + "/..", ""};
  }

  Result<> missing(const std::string& name, const std::string& shown, bool may_be_anything) {
    if (errno == ENOENT && may_be_anything) {
      path_ = shown;
      return Ok{};
    }
    if (errno == ENOENT && missing_ == Missing::allow) {
      is_missing_ = true;
      return Ok{};
    }
    const bool may_make = errno == ENOENT && missing_ == Missing::make && made_++ < kMostMade;
    if (!may_make) return Error{std::strerror(errno), shown, "nothing was changed there"};
    if (auto made = open_below(folder_, name, shown, Missing::make); !made) return made.error();
    return step(name, false);
  }

  Result<> follow(const std::string& name, const std::string& shown) {
    std::array<char, PATH_MAX> target;
    const ssize_t length = ++links_ > kMostLinks ? -1 : ::readlinkat(folder_.get(), name.c_str(), target.data(), target.size());
    if (length <= 0) return Error{links_ > kMostLinks ? "too many links" : "the link cannot be read", shown, ""};
    const std::string_view text(target.data(), static_cast<std::size_t>(length));
    if (text.starts_with('/')) to_root();
    push(text);
    return Ok{};
  }

  const Missing missing_;
  const Foreign foreign_;
  net::Fd folder_;
  std::string path_;  // of folder_, without links; empty: the root
  std::deque<std::string> left_;
  bool is_safe_ = true;  // only root and we can replace a folder on the way here
  bool is_missing_ = false;
  int links_ = 0;
  int made_ = 0;
  std::vector<UserRights> controllers_;
};

Result<net::Fd> opened(net::Fd file, const std::string& path) {
  if (file) return file;
  return Error{fmt::format("cannot be read: {}", std::strerror(errno)), path, ""};
}

Result<net::Fd> open_without_links(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const auto folder = open_folder(path.substr(0, slash + 1));
  if (!folder) return folder.error();
  return opened(net::Fd(::openat(folder->get(), path.c_str() + slash + 1, kToRead | O_NOFOLLOW)), path);
}

bool is_same(const net::Fd& one, const net::Fd& other) {
  struct stat a {};
  struct stat b {};
  return ::fstat(one.get(), &a) == 0 && ::fstat(other.get(), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

Result<net::Fd> open_below(const net::Fd& folder, const std::string& name, const std::string& shown, Missing missing) {
  const bool is_there = missing != Missing::make || ::mkdirat(folder.get(), name.c_str(), kUsualFolder) == 0 || errno == EEXIST;
  net::Fd below(is_there ? ::openat(folder.get(), name.c_str(), kAsFolder | O_NOFOLLOW) : -1);
  if (below) return below;
  const bool is_link = errno == ELOOP || errno == ENOTDIR;
  return Error{is_link ? "is not a folder, or is a link; links are not followed" : std::strerror(errno), shown,
               "nothing else was changed there"};
}

Result<net::Fd> open_folder(const std::string& path, Missing missing) {
  Walk walk(missing, Foreign::refuse);
  if (auto gone = walk.go(path, true); !gone) return gone.error();
  return walk.take_folder();
}

Result<std::string> followed(const std::string& path) {
  Walk walk(Missing::error, Foreign::refuse);
  if (auto gone = walk.go(path, false); !gone) return gone.error();
  return walk.path();
}

Result<net::Fd> open_to_read(const std::string& path) {
  const auto controllers = controllers_of(path);
  if (!controllers.empty() && ::geteuid() != 0) return open_without_links(path);
  if (controllers.empty()) return opened(net::Fd(::open(path.c_str(), kToRead)), path);
  std::optional<net::Fd> first;
  for (const UserRights& rights : controllers) {
    auto file = open_as(rights, path);
    if (!file) return file;
    if (first && !is_same(*first, *file)) return Error{"was exchanged while it was opened", path, "try again"};
    if (!first) first = std::move(*file);
  }
  return std::move(*first);
}

std::vector<UserRights> controllers_of(const std::string& path) {
  Walk walk(Missing::error, Foreign::follow);
  static_cast<void>(walk.go(path, false));
  return walk.controllers();
}

std::string entry_of(const net::Fd& folder, const std::string& name) { return fmt::format("/proc/self/fd/{}/{}", folder.get(), name); }

}  // namespace merlin::mon
