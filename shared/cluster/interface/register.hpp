// Identifies a register, and decides which of two contents of it wins (R5).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "shared/wire/messages.hpp"

namespace merlin::cluster {

struct RegisterKey {
  ObjectKey object;
  wire::RegisterKind kind = wire::RegisterKind::check;
  std::uint64_t item = 0;

  auto operator<=>(const RegisterKey&) const = default;
};

inline RegisterKey key_of(const wire::Register& content) { return {content.object, content.kind, content.item}; }

// Which of two contents of one register wins: the greater rank, then the greater version (R5).
inline std::strong_ordering order(const wire::Register& a, const wire::Register& b) {
  return a.rank != b.rank ? a.rank <=> b.rank : a.version <=> b.version;
}

struct RegisterKeyHash {
  std::size_t operator()(const RegisterKey& key) const noexcept {
    return std::hash<ObjectKey>{}(key.object) + static_cast<std::size_t>(key.kind) + key.item * 0x9E3779B97F4A7C15ULL;
  }
};

}  // namespace merlin::cluster
