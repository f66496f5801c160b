#include "shared/base/ids.hpp"

#include <algorithm>
#include <cstring>

#include "shared/base/hash.hpp"

namespace merlin {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// 0 is reserved: it means "no host" and "the host itself".
std::uint64_t nonzero(std::uint64_t hash) { return hash == 0 ? 1 : hash; }

}  // namespace

std::string NodeId::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<NodeId> NodeId::from_hex(std::string_view text) {
  NodeId id;
  if (text.size() != id.bytes.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

std::optional<NodeId> NodeId::from_bytes(std::string_view sixteen_bytes) {
  NodeId id;
  if (sixteen_bytes.size() != id.bytes.size()) return std::nullopt;
  std::copy(sixteen_bytes.begin(), sixteen_bytes.end(), id.bytes.begin());
  return id;
}

HostKey host_key(std::string_view host_name) { return nonzero(hash64(host_name)); }

ServiceKey service_key(std::string_view host_name, std::string_view description) {
  std::string joined;
  joined.reserve(host_name.size() + 1 + description.size());
  joined.append(host_name).append(1, '\0').append(description);
  return nonzero(hash64(joined));
}

}  // namespace merlin

std::size_t std::hash<merlin::NodeId>::operator()(const merlin::NodeId& id) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, id.bytes.data(), sizeof value);  // random bytes: every part of them can serve as a hash
  return value;
}
