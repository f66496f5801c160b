// Any bytes as any message: the result is an Error, or a message whose encoding decodes to the same; and validation accepts again
// what it has accepted once, and leaves no line break in a text that a core writes as one line.
// The first byte selects the message, by its index in for_each_message().
// F50 F52 F53
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/assert.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"
#include "tests/unit/codec_messages.hpp"

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

// Heard, Version and similar parts are validated with the message that contains them.
template <class Message>
concept Validated = requires(Message& message, merlin::wire::Rejects& rejects) {
  { merlin::wire::validate(message, rejects) } -> std::same_as<bool>;
};

template <class Message>
void pass_the_gate(std::string_view payload) {
  auto message = merlin::wire::decode<Message>(payload);
  merlin::wire::Rejects first, second;
  if (!message || !merlin::wire::validate(*message, first)) {
    MERLIN_ASSERT(!message || !first.empty());
    return;
  }
  const std::string bytes = merlin::wire::encode(*message);
  MERLIN_ASSERT(merlin::wire::validate(*message, second));
  MERLIN_ASSERT(second.empty());
  MERLIN_ASSERT(merlin::wire::encode(*message) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
  int place = 0;
  merlin::wire::test::for_each_message([&]<class Message>(merlin::wire::test::Named<Message>) {
    if (place++ != data[0]) return;
    round_trip<Message>(payload);
    if constexpr (Validated<Message>) pass_the_gate<Message>(payload);
  });
  return 0;
}
