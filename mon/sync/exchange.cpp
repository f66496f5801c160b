#include "mon/sync/exchange.hpp"

#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/oconf/object_files.hpp"

namespace merlin::mon::sync {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostTrees = 1'000;

const Error kNotWhole{"the transfer is incomplete", "sync", "check that both nodes have the same version of Merlin"};

ordered_json parse(std::string_view text) { return ordered_json::parse(text, nullptr, false); }

ordered_json document_of_all(const std::vector<Tree>& trees) {
  ordered_json document = ordered_json::array();
  for (const Tree& tree : trees) document.push_back(document_of(tree));
  return document;
}

Result<std::vector<Tree>> read_trees(const ordered_json& document) {
  if (!document.is_array() || document.size() > kMostTrees) return kNotWhole;
  std::vector<Tree> trees;
  for (const ordered_json& entry : document) {
    auto tree = read_tree_document(entry);
    if (!tree) return tree.error();
    trees.push_back(std::move(*tree));
  }
  return trees;
}

ordered_json document_of_changes(const std::vector<Change>& changes) {
  ordered_json document = ordered_json::array();
  for (const Change& change : changes)
    document.push_back({{"content", change.content}, {"attributes", change.attributes}, {"surplus", change.surplus}});
  return document;
}

Result<std::vector<std::string>> paths_at(const ordered_json& document, const char* key) {
  const auto list = document.is_object() ? document.find(key) : document.end();
  if (!document.is_object() || list == document.end() || !list->is_array()) return kNotWhole;
  std::vector<std::string> paths;
  for (const ordered_json& path : *list) {
    if (!path.is_string()) return kNotWhole;
    paths.push_back(path.get<std::string>());
  }
  return paths;
}

Result<std::vector<Change>> read_changes(const ordered_json& document, std::size_t count) {
  if (!document.is_array() || document.size() != count) return kNotWhole;
  std::vector<Change> changes;
  for (const ordered_json& entry : document) {
    const auto content = paths_at(entry, "content");
    const auto attributes = paths_at(entry, "attributes");
    auto surplus = paths_at(entry, "surplus");
    if (!content || !attributes || !surplus) return kNotWhole;
    changes.push_back({{content->begin(), content->end()}, {attributes->begin(), attributes->end()}, std::move(*surplus)});
  }
  return changes;
}

bool is_sent(const Change& change, const Item& item) { return item.kind == Kind::file && change.content.contains(item.path); }

}  // namespace

std::string pack_trees(const std::vector<Tree>& trees) { return document_of_all(trees).dump(); }

Result<std::vector<Tree>> unpack_trees(std::string_view text) { return read_trees(parse(text)); }

std::string pack_changes(const std::vector<Change>& changes) {
  return document_of_changes(changes).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<std::vector<Change>> unpack_changes(std::string_view text, std::size_t count) { return read_changes(parse(text), count); }

std::vector<std::vector<Change>> parts_of(const std::vector<Tree>& trees, const std::vector<Change>& changes, std::uint64_t most_bytes) {
  std::vector<std::vector<Change>> parts(1, std::vector<Change>(trees.size()));
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < trees.size(); ++i) {
    for (const Item& item : trees[i].items) {
      if (changes[i].attributes.contains(item.path)) parts.back()[i].attributes.insert(item.path);
      if (!changes[i].content.contains(item.path)) continue;
      if (bytes > 0 && bytes + item.size > most_bytes) {
        parts.emplace_back(trees.size());
        bytes = 0;
      }
      bytes += item.size;
      parts.back()[i].content.insert(item.path);
    }
  }
  for (std::size_t i = 0; i < trees.size(); ++i) parts.back()[i].surplus = changes[i].surplus;
  return parts;
}

std::string pack(const Delivery& delivery) {
  const ordered_json head{
      {"trees", document_of_all(delivery.trees)}, {"changes", document_of_changes(delivery.changes)}, {"restart", delivery.restart}};
  std::string bytes = head.dump() + "\n";
  for (std::size_t i = 0; i < delivery.trees.size(); ++i) {
    for (const Item& item : delivery.trees[i].items) {
      if (is_sent(delivery.changes[i], item)) bytes += delivery.contents[i].at(item.path);
    }
  }
  return bytes;
}

Result<Delivery> unpack(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const auto head = end == std::string_view::npos ? ordered_json() : parse(bytes.substr(0, end));
  if (!head.is_object()) return kNotWhole;
  bytes.remove_prefix(end + 1);
  auto trees = read_trees(head.value("trees", ordered_json()));
  if (!trees) return trees.error();
  auto changes = read_changes(head.value("changes", ordered_json()), trees->size());
  if (!changes) return changes.error();
  Delivery delivery{std::move(*trees), std::move(*changes), {}, text_at(head, "restart")};
  delivery.contents.resize(delivery.trees.size());
  for (std::size_t i = 0; i < delivery.trees.size(); ++i) {
    for (const Item& item : delivery.trees[i].items) {
      if (!is_sent(delivery.changes[i], item)) continue;
      if (item.size > bytes.size()) return kNotWhole;
      std::string content(bytes.substr(0, item.size));
      bytes.remove_prefix(content.size());
      if (oconf::sha256(content) != item.digest) return kNotWhole;
      delivery.contents[i].emplace(item.path, std::move(content));
    }
  }
  return bytes.empty() ? Result<Delivery>(std::move(delivery)) : Result<Delivery>(kNotWhole);
}

}  // namespace merlin::mon::sync
