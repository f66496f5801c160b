#include "tests/unit/codec_generator.hpp"

#include <rapidcheck.h>

#include <limits>

namespace merlin::wire::test {

std::uint64_t any_bits() {
  // rapidcheck's own numbers are small; wide ones are those that break encodings
  using Limits32 = std::numeric_limits<std::int32_t>;
  using Limits64 = std::numeric_limits<std::int64_t>;
  return *rc::gen::oneOf(
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t value) { return static_cast<std::uint64_t>(value); }),
      rc::gen::element<std::uint64_t>(0, 0x7f, 0x80, 0xffffffff, Limits32::max(), static_cast<std::uint64_t>(Limits32::min()),
                                      Limits64::max(), static_cast<std::uint64_t>(Limits64::min()), ~0ULL));
}

double any_double() {
  using Limits = std::numeric_limits<double>;
  return *rc::gen::oneOf(rc::gen::arbitrary<double>(), rc::gen::element(0.0, -0.0, Limits::max(), Limits::lowest(), Limits::denorm_min()));
}

int below(int end) { return *rc::gen::inRange(0, end); }

std::string any_text(Text text) {
  if (text == Text::bytes) return *rc::gen::arbitrary<std::string>();
  return *rc::gen::container<std::string>(rc::gen::map(rc::gen::inRange<int>(' ', '~' + 1), [](int c) { return static_cast<char>(c); }));
}

NodeId any_node() {
  NodeId id;
  if (below(4) == 0) return id;
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(below(256));
  return id;
}

}  // namespace merlin::wire::test
