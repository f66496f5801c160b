// Protobuf encoding of the messages (protozero: no runtime, allocates only the fields themselves).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"
#include "shared/wire/frame.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::wire {

// No payload of ours contains more nested messages (rows, hosts, results, at all depths); senders split larger ones. So a payload of a few
// megabytes cannot expand into much more memory than its size.
inline constexpr std::size_t kMaxNestedMessages = 65'536;

// The payload's bytes. Fields with their default value are omitted, as in proto3. Defined for every struct of messages.hpp.
template <class Message>
std::string encode(const Message& message);

// Unknown fields are skipped. Wrong wire types, invalid lengths, ids that do not have 16 bytes, numbers that do not fit their
// field, unknown enum values, nesting deeper than in our messages and more than kMaxNestedMessages are an Error. Never
// throws.
template <class Message>
Result<Message> decode(std::string_view payload);

// Header and payload, ready to send. Error: it exceeds a frame.
template <class Message>
Result<std::string> to_frame(const Message& message, bool compress = false) {
  return encode_frame(static_cast<std::uint8_t>(Message::type_id), encode(message), compress);
}

}  // namespace merlin::wire
