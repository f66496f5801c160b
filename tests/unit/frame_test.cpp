// Frames: one end decodes what the other encodes, however the stream is cut; foreign data is refused before memory
// is allocated for it.
#include "shared/wire/frame.hpp"

#include <zstd.h>

#include <boost/test/unit_test.hpp>
#include <vector>

namespace wire = merlin::wire;
using wire::FrameReader;

namespace {

// 12 bytes and nothing after them.
std::string header(std::uint16_t magic, std::uint16_t flags, std::uint16_t reserved, std::uint32_t length) {
  std::string bytes;
  const auto put = [&bytes](std::uint32_t value, int width) {
    for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  };
  put(magic, 2);
  put(wire::kProtocolVersion, 1);
  put(7, 1);
  put(flags, 2);
  put(reserved, 2);
  put(length, 4);
  return bytes;
}

std::string repetitive(std::size_t length) {
  std::string text;
  while (text.size() < length) text += "service is well, ";
  text.resize(length);
  return text;
}

std::vector<wire::Frame> read_all(FrameReader& reader) {
  std::vector<wire::Frame> frames;
  for (;;) {
    auto next = reader.next();
    BOOST_REQUIRE_MESSAGE(next.ok(), "the reader refused a good frame");
    if (!*next) return frames;
    frames.push_back(std::move(**next));
  }
}

std::string refusal(const std::string& bytes, std::size_t limit = wire::kMaxHandshakePayloadBytes) {
  FrameReader reader(limit);
  reader.feed(bytes);
  const auto next = reader.next();
  return next.ok() ? std::string() : next.error().text();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(the_bytes_of_a_frame_are_as_documented) {
  const std::string frame = wire::encode_frame(7, "abc").value();
  BOOST_TEST(frame == header(0x4D4C, 0, 0, 3) + "abc");
  BOOST_TEST(frame.substr(0, 2) == "ML");
  BOOST_TEST(frame.size() == wire::kFrameHeaderBytes + 3);
}

// F52
BOOST_AUTO_TEST_CASE(frames_are_read_wherever_the_stream_is_cut) {
  const std::vector<std::string> payloads = {"", "a", repetitive(511), repetitive(512), repetitive(5000), std::string(300, '\0')};
  std::string stream;
  for (const auto& payload : payloads) stream += wire::encode_frame(static_cast<std::uint8_t>(payload.size() % 256), payload, true).value();
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameReader reader;
    reader.feed(std::string_view(stream).substr(0, cut));
    std::vector<wire::Frame> frames = read_all(reader);
    reader.feed(std::string_view(stream).substr(cut));
    for (auto& frame : read_all(reader)) frames.push_back(std::move(frame));
    BOOST_REQUIRE_EQUAL(frames.size(), payloads.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      BOOST_REQUIRE(frames[i].payload == payloads[i]);
      BOOST_REQUIRE_EQUAL(frames[i].type, payloads[i].size() % 256);
      BOOST_REQUIRE_EQUAL(frames[i].version, wire::kProtocolVersion);
    }
    BOOST_REQUIRE_EQUAL(reader.buffered_bytes(), 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_of_single_bytes_is_read) {
  const std::string frame = wire::encode_frame(9, repetitive(2000), true).value();
  FrameReader reader;
  for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
    reader.feed(std::string_view(frame).substr(i, 1));
    BOOST_REQUIRE(read_all(reader).empty());
  }
  reader.feed(std::string_view(frame).substr(frame.size() - 1));
  BOOST_TEST(read_all(reader).size() == 1u);
}

BOOST_AUTO_TEST_CASE(compression_is_used_only_where_it_helps) {
  const std::string large = repetitive(4000);
  BOOST_TEST(wire::encode_frame(1, large, true).value().size() < large.size() / 4);
  BOOST_TEST(wire::encode_frame(1, large, false).value().size() == large.size() + wire::kFrameHeaderBytes);
  BOOST_TEST(wire::encode_frame(1, repetitive(511), true).value().size() == 511 + wire::kFrameHeaderBytes);

  std::string noise;
  std::uint32_t state = 1;
  while (noise.size() < 4000) noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  BOOST_TEST(wire::encode_frame(1, noise, true).value().size() == noise.size() + wire::kFrameHeaderBytes);
}

// F51
BOOST_AUTO_TEST_CASE(the_largest_payload_passes_and_one_byte_more_does_not) {
  const std::string largest(wire::kMaxPayloadBytes, 'x');
  for (bool compress : {false, true}) {
    FrameReader reader(wire::kMaxPayloadBytes);
    reader.feed(wire::encode_frame(1, largest, compress).value());
    const auto frames = read_all(reader);
    BOOST_REQUIRE_EQUAL(frames.size(), 1u);
    BOOST_TEST((frames[0].payload == largest));
  }
  BOOST_TEST(contains(refusal(header(0x4D4C, 0, 0, wire::kMaxPayloadBytes + 1), wire::kMaxPayloadBytes), "4194305 bytes"));
  const auto too_large = wire::encode_frame(1, largest + "x");
  BOOST_REQUIRE(!too_large);
  BOOST_TEST(too_large.error().what == "a message of 4194305 bytes, 4194304 are allowed");
}

// F51
BOOST_AUTO_TEST_CASE(a_length_past_the_limit_is_refused_by_the_header_alone) {
  for (std::uint32_t length : {static_cast<std::uint32_t>(wire::kMaxHandshakePayloadBytes) + 1, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu}) {
    BOOST_TEST(contains(refusal(header(0x4D4C, 0, 0, length)), "are allowed"));
  }
}

// F50
BOOST_AUTO_TEST_CASE(what_is_not_our_protocol_is_refused) {
  BOOST_TEST(contains(refusal("GET / HTTP/1.1\r\n\r\n"), "not the Merlin protocol"));
  BOOST_TEST(contains(refusal(std::string(64, '\0')), "not the Merlin protocol"));
  BOOST_TEST(contains(refusal(header(0x4D4C, 2, 0, 0)), "unknown flags"));
  BOOST_TEST(contains(refusal(header(0x4D4C, 0x8001, 0, 0)), "unknown flags"));
  BOOST_TEST(contains(refusal(header(0x4D4C, 0, 1, 0)), "not zero"));
}

BOOST_AUTO_TEST_CASE(after_an_error_the_reader_stays_in_error_and_keeps_nothing) {
  FrameReader reader;
  reader.feed(std::string(100, 'x'));
  BOOST_TEST(!reader.next().ok());
  reader.feed(wire::encode_frame(1, "good").value());
  BOOST_TEST(!reader.next().ok());
  BOOST_TEST(reader.buffered_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_compressed_payload_may_not_unfold_past_the_limit) {
  const std::string bomb = wire::encode_frame(1, std::string(wire::kMaxPayloadBytes, 'x'), true).value();
  BOOST_TEST(bomb.size() < 2000u);
  BOOST_TEST(contains(refusal(bomb), "4194304 bytes, 16384 are allowed"));
}

BOOST_AUTO_TEST_CASE(damaged_compression_is_refused) {
  const std::string good = wire::encode_frame(1, repetitive(4000), true).value();
  const std::string stored = good.substr(wire::kFrameHeaderBytes);
  const auto framed = [](const std::string& payload) { return header(0x4D4C, 1, 0, static_cast<std::uint32_t>(payload.size())) + payload; };
  BOOST_TEST(refusal(framed(stored)) == "");
  BOOST_TEST(contains(refusal(framed("")), "damaged"));
  BOOST_TEST(contains(refusal(framed("not compressed at all")), "damaged"));
  BOOST_TEST(contains(refusal(framed(stored.substr(0, stored.size() - 1))), "damaged"));
  BOOST_TEST(contains(refusal(framed(stored + "x")), "damaged"));
  BOOST_TEST(contains(refusal(framed(stored + stored)), "damaged"));
}

BOOST_AUTO_TEST_CASE(a_compressed_payload_that_hides_its_length_is_refused) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  const std::string text = repetitive(4000);
  std::string stored(ZSTD_compressBound(text.size()), '\0');
  stored.resize(ZSTD_compress2(context, stored.data(), stored.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  BOOST_TEST(contains(refusal(header(0x4D4C, 1, 0, static_cast<std::uint32_t>(stored.size())) + stored), "damaged"));
}

BOOST_AUTO_TEST_CASE(larger_frames_are_welcome_once_the_peer_is_known) {
  const std::string large(wire::kMaxHandshakePayloadBytes + 1, 'x');
  FrameReader reader;
  reader.feed(wire::encode_frame(1, "hello").value() + wire::encode_frame(2, large).value());
  auto first = reader.next();
  BOOST_REQUIRE(first.ok());
  BOOST_TEST((*first)->payload == "hello");
  reader.set_max_payload_bytes(wire::kMaxPayloadBytes);
  BOOST_TEST(read_all(reader).size() == 1u);
}

// The header contains the sender's version so that a newer node can be understood well enough to agree on an older one.
BOOST_AUTO_TEST_CASE(the_version_of_the_sender_is_handed_on) {
  std::string frame = wire::encode_frame(1, "hello").value();
  frame[2] = 2;
  FrameReader reader;
  reader.feed(frame);
  const auto frames = read_all(reader);
  BOOST_REQUIRE_EQUAL(frames.size(), 1u);
  BOOST_TEST(frames[0].version == 2);
}
