// Reads a message by its description (codec_fields.hpp). For the codec's own files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/codec_fields.hpp"

namespace merlin::wire {

// Thrown inside the decoder and caught by decode(), as protozero's own exceptions are.
struct Malformed {
  FieldNumber number;
  const char* what;
};

// Walks the description in order; each field reads the data at the current position if the field number matches. Senders write fields in
// order, so one walk usually reads a whole message; whatever a walk does not consume is unknown.
class Decoder {
 public:
  // nested_left: how many more nested messages the payload can contain; counted down.
  Decoder(std::string_view bytes, std::size_t& nested_left, int depth = 0)
      : in_(bytes.data(), bytes.size()), nested_left_(nested_left), depth_(depth) {}

  template <Nested T>
  void read(T& message) {
    advance();
    while (number_ != 0) {
      progress_ = false;
      fields(*this, message);
      if (!progress_) skip_unknown();
    }
  }

  template <class T>
  void operator()(FieldNumber number, T& member) {
    take_all(number, [&] { take(member); });
  }
  void fixed(FieldNumber number, std::uint64_t& member) {
    take_all(number, [&] { member = fixed64(); });
  }
  template <Nested T>
  void at_most_one(FieldNumber number, std::vector<T>& member) {
    take_all(number, [&] {
      if (member.empty()) member.emplace_back();
      take(member.front());
    });
  }

 private:
  using WireType = protozero::pbf_wire_type;

  // number_ is 0 at the end of the message.
  void advance() { number_ = in_.next() ? in_.tag() : 0; }

  template <class Take>
  void take_all(FieldNumber number, Take take_one) {
    while (number_ == number) {
      take_one();
      progress_ = true;
      advance();
    }
  }

  void skip_unknown() {
    in_.skip();
    advance();
  }

  void expect(WireType type) const {
    if (in_.wire_type() != type) throw Malformed{number_, "wrong wire type"};
  }

  std::uint64_t varint(std::uint64_t greatest) {
    expect(WireType::varint);
    return in_range(in_.get_uint64(), greatest);
  }
  std::uint64_t in_range(std::uint64_t value, std::uint64_t greatest) const {
    if (value > greatest) throw Malformed{number_, "unknown or too great a value"};
    return value;
  }
  std::uint64_t fixed64() {
    expect(WireType::fixed64);
    return in_.get_fixed64();
  }
  std::string_view view() {
    expect(WireType::length_delimited);
    const protozero::data_view bytes = in_.get_view();
    return {bytes.data(), bytes.size()};
  }

  void take(bool& member) { member = varint(1) != 0; }
  void take(std::uint32_t& member) { member = static_cast<std::uint32_t>(varint(kMaxUint32)); }
  void take(std::uint64_t& member) { member = varint(kMaxUint64); }
  void take(std::int32_t& member) { member = protozero::decode_zigzag32(static_cast<std::uint32_t>(varint(kMaxUint32))); }
  void take(std::int64_t& member) { member = protozero::decode_zigzag64(varint(kMaxUint64)); }
  void take(double& member) {
    expect(WireType::fixed64);
    member = in_.get_double();
  }
  void take(std::string& member) { member = view(); }
  void take(NodeId& member) {
    const auto id = NodeId::from_bytes(view());
    if (!id) throw Malformed{number_, "a node id must have 16 bytes"};
    member = *id;
  }
  template <class T>
  requires std::is_enum_v<T>
  void take(T& member) { member = static_cast<T>(varint(static_cast<std::uint64_t>(greatest(T{})))); }
  template <Scalar T>
  void take(std::optional<T>& member) {
    take(member.emplace());
  }

  // We send repeated numbers packed; a receiver must also accept single ones.
  void take(std::vector<std::uint64_t>& member) {
    if (in_.wire_type() == WireType::fixed64) {
      member.push_back(in_.get_fixed64());
      return;
    }
    expect(WireType::length_delimited);
    const auto values = in_.get_packed_fixed64();
    member.insert(member.end(), values.begin(), values.end());
  }
  void take(std::vector<std::uint32_t>& member) {
    if (in_.wire_type() == WireType::varint) {
      take(member.emplace_back());
      return;
    }
    expect(WireType::length_delimited);
    for (const std::uint64_t value : in_.get_packed_uint64()) member.push_back(static_cast<std::uint32_t>(in_range(value, kMaxUint32)));
  }
  template <class T>
  void take(std::vector<T>& member) {
    take(member.emplace_back());
  }

  template <Nested T>
  void take(T& message) {
    const std::string_view bytes = view();
    if (depth_ == kMaxNesting) throw Malformed{number_, "nested too deep"};
    if (nested_left_ == 0) throw Malformed{number_, "too many nested messages"};
    --nested_left_;
    Decoder(bytes, nested_left_, depth_ + 1).read(message);
  }

  static constexpr std::uint64_t kMaxUint32 = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint64_t kMaxUint64 = std::numeric_limits<std::uint64_t>::max();

  protozero::pbf_reader in_;
  std::size_t& nested_left_;
  int depth_;
  FieldNumber number_ = 0;
  bool progress_ = false;
};

template <class Message>
Result<Message> decode(std::string_view payload) {
  try {
    Message message;
    std::size_t nested_left = kMaxNestedMessages;
    Decoder(payload, nested_left).read(message);
    return message;
  } catch (const Malformed& malformed) {
    return Error{"malformed message: field " + std::to_string(malformed.number) + ": " + malformed.what, {}, {}};
  } catch (const protozero::exception& malformed) {
    return Error{std::string("malformed message: ") + malformed.what(), {}, {}};
  }
}

}  // namespace merlin::wire
