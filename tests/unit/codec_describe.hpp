// The fields of a message according to the codec's description.
#pragma once

#include <type_traits>
#include <vector>

#include "shared/wire/codec_fields.hpp"
#include "tests/unit/codec_subjects.hpp"

namespace merlin::wire::test {

class Describe {
 public:
  template <class T>
  void operator()(FieldNumber number, T&) {
    found[number] = declared<T>();
  }
  void fixed(FieldNumber number, std::uint64_t&) { found[number] = {.type = kFixed64}; }
  template <class T>
  void at_most_one(FieldNumber number, std::vector<T>&) {
    found[number] = {.type = kMessage};
  }

  FieldKinds found;

 private:
  template <class T>
  static FieldKind declared() {
    if constexpr (requires(T t) {
                    t.push_back({});
                    t.reserve(1);
                  } &&
                  !std::is_same_v<T, std::string>) {
      FieldKind field = declared<typename T::value_type>();
      if (field.type == kUint64) field.type = kFixed64;
      field.repeated = true;
      return field;
    } else if constexpr (requires(T t) { t.has_value(); }) {
      FieldKind field = declared<typename T::value_type>();
      field.optional = true;
      return field;
    } else if constexpr (std::is_enum_v<T>) {
      return {.type = kEnum, .greatest = static_cast<std::uint32_t>(greatest(T{}))};
    } else if constexpr (std::is_same_v<T, bool>) {
      return {.type = kBool};
    } else if constexpr (std::is_same_v<T, std::uint32_t>) {
      return {.type = kUint32};
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      return {.type = kUint64};
    } else if constexpr (std::is_same_v<T, std::int32_t>) {
      return {.type = kSint32};
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      return {.type = kSint64};
    } else if constexpr (std::is_same_v<T, double>) {
      return {.type = kDouble};
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, NodeId>) {
      return {.type = kBytes};  // string or bytes: the same encoding
    } else {
      return {.type = kMessage};
    }
  }
};

}  // namespace merlin::wire::test
