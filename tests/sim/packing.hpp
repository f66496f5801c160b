// Every message goes through the wire's codec, as it does between real processes.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "sim/network.hpp"
#include "wire/codec.hpp"

namespace merlin::sim {

template <class Variant>
Packet pack(const Variant& message, cluster::Priority priority = cluster::Priority::control) {
  return std::visit(
      [&](const auto& content) {
        return Packet{static_cast<std::uint8_t>(std::decay_t<decltype(content)>::type_id), wire::encode(content), priority};
      },
      message);
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
