// Writes a message by its description (codec_fields.hpp). For the codec's own files.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "shared/base/assert.hpp"
#include "shared/base/ids.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/codec_fields.hpp"

namespace merlin::wire {

class Encoder {
 public:
  explicit Encoder(std::string& bytes) : bytes_(bytes), out_(bytes) {}

  // A field that is omitted if it has its default value.
  template <Scalar T>
  void operator()(FieldNumber number, const T& value) {
    if (!is_default(value)) put(number, value);
  }
  void fixed(FieldNumber number, std::uint64_t value) {
    if (value != 0) out_.add_fixed64(number, value);
  }

  // A field whose presence carries information.
  template <Scalar T>
  void operator()(FieldNumber number, const std::optional<T>& value) {
    if (value) put(number, *value);
  }

  void operator()(FieldNumber number, const std::vector<std::uint64_t>& values) {
    out_.add_packed_fixed64(number, values.begin(), values.end());
  }
  void operator()(FieldNumber number, const std::vector<std::uint32_t>& values) {
    out_.add_packed_uint32(number, values.begin(), values.end());
  }
  template <Scalar T>
  void operator()(FieldNumber number, const std::vector<T>& values) {
    for (const T& value : values) put(number, value);
  }
  template <Nested T>
  void operator()(FieldNumber number, const std::vector<T>& values) {
    for (const T& value : values) {
      const std::size_t before = bytes_.size();
      (*this)(number, value);
      // An element counts even if it is empty.
      if (bytes_.size() == before) out_.add_bytes(number, "", 0);
    }
  }
  template <Nested T>
  void at_most_one(FieldNumber number, const std::vector<T>& values) {
    // asserted: bounded by the decoder, and by the code that creates such a message with one at most
    MERLIN_ASSERT(values.size() <= 1);
    (*this)(number, values);
  }

  // Omitted if all its fields are.
  template <Nested T>
  void operator()(FieldNumber number, const T& message) {
    Encoder nested(*this, number);
    fields(nested, message);
  }

 private:
  Encoder(Encoder& outer, FieldNumber number) : bytes_(outer.bytes_), out_(outer.out_, number), depth_(outer.depth_ + 1) {
    // asserted: bounded by the decoder; a heartbeat is relayed without the heartbeats in it (Liveness::heard_table)
    MERLIN_ASSERT(depth_ <= kMaxNesting);
  }

  template <Scalar T>
  static bool is_default(const T& value) {
    if constexpr (std::same_as<T, std::string> || std::same_as<T, NodeId>) {
      return value.empty();
    } else if constexpr (std::same_as<T, double>) {
      return std::bit_cast<std::uint64_t>(value) == 0;  // minus zero is written, as protobuf does
    } else {
      return value == T{};
    }
  }

  void put(FieldNumber number, bool value) { out_.add_bool(number, value); }
  void put(FieldNumber number, std::uint32_t value) { out_.add_uint32(number, value); }
  void put(FieldNumber number, std::uint64_t value) { out_.add_uint64(number, value); }
  void put(FieldNumber number, std::int32_t value) { out_.add_sint32(number, value); }
  void put(FieldNumber number, std::int64_t value) { out_.add_sint64(number, value); }
  void put(FieldNumber number, double value) { out_.add_double(number, value); }
  void put(FieldNumber number, const std::string& value) { out_.add_bytes(number, value); }
  void put(FieldNumber number, const NodeId& id) { out_.add_bytes(number, id.view().data(), id.view().size()); }
  template <class T>
  requires std::is_enum_v<T>
  void put(FieldNumber number, T value) { out_.add_uint32(number, static_cast<std::uint32_t>(value)); }

  std::string& bytes_;
  protozero::pbf_writer out_;
  int depth_ = 0;
};

// Most messages fit without reallocation.
inline constexpr std::size_t kUsualPayloadBytes = 256;

template <class Message>
std::string encode(const Message& message) {
  std::string bytes;
  bytes.reserve(kUsualPayloadBytes);
  Encoder encoder(bytes);
  fields(encoder, message);
  return bytes;
}

}  // namespace merlin::wire
