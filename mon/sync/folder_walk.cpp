#include "mon/sync/folder_walk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "mon/cli/read_whole.hpp"

namespace merlin::mon::sync {
namespace {

std::string user_name(uid_t id) {
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::to_string(id) : std::string(found->pw_name);
}

std::string group_name(gid_t id) {
  std::array<char, 16'384> buffer;
  group entry{};
  group* found = nullptr;
  ::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::to_string(id) : std::string(found->gr_name);
}

}  // namespace

Result<Place> place_of(const std::string& root, const std::string& path, Missing missing) {
  auto opened = open_folder(root);
  if (!opened) return opened.error();
  net::Fd folder = std::move(*opened);
  std::string shown = root;
  std::string_view left = path;
  for (std::size_t slash = left.find('/'); slash != std::string_view::npos; slash = left.find('/')) {
    const std::string name(left.substr(0, slash));
    shown += "/" + name;
    auto below = open_below(folder, name, shown, missing);
    if (!below) return below.error();
    folder = std::move(*below);
    left.remove_prefix(slash + 1);
  }
  return Place{std::move(folder), std::string(left)};
}

Result<Place> place_of_root(const std::string& path, Missing missing) {
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
  auto folder = open_folder(parent, missing);
  if (!folder) return folder.error();
  return Place{std::move(*folder), path.substr(slash + 1)};
}

Result<std::string> read_file(const Place& place, const std::string& shown) {
  const net::Fd file(::openat(place.folder.get(), place.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) return Error{fmt::format("cannot be read: {}", std::strerror(errno)), shown, ""};
  if (!S_ISREG(about.st_mode)) return Error{"is not a file", shown, ""};
  if (static_cast<std::uint64_t>(about.st_size) > kLargestItem)
    return Error{fmt::format("is larger than {} MiB", kLargestItem >> 20), shown, "copy it by other means"};
  return read_whole(file, static_cast<std::uint64_t>(about.st_size), shown);
}

Item item_of(const struct stat& about) {
  Item item;
  item.kind = S_ISDIR(about.st_mode) ? Kind::folder : S_ISLNK(about.st_mode) ? Kind::link : Kind::file;
  item.mode = item.kind == Kind::link ? 0 : about.st_mode & 07777U;
  item.owner = user_name(about.st_uid);
  item.group = group_name(about.st_gid);
  if (item.kind == Kind::file) item.time_ns = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
  if (item.kind == Kind::file) item.size = static_cast<std::uint64_t>(about.st_size);
  return item;
}

}  // namespace merlin::mon::sync
