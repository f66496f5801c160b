// The promises of encode and decode: decoding reverses encoding, defaults take no bytes, the bytes of version 1 never change,
// and all other input is an Error or a valid message.
#include "shared/wire/codec.hpp"

#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <protozero/pbf_writer.hpp>

#include "tests/unit/codec_samples.hpp"
#include "tests/unit/codec_subjects.hpp"

namespace merlin::wire::test {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::map<std::string, std::string, std::less<>> golden_bytes() {
  std::ifstream file(MERLIN_SOURCE_DIR "/tests/unit/golden/messages.hex");
  std::map<std::string, std::string, std::less<>> bytes;
  for (std::string name, digits; file >> name >> digits;) bytes[name] = digits;
  return bytes;
}

void check_property(std::string_view name, const std::function<bool()>& holds) { BOOST_TEST(rc::check(std::string(name), holds)); }

// One field of each wire type, with a number that no message uses.
std::string unknown_fields() {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  out.add_uint64(1001, 7);
  out.add_fixed64(1002, 7);
  out.add_bytes(1003, "skip me");
  out.add_fixed32(1004, 7);
  return bytes;
}

// The error for the bytes of one field.
template <class Message, class Write>
std::string refusal(Write write) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  write(out);
  const auto decoded = decode<Message>(bytes);
  return decoded ? "accepted" : decoded.error().text();
}

template <class Write>
std::string nested(FieldNumber number, Write write) {
  std::string inner;
  protozero::pbf_writer inner_out(inner);
  write(inner_out);
  std::string bytes;
  protozero::pbf_writer(bytes).add_bytes(number, inner);
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_encoded_is_decoded_again) {
  for (const Subject& message : subjects()) {
    check_property(message.name, [&] {
      const Seen before = message.random(Text::bytes);
      const Seen after = message.decode(before.bytes);
      return after.ok() && after.text == before.text;
    });
  }
}

