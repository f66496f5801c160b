// Frames: the format of every link, between daemons and between a core's module and its daemon.
// A frame is a fixed header of 12 bytes, big-endian, and a payload in protobuf encoding (merlin.proto):
//
//   offset 0  u16  magic    0x4D4C ("ML")
//          2  u8   version  protocol version of the sender, see kProtocolVersion
//          3  u8   type     MessageType; a type the receiver does not know is skipped
//          4  u16  flags    bit 0: the payload is zstd-compressed; other bits: refused
//          6  u16  zero     reserved, must be 0
//          8  u32  length   payload bytes, at most the receiver's limit
//
// docs/protocol.md describes it in words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"

namespace merlin::wire {

inline constexpr std::uint16_t kFrameMagic = 0x4D4C;
inline constexpr std::size_t kFrameHeaderBytes = 12;
inline constexpr std::uint8_t kProtocolVersion = 1;
inline constexpr std::uint8_t kOldestProtocolVersion = 1;
// The maximum length of our frames; senders split larger contents.
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{4} * 1024 * 1024;
// The limit for a frame before the handshake is complete.
inline constexpr std::size_t kMaxHandshakePayloadBytes = std::size_t{16} * 1024;

struct Frame {
  std::uint8_t version = kProtocolVersion;
  std::uint8_t type = 0;
  std::string payload;  // decompressed
};

// Header and payload as bytes to send; compresses payloads of at least 512 bytes with zstd level 1
// when `compress` is set and that makes them smaller. Error: the payload exceeds kMaxPayloadBytes.
Result<std::string> encode_frame(std::uint8_t type, std::string_view payload, bool compress = false);

// Splits a stream of bytes into frames. Checks lengths before it allocates anything; a compressed payload must not expand beyond the limit.
// After an error the reader stays in error: close the link.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_payload_bytes = kMaxHandshakePayloadBytes) : max_payload_bytes_(max_payload_bytes) {}

  // To be called once the peer is known.
  void set_max_payload_bytes(std::size_t bytes) { max_payload_bytes_ = bytes; }

  void feed(std::string_view bytes);

  // The next complete frame. Empty if more bytes are needed; an Error if the data is not our protocol.
  Result<std::optional<Frame>> next();

  std::size_t buffered_bytes() const { return buffer_.size() - consumed_; }

 private:
  Result<std::size_t> payload_length(std::string_view header) const;
  Result<std::string> payload_of(std::string_view header, std::string_view stored) const;
  Error fail(Error error);
  void drop_consumed();

  std::size_t max_payload_bytes_;
  std::string buffer_;
  std::size_t consumed_ = 0;
  std::optional<Error> failed_;
};

}  // namespace merlin::wire
