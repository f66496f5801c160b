// Random messages for rapidcheck, made from the codec's description: anything that a struct can contain and the protocol permits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "shared/wire/codec_fields.hpp"
#include "tests/unit/codec_subjects.hpp"

namespace merlin::wire::test {

// Drawn by rapidcheck; only inside a property. Not templates, and not defined here, because they take long to compile.
std::uint64_t any_bits();  // often small or at the edge of a type
double any_double();       // finite
int below(int end);
std::string any_text(Text text);
NodeId any_node();  // sometimes the empty id

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
    member.resize(static_cast<std::size_t>(below(2)));
    for (T& element : member) make(element);
  }

 private:
  template <class T>
  requires std::is_integral_v<T>
  void make(T& member) { member = static_cast<T>(any_bits()); }
  void make(bool& member) { member = below(2) == 1; }
  void make(double& member) { member = any_double(); }
  template <class T>
  requires std::is_enum_v<T>
  void make(T& member) { member = static_cast<T>(below(static_cast<int>(greatest(T{})) + 1)); }
  void make(std::string& member) { member = any_text(text_); }
  void make(NodeId& member) { member = any_node(); }
  template <class T>
  void make(std::optional<T>& member) {
    if (below(2) == 1) make(member.emplace());
  }
  template <class T>
  void make(std::vector<T>& member) {
    if (!may_nest<T>()) return;
    member.resize(static_cast<std::size_t>(below(4)));
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
