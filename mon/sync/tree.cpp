#include "mon/sync/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/cli/utf8.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/sync/folder_walk.hpp"

namespace merlin::mon::sync {
namespace {

using nlohmann::ordered_json;

constexpr const char* kNothingSent = "nothing of this node's sync was sent";

std::string without_slash(const std::string& written) {
  std::string path = std::filesystem::path(written).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

Error unreadable(const std::string& path) { return {fmt::format("cannot be read: {}", std::strerror(errno)), path, kNothingSent}; }

// Whether a link, seen from the root, leads to a place inside it.
bool leads_inside(std::string_view link_path, std::string_view target) {
  if (target.starts_with('/')) return false;
  int depth = static_cast<int>(std::ranges::count(link_path, '/'));
  while (!target.empty()) {
    const std::size_t slash = target.find('/');
    const std::string_view part = target.substr(0, slash);
    if (part == "..") --depth;
    if (part != ".." && part != "." && !part.empty()) ++depth;
    if (depth < 0) return false;
    target.remove_prefix(slash == std::string_view::npos ? target.size() : slash + 1);
  }
  return true;
}

class Reader {
 public:
  explicit Reader(Tree& tree) : tree_(tree) {}

  Result<> read_folder(int folder, const std::string& below, int depth) {
    if (depth > kDeepest) return Error{"folders are too deep", shown(below), kNothingSent};
    const int copy = ::fcntl(folder, F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, int (*)(DIR*)> open(copy < 0 ? nullptr : ::fdopendir(copy), ::closedir);
    if (!open) return unreadable(shown(below));
    for (const dirent* entry = ::readdir(open.get()); entry != nullptr; entry = ::readdir(open.get())) {
      const std::string name = entry->d_name;
      if (name == "." || name == ".." || name.starts_with(kTemporaryPrefix)) continue;
      if (auto read = read_one(folder, name, below.empty() ? name : below + "/" + name, depth); !read) return read;
    }
    return Ok{};
  }

  Result<> add_file(const Place& place, const std::string& path, const struct stat& about) {
    Item item = item_of(about);
    item.path = path;
    const auto text = read_file(place, shown(path));
    if (!text) return Error{text.error().what, text.error().where, kNothingSent};
    item.size = text->size();
    item.digest = oconf::sha256(*text);
    return add(std::move(item));
  }

  static constexpr std::string_view kTemporaryPrefix = ".mon-sync-";

 private:
  std::string shown(const std::string& path) const { return path.empty() ? tree_.source : tree_.source + "/" + path; }

  Result<> add(Item item) {
    if (!is_utf8(item.path) || !is_utf8(item.link)) return Error{"its name is not UTF-8", shown(item.path), kNothingSent};
    tree_.items.push_back(std::move(item));
    if (tree_.items.size() > kMostItems) return Error{fmt::format("has more than {} files", kMostItems), tree_.source, kNothingSent};
    return Ok{};
  }

  Result<> read_one(int folder, const std::string& name, const std::string& path, int depth) {
    struct stat about {};
    if (::fstatat(folder, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return unreadable(shown(path));
    if (S_ISLNK(about.st_mode)) return add_link(folder, name, path, about);
    if (S_ISREG(about.st_mode)) return add_file({net::Fd(::fcntl(folder, F_DUPFD_CLOEXEC, 0)), name}, path, about);
    if (!S_ISDIR(about.st_mode)) return Error{"is a device, a pipe or a socket", shown(path), kNothingSent};
    Item item = item_of(about);
    item.path = path;
    if (auto added = add(std::move(item)); !added) return added;
    const net::Fd below(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return below ? read_folder(below.get(), path, depth + 1) : unreadable(shown(path));
  }

  Result<> add_link(int folder, const std::string& name, const std::string& path, const struct stat& about) {
    std::array<char, PATH_MAX> target;
    const ssize_t length = ::readlinkat(folder, name.c_str(), target.data(), target.size());
    if (length < 0) return unreadable(shown(path));
    Item item = item_of(about);
    item.path = path;
    item.link.assign(target.data(), static_cast<std::size_t>(length));
    if (!leads_inside(path, item.link)) return Error{"is a link that leads out of the folder", shown(path), kNothingSent};
    return add(std::move(item));
  }

  Tree& tree_;
};

constexpr std::array<std::pair<Kind, const char*>, 3> kKinds{{{Kind::file, "file"}, {Kind::folder, "folder"}, {Kind::link, "link"}}};

const Error kNoTree{"the transfer is incomplete", "sync", "check that both nodes have the same version of Merlin"};

Result<Item> read_item_document(const ordered_json& document) {
  if (!document.is_object()) return kNoTree;
  const auto kind = std::ranges::find(kKinds, text_at(document, "kind"), [](const auto& pair) { return std::string(pair.second); });
  Item item{text_at(document, "path"),
            Kind::file,
            static_cast<unsigned>(number_at(document, "mode")) & 07777U,
            text_at(document, "owner"),
            text_at(document, "group"),
            number_at(document, "time_ns"),
            static_cast<std::uint64_t>(number_at(document, "size")),
            text_at(document, "sha256"),
            text_at(document, "link")};
  if (kind == kKinds.end() || (!item.path.empty() && !stays_inside(item.path))) return kNoTree;
  item.kind = kind->first;
  if (item.kind == Kind::link && !leads_inside(item.path, item.link)) return kNoTree;
  return item;
}

}  // namespace

bool stays_inside(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

Result<Tree> read_tree(const config::SyncEntry& entry, bool is_mirror) {
  const bool wants_folder = entry.source.ends_with('/');
  Tree tree{without_slash(entry.source), without_slash(entry.dest), false, is_mirror, {}};
  struct stat about {};
  if (::stat(tree.source.c_str(), &about) != 0) return unreadable(tree.source);
  tree.is_folder = S_ISDIR(about.st_mode);
  if (wants_folder && !tree.is_folder) return Error{"is not a folder", entry.source, "remove the slash at its end"};
  Reader reader(tree);
  if (tree.is_folder) {
    tree.items.push_back(item_of(about));
    const auto folder = open_folder(tree.source);
    if (!folder) return folder.error();
    if (auto read = reader.read_folder(folder->get(), "", 0); !read) return read.error();
  } else {
    if (!S_ISREG(about.st_mode)) return Error{"is a device, a pipe or a socket", tree.source, kNothingSent};
    // A file that the line itself names may be reached through a link.
    auto real = followed(tree.source);
    if (!real) return real.error();
    tree.source = std::move(*real);
    const auto place = place_of_root(tree.source);
    if (!place) return place.error();
    if (auto read = reader.add_file(*place, "", about); !read) return read.error();
  }
  std::ranges::sort(tree.items, {}, &Item::path);
  return tree;
}

Result<std::string> read_item(const Tree& tree, const Item& item) {
  const auto place = item.path.empty() ? place_of_root(tree.source) : place_of(tree.source, item.path);
  if (!place) return place.error();
  const std::string shown = item.path.empty() ? tree.source : tree.source + "/" + item.path;
  auto text = read_file(*place, shown);
  if (text && oconf::sha256(*text) != item.digest) return Error{"changed while it was sent", shown, "try again"};
  return text;
}

ordered_json document_of(const Tree& tree) {
  ordered_json items = ordered_json::array();
  for (const Item& item : tree.items) {
    const auto kind = std::ranges::find(kKinds, item.kind, [](const auto& pair) { return pair.first; });
    items.push_back({{"path", item.path}, {"kind", kind->second}, {"mode", item.mode}, {"owner", item.owner}, {"group", item.group}});
    if (item.kind == Kind::file) items.back().update({{"time_ns", item.time_ns}, {"size", item.size}, {"sha256", item.digest}});
    if (item.kind == Kind::link) items.back()["link"] = item.link;
  }
  return {{"dest", tree.dest}, {"folder", tree.is_folder}, {"mirror", tree.is_mirror}, {"items", std::move(items)}};
}

Result<Tree> read_tree_document(const ordered_json& document) {
  const auto items = document.is_object() ? document.find("items") : document.end();
  if (!document.is_object() || items == document.end() || !items->is_array() || items->size() > kMostItems) return kNoTree;
  Tree tree{"", without_slash(text_at(document, "dest")), flag_at(document, "folder"), flag_at(document, "mirror"), {}};
  if (!tree.dest.starts_with('/') || !stays_inside(std::string_view(tree.dest).substr(1))) return kNoTree;
  for (const ordered_json& entry : *items) {
    auto item = read_item_document(entry);
    if (!item) return item.error();
    tree.items.push_back(std::move(*item));
  }
  std::ranges::sort(tree.items, {}, &Item::path);
  if (std::ranges::adjacent_find(tree.items, {}, &Item::path) != tree.items.end()) return kNoTree;
  const bool is_rooted = !tree.items.empty() && tree.items.front().path.empty() &&
                         tree.items.front().kind == (tree.is_folder ? Kind::folder : Kind::file) &&
                         (tree.is_folder || tree.items.size() == 1);
  return is_rooted ? Result<Tree>(std::move(tree)) : Result<Tree>(kNoTree);
}

}  // namespace merlin::mon::sync