BOOST_AUTO_TEST_CASE(fields_at_their_default_are_left_out) {
  for (const Subject& message : subjects()) {
    BOOST_TEST_CONTEXT(message.name) {
      BOOST_TEST(message.fresh().bytes.empty());
      BOOST_TEST(message.decode("").text == message.fresh().text);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_bytes_of_version_1_stay_as_they_are) {
  auto golden = golden_bytes();
  for (const Subject& message : subjects()) {
    BOOST_TEST(hex(message.sample().bytes) == golden[std::string(message.name)],
               "golden/messages.hex: " << message.name << ' ' << hex(message.sample().bytes));
  }
}

// F53
BOOST_AUTO_TEST_CASE(unknown_fields_are_skipped_wherever_they_stand) {
  for (const Subject& message : subjects()) {
    BOOST_TEST_CONTEXT(message.name) {
      const Seen sample = message.sample();
      BOOST_TEST(message.decode(unknown_fields() + sample.bytes).text == sample.text);
      BOOST_TEST(message.decode(sample.bytes + unknown_fields()).text == sample.text);
    }
  }
}

BOOST_AUTO_TEST_CASE(fields_may_come_in_any_order) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  out.add_uint64(2, 300);
  out.add_bytes(77, "unknown");
  out.add_fixed64(1, 5);
  out.add_uint64(2, 301);
  const auto follow = decode<Follow>(bytes);
  BOOST_TEST_REQUIRE(follow.ok());
  BOOST_TEST(follow->table_id == 5u);
  BOOST_TEST(follow->upto == 301u);  // the last one counts
}

// F52
BOOST_AUTO_TEST_CASE(truncated_anywhere_a_message_is_an_error_or_valid) {
  for (const Subject& message : subjects()) {
    const std::string bytes = message.sample().bytes;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      // on the heap and of exactly this length, so that the address sanitizer detects an overrun
      const std::vector<char> head(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      const Seen decoded = message.decode(std::string_view(head.data(), head.size()));
      BOOST_TEST((!decoded.ok() || message.decode(decoded.bytes).text == decoded.text), message.name << " cut to " << length);
    }
  }
}

// F50
BOOST_AUTO_TEST_CASE(any_bytes_are_an_error_or_valid) {
  for (const Subject& message : subjects()) {
    check_property(message.name, [&] {
      const Seen decoded = message.decode(*rc::gen::arbitrary<std::string>());
      return !decoded.ok() || message.decode(decoded.bytes).text == decoded.text;
    });
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_wire_type_is_refused) {
  const std::string refused = "malformed message: field 1: wrong wire type";
  BOOST_TEST(refusal<Hello>([](auto& out) { out.add_fixed32(1, 1); }) == refused);
  BOOST_TEST(refusal<Follow>([](auto& out) { out.add_uint64(1, 1); }) == refused);
  BOOST_TEST(refusal<Ask>([](auto& out) { out.add_bytes(1, "x"); }) == refused);
  BOOST_TEST(refusal<NodeName>([](auto& out) { out.add_uint64(1, 1); }) == refused);
  BOOST_TEST(refusal<CoreRows>([](auto& out) { out.add_uint64(1, 1); }) == refused);
}

BOOST_AUTO_TEST_CASE(a_node_id_has_16_bytes) {
  const std::string refused = "malformed message: field 1: a node id must have 16 bytes";
  for (const std::size_t length : {0, 1, 15, 17, 32})
    BOOST_TEST(refusal<NodeName>([&](auto& out) { out.add_bytes(1, std::string(length, 'n')); }) == refused);
  BOOST_TEST(refusal<NodeName>([](auto& out) { out.add_bytes(1, std::string(16, 'n')); }) == "accepted");
}

BOOST_AUTO_TEST_CASE(values_that_do_not_fit_are_refused) {
  const std::string refused = "malformed message: field 1: unknown or too great a value";
  BOOST_TEST(refusal<Refuse>([](auto& out) { out.add_uint32(1, 5); }) == "accepted");
  BOOST_TEST(refusal<Refuse>([](auto& out) { out.add_uint32(1, 6); }) == refused);
  BOOST_TEST(refusal<Refuse>([](auto& out) { out.add_int64(1, -1); }) == refused);
  BOOST_TEST(refusal<CoreBusy>([](auto& out) { out.add_uint64(1, 0xffffffff); }) == "accepted");
  BOOST_TEST(refusal<CoreBusy>([](auto& out) { out.add_uint64(1, 0x100000000); }) == refused);
  BOOST_TEST(refusal<Ask>([](auto& out) { out.add_uint32(1, 2); }) == refused);
  BOOST_TEST(refusal<CheckRegister>([](auto& out) { out.add_uint64(1, 0x100000000); }) == refused);
}

BOOST_AUTO_TEST_CASE(repeated_numbers_are_read_packed_and_single) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  out.add_fixed64(2, 5);
  const std::vector<std::uint64_t> packed{6, 7};
  out.add_packed_fixed64(2, packed.begin(), packed.end());
  out.add_fixed64(2, 8);
  const auto want = decode<Want>(bytes);
  BOOST_TEST_REQUIRE(want.ok());
  BOOST_TEST(want->units == (std::vector<std::uint64_t>{5, 6, 7, 8}), boost::test_tools::per_element());

  BOOST_TEST(refusal<Want>([](auto& writer) { writer.add_bytes(2, "1234567"); }) == "malformed message: invalid length exception");
  BOOST_TEST(refusal<Differing>([](auto& writer) { writer.add_uint32(2, 9); }) == "accepted");
  BOOST_TEST(refusal<Differing>([](auto& writer) {
               const std::vector<std::uint64_t> too_great{1, 0x100000000};
               writer.add_packed_uint64(2, too_great.begin(), too_great.end());
             }) == "malformed message: field 2: unknown or too great a value");
}

BOOST_AUTO_TEST_CASE(a_relayed_heartbeat_carries_no_heartbeats) {
  const auto inner = [](auto& out) { out.add_uint64(3, 1); };
  const std::string heard = nested(20, inner);
  const std::string heartbeat = nested(6, [&](auto& out) { out.add_bytes(20, nested(6, inner)); });
  BOOST_TEST(decode<Heartbeat>(heard).ok());
  BOOST_TEST(decode<Heard>(heartbeat).ok());
  const auto too_deep =
      decode<Heartbeat>(nested(20, [&](auto& out) { out.add_bytes(6, nested(20, [&](auto& in) { in.add_bytes(6, heard); })); }));
  BOOST_TEST_REQUIRE(!too_deep.ok());
  BOOST_TEST(too_deep.error().what == "malformed message: field 6: nested too deep");
}

BOOST_AUTO_TEST_CASE(a_payload_cannot_unfold_into_much_memory) {
  Inventory inventory;
  inventory.hosts.resize(kMaxNestedMessages);
  BOOST_TEST(decode<Inventory>(encode(inventory)).ok());
  inventory.hosts.emplace_back();
  const auto decoded = decode<Inventory>(encode(inventory));
  BOOST_TEST_REQUIRE(!decoded.ok());
  BOOST_TEST(decoded.error().what == "malformed message: field 5: too many nested messages");
}

BOOST_AUTO_TEST_CASE(a_frame_bears_the_type_of_its_message) {
  BOOST_TEST(hex(to_frame(RowsConfirmed{1}).value()) == "4d4c013200000000000000020801");  // the example in docs/protocol.md
  FrameReader reader;
  reader.feed(to_frame(sample<Hello>()).value());
  const auto frame = reader.next();
  BOOST_TEST_REQUIRE((frame.ok() && frame->has_value()));
  BOOST_TEST((*frame)->type == 1);
  BOOST_TEST((*frame)->payload == encode(sample<Hello>()));
}

}  // namespace merlin::wire::test
