// What the store writes beside each entry, and what of an entry it can believe. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "cluster/node.hpp"
#include "wire/messages.hpp"

namespace merlin::daemon {

// XXH3_64 of all fields of the row: numbers as 8 bytes, the least first, then the writer, then the value.
std::uint64_t checksum_of(const wire::Register& row);
// XXH3_64 of the taker, its instance, the number and the encoded message.
std::uint64_t checksum_of(const wire::ForwardedResult& forward, std::string_view encoded);
// XXH3_64 of the stream, the event's number and the encoded event.
std::uint64_t checksum_of(const cluster::StreamKey& stream, std::uint64_t number, std::string_view encoded);
// XXH3_64 of the stream, its number in the file, and which events are there.
std::uint64_t checksum_of(const cluster::StreamKey& stream, std::uint64_t id, std::uint64_t first, std::uint64_t last);

// Whether its value is a message of its kind.
bool is_readable(const wire::Register& row);

}  // namespace merlin::daemon
