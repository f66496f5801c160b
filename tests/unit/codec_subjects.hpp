// Every message of merlin.proto behind one type, so that a test for all of them is written, and compiled, once.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/wire/codec_fields.hpp"

namespace merlin::wire::test {

// A field as described by the codec or declared in merlin.proto; types as in FieldDescriptorProto.
struct FieldKind {
  std::uint32_t type = 0;
  bool repeated = false;
  bool optional = false;
  std::uint32_t greatest = 0;  // of an enum

  bool operator==(const FieldKind&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const FieldKind& kind);
};
using FieldKinds = std::map<FieldNumber, FieldKind>;

enum DescriptorType : std::uint32_t {
  kDouble = 1,
  kUint64 = 4,
  kFixed64 = 6,
  kBool = 8,
  kString = 9,
  kMessage = 11,
  kBytes = 12,
  kUint32 = 13,
  kEnum = 14,
  kSint32 = 17,
  kSint64 = 18,
};

enum class Text {
  bytes,      // any
  printable,  // ASCII, which an independent reader accepts in a "string" too
};

// A message, or why there is none.
struct Seen {
  std::string bytes;  // as our encoder writes it
  std::string text;   // its members, made from the codec's description and not from the bytes
  std::string error;  // with it the others are empty

  bool ok() const { return error.empty(); }
};

struct Subject {
  std::string_view name;          // its name in merlin.proto
  std::optional<int> frame_type;  // none: nested only
  Seen (*fresh)();                // with the struct's defaults
  Seen (*sample)();               // see codec_samples.hpp
  Seen (*random)(Text text);      // drawn by rapidcheck; only inside a property
  Seen (*decode)(std::string_view payload);
  FieldKinds (*describe)();
};

const std::vector<Subject>& subjects();

}  // namespace merlin::wire::test
