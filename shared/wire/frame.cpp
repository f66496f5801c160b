#include "shared/wire/frame.hpp"

#include <zstd.h>

namespace merlin::wire {
namespace {

constexpr std::size_t kCompressFrom = 512;
constexpr int kCompressionLevel = 1;
constexpr std::uint16_t kFlagZstd = 1;
// An empty buffer that once contained a large frame is released.
constexpr std::size_t kKeptBufferBytes = std::size_t{256} * 1024;

std::uint32_t read_be(std::string_view bytes, std::size_t offset, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[offset + i]);
  return value;
}

void append_be(std::string& bytes, std::uint32_t value, int width) {
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

std::string header(std::uint8_t type, std::uint16_t flags, std::size_t length) {
  std::string bytes;
  append_be(bytes, kFrameMagic, 2);
  append_be(bytes, kProtocolVersion, 1);
  append_be(bytes, type, 1);
  append_be(bytes, flags, 2);
  append_be(bytes, 0, 2);
  append_be(bytes, static_cast<std::uint32_t>(length), 4);
  return bytes;
}

// Empty if compression would not make it smaller.
std::string compressed(std::string_view payload) {
  std::string smaller(payload.size() - 1, '\0');
  const std::size_t length = ZSTD_compress(smaller.data(), smaller.size(), payload.data(), payload.size(), kCompressionLevel);
  smaller.resize(ZSTD_isError(length) ? 0 : length);
  return smaller;
}

Result<std::string> decompressed(std::string_view stored, std::size_t max_bytes) {
  const Error damaged{"a compressed frame is damaged", {}, {}};
  const unsigned long long length = ZSTD_getFrameContentSize(stored.data(), stored.size());
  if (length == ZSTD_CONTENTSIZE_ERROR || length == ZSTD_CONTENTSIZE_UNKNOWN) return damaged;
  if (length > max_bytes) {
    return Error{"a compressed frame of " + std::to_string(length) + " bytes, " + std::to_string(max_bytes) + " are allowed", {}, {}};
  }
  if (ZSTD_findFrameCompressedSize(stored.data(), stored.size()) != stored.size()) return damaged;
  std::string payload(length, '\0');
  if (ZSTD_decompress(payload.data(), payload.size(), stored.data(), stored.size()) != length) return damaged;
  return payload;
}

}  // namespace

Result<std::string> encode_frame(std::uint8_t type, std::string_view payload, bool compress) {
  if (payload.size() > kMaxPayloadBytes) {
    return Error{"a message of " + std::to_string(payload.size()) + " bytes, " + std::to_string(kMaxPayloadBytes) + " are allowed", {}, {}};
  }
  const std::string smaller = compress && payload.size() >= kCompressFrom ? compressed(payload) : std::string();
  const std::string_view stored = smaller.empty() ? payload : smaller;
  std::string frame = header(type, smaller.empty() ? 0 : kFlagZstd, stored.size());
  frame.append(stored);
  return frame;
}

void FrameReader::feed(std::string_view bytes) {
  if (failed_) return;
  drop_consumed();
  buffer_.append(bytes);
}

Result<std::optional<Frame>> FrameReader::next() {
  if (failed_) return *failed_;
  const std::string_view waiting = std::string_view(buffer_).substr(consumed_);
  if (waiting.size() < kFrameHeaderBytes) return std::optional<Frame>();
  const Result<std::size_t> length = payload_length(waiting);
  if (!length) return fail(length.error());
  if (waiting.size() - kFrameHeaderBytes < *length) return std::optional<Frame>();

  Result<std::string> payload = payload_of(waiting, waiting.substr(kFrameHeaderBytes, *length));
  if (!payload) return fail(payload.error());
  consumed_ += kFrameHeaderBytes + *length;
  const auto version = static_cast<std::uint8_t>(waiting[2]);
  const auto type = static_cast<std::uint8_t>(waiting[3]);
  return std::optional<Frame>(Frame{version, type, std::move(*payload)});
}

Result<std::size_t> FrameReader::payload_length(std::string_view header) const {
  if (read_be(header, 0, 2) != kFrameMagic) return Error{"the received data is not the Merlin protocol", {}, {}};
  if ((read_be(header, 4, 2) & ~kFlagZstd) != 0) return Error{"a frame with unknown flags", {}, "both ends may need the same version"};
  if (read_be(header, 6, 2) != 0) return Error{"a frame whose reserved bytes are not zero", {}, {}};
  const std::size_t length = read_be(header, 8, 4);
  if (length > max_payload_bytes_) {
    return Error{"a frame of " + std::to_string(length) + " bytes, " + std::to_string(max_payload_bytes_) + " are allowed", {}, {}};
  }
  return length;
}

Result<std::string> FrameReader::payload_of(std::string_view header, std::string_view stored) const {
  if (read_be(header, 4, 2) == 0) return std::string(stored);
  return decompressed(stored, max_payload_bytes_);
}

Error FrameReader::fail(Error error) {
  failed_ = error;
  buffer_ = std::string();
  consumed_ = 0;
  return error;
}

// Moves the rest to the front only if it is at most half of the buffer, so each byte is moved once on average.
void FrameReader::drop_consumed() {
  if (consumed_ == buffer_.size()) {
    buffer_.clear();
    if (buffer_.capacity() > kKeptBufferBytes) buffer_.shrink_to_fit();
  } else if (consumed_ * 2 >= buffer_.size()) {
    buffer_.erase(0, consumed_);
  } else {
    return;
  }
  consumed_ = 0;
}

}  // namespace merlin::wire
