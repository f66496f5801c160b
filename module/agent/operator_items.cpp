#include "module/agent/operator_items.hpp"

#include <string>

#include "shared/base/hash.hpp"

namespace merlin::neb {
namespace {

// Encodes contents unambiguously: numbers in eight bytes, texts with their length.
class Bytes {
 public:
  Bytes& operator<<(std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte, number >>= 8) bytes_ += static_cast<char>(number & 0xff);
    return *this;
  }
  Bytes& operator<<(std::int64_t number) { return *this << static_cast<std::uint64_t>(number); }
  Bytes& operator<<(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    const std::size_t last = text.find_last_not_of(" \t\r");
    text = last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
    *this << static_cast<std::uint64_t>(text.size());
    bytes_ += text;
    return *this;
  }
  // 0 means "none".
  std::uint64_t hash() const { return std::max<std::uint64_t>(1, hash64(bytes_)); }

 private:
  std::string bytes_;
};

}  // namespace

std::uint64_t comment_item(const ObjectKey& object, const wire::CommentRegister& content, std::uint32_t ordinal) {
  Bytes bytes;
  bytes << std::string_view(content.of_acknowledgement ? "acknowledgement" : "comment") << object.host << object.service << content.author
        << content.text << content.entry_s << std::uint64_t{ordinal};
  return bytes.hash();
}

std::uint64_t downtime_item(const ObjectKey& object, const wire::DowntimeRegister& content, std::uint32_t ordinal) {
  Bytes bytes;
  bytes << std::string_view("downtime") << object.host << object.service << content.author << content.comment << content.entry_s
        << content.start_s << content.end_s << std::uint64_t{content.fixed} << content.duration_s << std::uint64_t{ordinal};
  return bytes.hash();
}

std::uint64_t attribute_item(std::string_view name) { return hash64(name); }

void ItemMap::add(LocalId id, Index object, std::uint64_t item) {
  remove(id);
  places_[id] = {object, item};
  ids_[{object, item}] = id;
}

void ItemMap::remove(LocalId id) {
  const auto found = places_.find(id);
  if (found == places_.end()) return;
  ids_.erase(found->second);
  places_.erase(found);
}

std::optional<ItemMap::Place> ItemMap::find(LocalId id) const {
  const auto found = places_.find(id);
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

LocalId ItemMap::find(Index object, std::uint64_t item) const {
  const auto found = ids_.find({object, item});
  return found == ids_.end() ? 0 : found->second;
}

}  // namespace merlin::neb
