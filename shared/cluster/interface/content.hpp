// Decodes the content of a register.
#pragma once

#include <optional>
#include <utility>

#include "shared/wire/codec.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::cluster {

// Empty: there is no such register, or its content cannot be decoded.
template <class Content>
std::optional<Content> content_of(const wire::Register* row) {
  if (row == nullptr) return std::nullopt;
  auto content = wire::decode<Content>(row->value);
  if (!content) return std::nullopt;
  return std::move(*content);
}

}  // namespace merlin::cluster
