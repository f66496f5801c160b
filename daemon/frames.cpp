#include "frames.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include "wire/codec.hpp"

namespace merlin::daemon {
namespace {

template <class Message>
constexpr bool is_bulk =
    std::is_same_v<Message, wire::Rows> || std::is_same_v<Message, wire::Inventory> || std::is_same_v<Message, wire::Digests> ||
    std::is_same_v<Message, wire::Claims> || std::is_same_v<Message, wire::Events>;

template <class Variant>
std::string encode_any(const Variant& message, bool compress_bulk) {
  return std::visit(
      [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        return wire::to_frame(held, compress_bulk && is_bulk<Held>);
      },
      message);
}

// Tries the alternatives one after the other until one has the frame's type.
template <class Variant, std::size_t Index = 0>
Result<std::optional<Variant>> decode_any(const wire::Frame& frame) {
  if constexpr (Index == std::variant_size_v<Variant>) {
    return std::optional<Variant>{};
  } else {
    using Message = std::variant_alternative_t<Index, Variant>;
    if (frame.type != static_cast<std::uint8_t>(Message::type_id)) return decode_any<Variant, Index + 1>(frame);
    auto message = wire::decode<Message>(frame.payload);
    if (!message) return message.error();
    return std::optional<Variant>(std::in_place, std::move(*message));
  }
}

}  // namespace

std::string to_frame(const cluster::PeerMessage& message) { return encode_any(message, true); }

// The core is on this machine or near: no compression, its loop has better things to do.
std::string to_frame(const cluster::ToCore& message) { return encode_any(message, false); }

Result<std::optional<cluster::PeerMessage>> peer_message(const wire::Frame& frame) { return decode_any<cluster::PeerMessage>(frame); }

Result<std::optional<cluster::FromCore>> core_message(const wire::Frame& frame) { return decode_any<cluster::FromCore>(frame); }

}  // namespace merlin::daemon
