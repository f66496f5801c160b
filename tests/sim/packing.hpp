// Encodes and decodes every message by the wire's codec, as between real processes.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "shared/wire/codec.hpp"
#include "tests/sim/network.hpp"

namespace merlin::sim {

template <class Message>
Packet packed(const Message& message, cluster::Priority priority = cluster::Priority::control) {
  return {static_cast<std::uint8_t>(Message::type_id), wire::encode(message), priority};
}

template <class Variant>
Packet pack(const Variant& message, cluster::Priority priority = cluster::Priority::control) {
  return std::visit([&](const auto& content) { return packed(content, priority); }, message);
}

template <class Variant, std::size_t at = 0>
Variant unpack(const Packet& packet) {
  if constexpr (at == std::variant_size_v<Variant>) {
    throw std::logic_error("a message of type " + std::to_string(packet.type) + " cannot be decoded");
  } else {
    using Message = std::variant_alternative_t<at, Variant>;
    if (static_cast<std::uint8_t>(Message::type_id) != packet.type) return unpack<Variant, at + 1>(packet);
    auto message = wire::decode<Message>(packet.payload);
    if (!message) throw std::logic_error("what was encoded cannot be decoded: " + message.error().text());
    return std::move(*message);
  }
}

}  // namespace merlin::sim
