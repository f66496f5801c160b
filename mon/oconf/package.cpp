#include "mon/oconf/package.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <random>

#include "mon/cli/local_node.hpp"
#include "mon/oconf/object_files.hpp"

namespace merlin::mon::oconf {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kIdDigits = 16;

}  // namespace

bool is_push_id(std::string_view text) {
  return text.size() == kIdDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string new_push_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

std::string pack(const Package& package) {
  ordered_json head{{"id", package.id}, {"author", package.author}, {"removed", package.removed}, {"files", ordered_json::array()}};
  head["history"] = document_of(package.history);
  std::string content;
  for (const PackedFile& file : package.files) {
    head["files"].push_back({{"path", file.path}, {"mode", file.mode}, {"size", file.content.size()}, {"sha256", sha256(file.content)}});
    content += file.content;
  }
  return head.dump() + "\n" + content;
}

Result<Package> unpack(std::string_view bytes) {
  const Error refusal{"the transfer is incomplete", "oconf stage", "push again"};
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return refusal;
  const auto head = ordered_json::parse(bytes.substr(0, end), nullptr, false);
  bytes.remove_prefix(end + 1);
  if (!head.is_object() || !is_push_id(text_at(head, "id"))) return refusal;
  Package package{text_at(head, "id"), text_at(head, "author"), {}, {}, read_history(head.value("history", ordered_json()))};
  for (const auto& path : head.value("removed", ordered_json::array())) {
    if (!path.is_string()) return refusal;
    package.removed.push_back(path.get<std::string>());
  }
  for (const auto& file : head.value("files", ordered_json::array())) {
    const auto size = file.is_object() ? number_at(file, "size", -1) : -1;
    if (size < 0 || static_cast<std::size_t>(size) > bytes.size()) return refusal;
    std::string content(bytes.substr(0, static_cast<std::size_t>(size)));
    bytes.remove_prefix(content.size());
    if (sha256(content) != text_at(file, "sha256")) return refusal;
    package.files.push_back({text_at(file, "path"), static_cast<unsigned>(number_at(file, "mode")) & 0777U, std::move(content)});
  }
  if (!bytes.empty()) return refusal;
  return package;
}

}  // namespace merlin::mon::oconf
