// Any bytes as a stream of frames: however the stream is cut, it gives the same frames and the same end, no payload exceeds the
// limit, and each frame can be sent again. The first byte selects the cuts, the second the limit.
// F50 F51 F52 I9 I11
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/assert.hpp"
#include "shared/wire/frame.hpp"

namespace {

using merlin::wire::Frame;
using merlin::wire::FrameReader;

struct Outcome {
  std::vector<Frame> frames;
  bool failed = false;
};

Outcome read(std::string_view stream, std::size_t step, std::size_t limit) {
  Outcome outcome;
  FrameReader reader(limit);
  while (!stream.empty() && !outcome.failed) {
    const std::string_view piece = stream.substr(0, step);
    stream.remove_prefix(piece.size());
    reader.feed(piece);
    for (;;) {
      auto next = reader.next();
      outcome.failed = !next.ok();
      if (outcome.failed || !*next) break;
      MERLIN_ASSERT((*next)->payload.size() <= limit);
      outcome.frames.push_back(std::move(**next));
    }
    MERLIN_ASSERT(reader.buffered_bytes() < merlin::wire::kFrameHeaderBytes + limit);
  }
  if (outcome.failed) MERLIN_ASSERT(reader.buffered_bytes() == 0 && !reader.next().ok());
  return outcome;
}

void can_be_sent_on(const Frame& frame) {
  for (const bool compress : {false, true}) {
    FrameReader reader(merlin::wire::kMaxPayloadBytes);
    reader.feed(merlin::wire::encode_frame(frame.type, frame.payload, compress).value());
    const auto again = reader.next();
    MERLIN_ASSERT(again.ok() && again->has_value() && (*again)->payload == frame.payload && (*again)->type == frame.type);
    MERLIN_ASSERT(reader.buffered_bytes() == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = data[0] == 0 ? size : data[0];
  const std::size_t limit = data[1] % 2 == 0 ? merlin::wire::kMaxHandshakePayloadBytes : 256 * 1024;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome whole = read(stream, size, limit);
  const Outcome cut = read(stream, step, limit);
  MERLIN_ASSERT(whole.failed == cut.failed && whole.frames.size() == cut.frames.size());
  for (std::size_t i = 0; i < whole.frames.size(); ++i) {
    MERLIN_ASSERT(whole.frames[i].payload == cut.frames[i].payload && whole.frames[i].type == cut.frames[i].type);
    can_be_sent_on(whole.frames[i]);
  }
  return 0;
}
