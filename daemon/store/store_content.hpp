// Checksums that the store writes with each entry, to detect damage. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/cluster/interface/actions.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::daemon {

// XXH3_64 of all fields of the row: numbers as 8 bytes, least significant first, then the writer, then the value.
std::uint64_t checksum_of(const wire::Register& row);
// XXH3_64 of the receiving node, its instance, the number and the encoded message.
std::uint64_t checksum_of(const wire::ForwardedResult& forward, std::string_view encoded);
// XXH3_64 of the stream, the event's number and the encoded event.
std::uint64_t checksum_of(const cluster::StreamKey& stream, std::uint64_t number, std::string_view encoded);
// XXH3_64 of the stream, its number in the file, and the range of its events.
std::uint64_t checksum_of(const cluster::StreamKey& stream, std::uint64_t id, std::uint64_t first, std::uint64_t last);

}  // namespace merlin::daemon
