// Protobuf encoding of the messages (protozero: no runtime, nothing allocated but the fields themselves).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/frame.hpp"
#include "wire/messages.hpp"

namespace merlin::wire {

// The payload's bytes. Fields at their default are left out, as proto3 does. Defined for every struct of messages.hpp.
template <class Message>
std::string encode(const Message& message);

// Unknown fields are skipped; wrong wire types, bad lengths, ids that are not 16 bytes, enum values we do not
// know and nesting deeper than the messages have are an Error. Never throws.
template <class Message>
Result<Message> decode(std::string_view payload);

// Header and payload, ready to send.
template <class Message>
std::string to_frame(const Message& message, bool compress = false) {
  return encode_frame(static_cast<std::uint8_t>(Message::type_id), encode(message), compress);
}

}  // namespace merlin::wire
