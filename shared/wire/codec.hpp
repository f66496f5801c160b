// Protobuf encoding of the messages (protozero: no runtime, nothing allocated but the fields themselves).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/frame.hpp"
#include "wire/messages.hpp"

namespace merlin::wire {

// No payload of ours holds more nested messages (rows, hosts, results, at all depths); senders split. So a payload
// of a few megabytes cannot unfold into much more memory than it has bytes.
inline constexpr std::size_t kMaxNestedMessages = 65'536;

// The payload's bytes. Fields at their default are left out, as proto3 does. Defined for every struct of messages.hpp.
template <class Message>
std::string encode(const Message& message);

// Unknown fields are skipped; wrong wire types, bad lengths, ids that are not 16 bytes, numbers that do not fit
// their field, enum values we do not know, nesting deeper than the messages have and more than kMaxNestedMessages
// are an Error. Never throws.
template <class Message>
Result<Message> decode(std::string_view payload);

// Header and payload, ready to send.
template <class Message>
std::string to_frame(const Message& message, bool compress = false) {
  return encode_frame(static_cast<std::uint8_t>(Message::type_id), encode(message), compress);
}

}  // namespace merlin::wire
