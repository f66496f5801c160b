// Decodes a payload as the alternative of a variant of messages with the payload's type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "shared/base/result.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::wire {

// No value: no alternative has this type. Error: the payload is malformed.
template <class Variant, std::size_t Index = 0>
Result<std::optional<Variant>> decode_any(std::uint32_t type, std::string_view payload) {
  if constexpr (Index == std::variant_size_v<Variant>) {
    return std::optional<Variant>{};
  } else {
    using Message = std::variant_alternative_t<Index, Variant>;
    if (type != static_cast<std::uint32_t>(Message::type_id)) return decode_any<Variant, Index + 1>(type, payload);
    auto message = decode<Message>(payload);
    if (!message) return message.error();
    return std::optional<Variant>(std::in_place, std::move(*message));
  }
}

}  // namespace merlin::wire
