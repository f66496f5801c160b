#include "daemon/links/frames.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include "shared/wire/any_message.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::daemon {
namespace {

template <class Message>
constexpr bool kIsBulk =
    std::is_same_v<Message, wire::Rows> || std::is_same_v<Message, wire::Inventory> || std::is_same_v<Message, wire::Digests> ||
    std::is_same_v<Message, wire::Claims> || std::is_same_v<Message, wire::Events>;

template <class Variant>
Result<std::string> encode_any(const Variant& message, bool compress_bulk) {
  return std::visit(
      [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        return wire::to_frame(held, compress_bulk && kIsBulk<Held>);
      },
      message);
}

// Empty: rejected, or of a type unknown to this version.
template <class Variant>
Result<std::optional<Variant>> admit(const wire::Frame& frame, wire::Rejects& rejects) {
  auto message = wire::decode_any<Variant>(frame.type, frame.payload);
  if (!message || !*message) return message;
  const bool good = std::visit([&](auto& held) { return wire::validate(held, rejects); }, **message);
  if (!good) message->reset();
  return message;
}

}  // namespace

Result<std::string> to_frame(const cluster::PeerMessage& message) { return encode_any(message, true); }

// The core is on this machine or near: no compression, because its loop has better things to do.
Result<std::string> to_frame(const cluster::ToCore& message) { return encode_any(message, false); }

Result<std::optional<cluster::PeerMessage>> peer_message(const wire::Frame& frame, wire::Rejects& rejects) {
  return admit<cluster::PeerMessage>(frame, rejects);
}

Result<std::optional<cluster::FromCore>> core_message(const wire::Frame& frame, wire::Rejects& rejects) {
  return admit<cluster::FromCore>(frame, rejects);
}

}  // namespace merlin::daemon
