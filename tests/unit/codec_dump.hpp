// A message as lines of text, for tests to compare. Made from the codec's description, not from its bytes.
#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "shared/wire/codec_fields.hpp"

namespace merlin::wire::test {

class Dump {
 public:
  template <class T>
  void operator()(FieldNumber number, const T& value) {
    out_ << number << '=';
    put(value);
    out_ << ' ';
  }
  void fixed(FieldNumber number, std::uint64_t value) { (*this)(number, value); }
  template <class T>
  void at_most_one(FieldNumber number, const std::vector<T>& value) {
    (*this)(number, value);
  }
  std::string text() const { return out_.str(); }

 private:
  template <Scalar T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out_ << static_cast<int>(value);
    } else if constexpr (std::is_same_v<T, NodeId>) {
      out_ << value.hex();
    } else if constexpr (std::is_same_v<T, double>) {
      out_ << std::hexfloat << value;
    } else {
      out_ << value;
    }
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) put(*value);
    if (!value) out_ << "none";
  }
  template <class T>
  void put(const std::vector<T>& values) {
    out_ << '[';
    for (const T& value : values) {
      put(value);
      out_ << ',';
    }
    out_ << ']';
  }
  template <Nested T>
  void put(const T& message) {
    Dump inner;
    fields(inner, message);
    out_ << '{' << inner.text() << '}';
  }

  std::ostringstream out_;
};

template <class Message>
std::string dump(const Message& message) {
  Dump visitor;
  fields(visitor, message);
  return visitor.text();
}

}  // namespace merlin::wire::test
