#include "tests/unit/codec_subjects.hpp"

#include <ostream>

#include "shared/wire/codec.hpp"
#include "shared/wire/codec_fields_core.hpp"
#include "shared/wire/codec_fields_events.hpp"
#include "shared/wire/codec_fields_link.hpp"
#include "shared/wire/codec_fields_state.hpp"
#include "tests/unit/codec_describe.hpp"
#include "tests/unit/codec_dump.hpp"
#include "tests/unit/codec_generator.hpp"
#include "tests/unit/codec_messages.hpp"
#include "tests/unit/codec_samples.hpp"

namespace merlin::wire::test {
namespace {

template <class Message>
Seen see(const Message& message) {
  return {encode(message), dump(message), {}};
}

template <class Message>
Seen see_decoded(std::string_view payload) {
  const auto decoded = decode<Message>(payload);
  return decoded ? see(*decoded) : Seen{{}, {}, decoded.error().text()};
}

template <class Message>
FieldKinds describe() {
  Describe description;
  Message message;
  fields(description, message);
  return description.found;
}

template <class Message>
Subject subject(std::string_view name) {
  std::optional<int> frame_type;
  if constexpr (requires { Message::type_id; }) frame_type = static_cast<int>(Message::type_id);
  return {name,
          frame_type,
          [] { return see(Message{}); },
          [] { return see(sample<Message>()); },
          [](Text text) { return see(generate<Message>(text)); },
          see_decoded<Message>,
          describe<Message>};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const FieldKind& kind) {
  return out << "type " << kind.type << (kind.repeated ? " repeated" : "") << (kind.optional ? " optional" : "") << " up to "
             << kind.greatest;
}

const std::vector<Subject>& subjects() {
  static const std::vector<Subject> kAll = [] {
    std::vector<Subject> found;
    for_each_message([&]<class Message>(Named<Message> named) { found.push_back(subject<Message>(named.name)); });
    return found;
  }();
  return kAll;
}

}  // namespace merlin::wire::test
