// Any bytes as any message: an Error, or a message that encodes to bytes which decode to the same.
// The first byte says which message, by its place in for_each_message().
// F50 F52 F53
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "unit/codec_messages.hpp"
#include "wire/codec.hpp"

namespace {

template <class Message>
void round_trip(std::string_view payload) {
  const auto decoded = merlin::wire::decode<Message>(payload);
  if (!decoded) return;
  const std::string bytes = merlin::wire::encode(*decoded);
  const auto again = merlin::wire::decode<Message>(bytes);
  MERLIN_ASSERT(again.ok());
  MERLIN_ASSERT(merlin::wire::encode(*again) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
  int place = 0;
  merlin::wire::test::for_each_message([&]<class Message>(merlin::wire::test::Named<Message>) {
    if (place++ == data[0]) round_trip<Message>(payload);
  });
  return 0;
}
