#include "mon/sync/target.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "mon/oconf/object_files.hpp"
#include "mon/sync/folder_walk.hpp"

namespace merlin::mon::sync {
namespace {

Error disk_error(const std::string& path) { return {std::strerror(errno), path, "the files before it are in place"}; }

std::string shown(const Tree& tree, const std::string& path) { return path.empty() ? tree.dest : tree.dest + "/" + path; }

Result<Place> place_in(const Tree& tree, const std::string& path, Missing missing) {
  return path.empty() ? place_of_root(tree.dest, missing) : place_of(tree.dest, path, missing);
}

std::string link_at(const Place& place) {
  std::array<char, PATH_MAX> target;
  const ssize_t length = ::readlinkat(place.folder.get(), place.name.c_str(), target.data(), target.size());
  return length < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(length));
}

// ---- comparing

enum class Differs { nothing, attributes, content };

Differs compare_content(const Place& place, const Item& item, const Item& there, const std::string& name) {
  if (item.kind == Kind::link) return link_at(place) == item.link ? Differs::nothing : Differs::content;
  if (item.kind == Kind::folder) return Differs::nothing;
  const auto text = there.size == item.size ? read_file(place, name) : Result<std::string>(Error{});
  return text && oconf::sha256(*text) == item.digest ? Differs::nothing : Differs::content;
}

Result<Differs> compare(const Tree& tree, const Item& item) {
  const std::string name = shown(tree, item.path);
  const auto place = place_in(tree, item.path, Missing::error);
  if (!place) return place.error();
  struct stat about {};
  if (::fstatat(place->folder.get(), place->name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? Result<Differs>(Differs::content) : disk_error(name);
  const Item there = item_of(about);
  if ((there.kind == Kind::folder) != (item.kind == Kind::folder)) {
    const bool is_folder = item.kind == Kind::folder;
    return Error{is_folder ? "is not a folder there, but a folder is sent" : "is a folder there, but a file is sent", name,
                 "move it away there; nothing was changed"};
  }
  const bool is_odd = item.kind == Kind::file && !S_ISREG(about.st_mode);
  if (is_odd || there.kind != item.kind || compare_content(*place, item, there, name) == Differs::content) return Differs::content;
  const bool is_owned_so = there.owner == item.owner && there.group == item.group;
  if (is_owned_so && there.mode == item.mode && there.time_ns == item.time_ns) return Differs::nothing;
  // Its owner may still write to it: a file gets another owner only as a new file.
  const bool is_replaced = item.kind == Kind::file && (!is_owned_so || about.st_nlink != 1);
  return is_replaced ? Differs::content : Differs::attributes;
}

// Everything below a folder that is not in the tree.
class Surplus {
 public:
  explicit Surplus(const Tree& tree) : tree_(tree) {
    for (const Item& item : tree.items) wanted_.insert(item.path);
  }

  Result<std::vector<std::string>> find() {
    const auto root = open_folder(tree_.dest);
    if (!root) return root.error();
    if (auto found = look(root->get(), "", 0); !found) return found.error();
    std::ranges::sort(found_, std::greater<>());
    return std::move(found_);
  }

 private:
  Result<> look(int folder, const std::string& below, int depth) {
    if (depth > kDeepest) return Error{"folders are too deep", shown(tree_, below), ""};
    const int copy = ::fcntl(folder, F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, int (*)(DIR*)> open(copy < 0 ? nullptr : ::fdopendir(copy), ::closedir);
    if (!open) return disk_error(shown(tree_, below));
    for (const dirent* entry = ::readdir(open.get()); entry != nullptr; entry = ::readdir(open.get())) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      const std::string path = below.empty() ? name : below + "/" + name;
      if (!wanted_.contains(path)) found_.push_back(path);
      const net::Fd inner(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!inner) continue;
      if (auto seen = look(inner.get(), path, depth + 1); !seen) return seen;
    }
    return Ok{};
  }

  const Tree& tree_;
  std::set<std::string> wanted_;
  std::vector<std::string> found_;
};

// ---- writing

std::optional<unsigned> number(const std::string& text) {
  unsigned value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};

Result<Owner> owner_of(const Item& item, const std::string& name) {
  const passwd* user = ::getpwnam(item.owner.c_str());
  const group* group = ::getgrnam(item.group.c_str());
  const auto user_id = user != nullptr ? std::optional(user->pw_uid) : number(item.owner);
  const auto group_id = group != nullptr ? std::optional(group->gr_gid) : number(item.group);
  if (user_id && group_id) return Owner{*user_id, *group_id};
  return Error{fmt::format("its {} {} does not exist there", user_id ? "group" : "owner", user_id ? item.group : item.owner), name,
               "create it there, or change it for the file"};
}

// The owner first, because changing it removes set-id bits.
bool set_attributes(int fd, const Item& item, const Owner& owner) {
  if (::fchown(fd, owner.user, owner.group) != 0 || ::fchmod(fd, item.mode) != 0) return false;
  if (item.kind == Kind::folder) return true;
  const timespec time{static_cast<time_t>(item.time_ns / 1'000'000'000), static_cast<long>(item.time_ns % 1'000'000'000)};
  const timespec times[] = {{0, UTIME_OMIT}, time};
  return ::futimens(fd, times) == 0;
}

// What only gets another mode or time is still what was compared, and no second name of another file.
bool is_as_compared(int fd, const Item& item, const Owner& owner) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return false;
  if (item.kind == Kind::folder) return S_ISDIR(about.st_mode);
  return S_ISREG(about.st_mode) && about.st_nlink == 1 && about.st_uid == owner.user && about.st_gid == owner.group;
}

std::string temporary_name(const std::string& name) { return ".mon-sync-" + oconf::sha256(name).substr(0, 16); }

bool write_all(int fd, std::string_view left) {
  while (!left.empty()) {
    const ssize_t written = ::write(fd, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Creates a new file or link beside the old one, then replaces that.
bool replace(const Place& place, const Item& item, const Owner& owner, const std::string& content) {
  const int folder = place.folder.get();
  const std::string temporary = temporary_name(place.name);
  ::unlinkat(folder, temporary.c_str(), 0);
  bool is_good = false;
  if (item.kind == Kind::link) {
    is_good = ::symlinkat(item.link.c_str(), folder, temporary.c_str()) == 0 &&
              ::fchownat(folder, temporary.c_str(), owner.user, owner.group, AT_SYMLINK_NOFOLLOW) == 0;
  } else {
    const net::Fd file(::openat(folder, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    is_good = file && write_all(file.get(), content) && set_attributes(file.get(), item, owner) && ::fsync(file.get()) == 0;
  }
  if (is_good && ::renameat(folder, temporary.c_str(), folder, place.name.c_str()) == 0) return ::fsync(folder) == 0;
  const int why = errno;
  ::unlinkat(folder, temporary.c_str(), 0);
  errno = why;
  return false;
}

Result<> write_item(const Tree& tree, const Item& item, bool has_content, const Contents& contents) {
  const std::string name = shown(tree, item.path);
  const auto owner = owner_of(item, name);
  if (!owner) return owner.error();
  const auto place = place_in(tree, item.path, Missing::make);
  if (!place) return place.error();
  const int folder = place->folder.get();
  if (item.kind == Kind::folder && ::mkdirat(folder, place->name.c_str(), 0700) != 0 && errno != EEXIST) return disk_error(name);
  if (has_content && item.kind != Kind::folder) {
    const auto content = contents.find(item.path);
    if (item.kind == Kind::file && content == contents.end()) return Error{"its content was not sent", name, "try again"};
    return replace(*place, item, *owner, content == contents.end() ? "" : content->second) ? Result<>(Ok{}) : disk_error(name);
  }
  if (item.kind == Kind::link)
    return ::fchownat(folder, place->name.c_str(), owner->user, owner->group, AT_SYMLINK_NOFOLLOW) == 0 ? Result<>(Ok{}) : disk_error(name);
  const net::Fd open(::openat(folder, place->name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (open && !is_as_compared(open.get(), item, *owner)) return Error{"was changed meanwhile", name, "try again"};
  return open && set_attributes(open.get(), item, *owner) ? Result<>(Ok{}) : disk_error(name);
}

Result<> remove(const Tree& tree, const std::string& path) {
  const auto place = place_of(tree.dest, path);
  if (!place) return place.error();
  const int folder = place->folder.get();
  if (::unlinkat(folder, place->name.c_str(), 0) == 0 || errno == ENOENT) return Ok{};
  return ::unlinkat(folder, place->name.c_str(), AT_REMOVEDIR) == 0 ? Result<>(Ok{}) : disk_error(shown(tree, path));
}

}  // namespace

Tree settled(Tree tree) {
  if (auto real = followed(tree.dest)) tree.dest = std::move(*real);
  return tree;
}

Result<Change> difference(const Tree& tree) {
  Change change;
  struct stat about {};
  const bool is_there = ::lstat(tree.dest.c_str(), &about) == 0;
  if (!is_there && errno != ENOENT) return disk_error(tree.dest);
  for (const Item& item : tree.items) {
    // Below a missing folder there is nothing to compare.
    const bool is_above_missing = !is_there || change.content.contains(item.path.substr(0, item.path.rfind('/')));
    const bool has_folder = item.path.find('/') != std::string::npos;
    if (!is_there || (has_folder && is_above_missing)) {
      change.content.insert(item.path);
      continue;
    }
    const auto differs = compare(tree, item);
    if (!differs) return differs.error();
    if (*differs == Differs::content) change.content.insert(item.path);
    if (*differs == Differs::attributes) change.attributes.insert(item.path);
  }
  if (!tree.is_mirror || !tree.is_folder || !is_there) return change;
  auto surplus = Surplus(tree).find();
  if (!surplus) return surplus.error();
  change.surplus = std::move(*surplus);
  return change;
}

Result<> make_equal(const Tree& tree, const Change& change, const Contents& contents) {
  for (const Item& item : tree.items) {
    const bool has_content = change.content.contains(item.path);
    if (!has_content && !change.attributes.contains(item.path)) continue;
    if (auto written = write_item(tree, item, has_content, contents); !written) return written;
  }
  if (!tree.is_mirror) return Ok{};
  for (const std::string& path : change.surplus) {
    if (!stays_inside(path)) return Error{"is not in the folder", path, ""};
    if (auto gone = remove(tree, path); !gone) return gone;
  }
  return Ok{};
}

}  // namespace merlin::mon::sync
