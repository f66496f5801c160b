#include "daemon/store/store_content.hpp"

#include <string>

#include "shared/base/hash.hpp"

namespace merlin::daemon {
namespace {

constexpr int kBitsAByte = 8;

void append(std::string& bytes, std::uint64_t number) {
  for (std::size_t i = 0; i < sizeof number; ++i) bytes += static_cast<char>(number >> (kBitsAByte * i) & 0xFF);
}

}  // namespace

std::uint64_t checksum_of(const wire::Register& row) {
  std::string bytes;
  for (const std::uint64_t number :
       {row.object.host, row.object.service, static_cast<std::uint64_t>(row.kind), row.item, row.rank, row.version.term,
        static_cast<std::uint64_t>(row.version.side), row.version.hlc, static_cast<std::uint64_t>(row.base_ms)}) {
    append(bytes, number);
  }
  bytes += row.version.writer.view();
  bytes += row.value;
  return hash64(bytes);
}

std::uint64_t checksum_of(const wire::ForwardedResult& forward, std::string_view encoded) {
  std::string bytes(forward.taker.view());
  append(bytes, forward.taker_instance);
  append(bytes, forward.number);
  bytes += encoded;
  return hash64(bytes);
}

std::uint64_t checksum_of(const cluster::StreamKey& stream, std::uint64_t number, std::string_view encoded) {
  std::string bytes(stream.node.view());
  append(bytes, stream.epoch);
  append(bytes, number);
  bytes += encoded;
  return hash64(bytes);
}

std::uint64_t checksum_of(const cluster::StreamKey& stream, std::uint64_t id, std::uint64_t first, std::uint64_t last) {
  std::string bytes(stream.node.view());
  for (const std::uint64_t number : {stream.epoch, id, first, last}) append(bytes, number);
  return hash64(bytes);
}

}  // namespace merlin::daemon
