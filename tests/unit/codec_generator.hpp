// Random messages for rapidcheck, made by the codec's description: whatever a struct can hold and the contract allows.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "wire/codec_fields.hpp"

namespace merlin::wire::test {

enum class Text {
  bytes,      // any
  printable,  // ASCII, that an independent reader accepts in a "string" too
};

class Generate {
 public:
  explicit Generate(Text text, int depth = 0) : text_(text), depth_(depth) {}

  template <class T>
  void operator()(FieldNumber, T& member) {
    make(member);
  }
  void fixed(FieldNumber, std::uint64_t& member) { make(member); }
  template <Nested T>
  void at_most_one(FieldNumber, std::vector<T>& member) {
    if (!may_nest<T>()) return;
    member.resize(static_cast<std::size_t>(*rc::gen::inRange(0, 2)));
    for (T& element : member) make(element);
  }

 private:
  template <class T>
  requires std::is_arithmetic_v<T>
  void make(T& member) {
    // rapidcheck's own numbers are small; the wide ones are those that break encodings
    member =
        *rc::gen::oneOf(rc::gen::arbitrary<T>(), rc::gen::element(T{}, std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest()));
  }
  template <class T>
  requires std::is_enum_v<T>
  void make(T& member) { member = static_cast<T>(*rc::gen::inRange(0, static_cast<int>(greatest(T{})) + 1)); }
  void make(std::string& member) {
    const char first = text_ == Text::bytes ? '\x80' : ' ';
    const char last = text_ == Text::bytes ? '\x7f' : '~';
    member =
        *rc::gen::container<std::string>(rc::gen::map(rc::gen::inRange<int>(first, last + 1), [](int c) { return static_cast<char>(c); }));
  }
  void make(NodeId& member) {
    if (*rc::gen::inRange(0, 4) == 0) return;
    for (std::uint8_t& byte : member.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
  }
  template <class T>
  void make(std::optional<T>& member) {
    if (*rc::gen::arbitrary<bool>()) make(member.emplace());
  }
  template <class T>
  void make(std::vector<T>& member) {
    if (!may_nest<T>()) return;
    member.resize(static_cast<std::size_t>(*rc::gen::inRange(0, 4)));
    for (T& element : member) make(element);
  }
  template <Nested T>
  void make(T& message) {
    Generate inner(text_, depth_ + 1);
    fields(inner, message);
  }

  template <class T>
  bool may_nest() const {
    return Scalar<T> || depth_ < kMaxNesting;
  }

  Text text_;
  int depth_;
};

template <class Message>
Message generate(Text text) {
  Message message;
  Generate visitor(text);
  fields(visitor, message);
  return message;
}

}  // namespace merlin::wire::test
