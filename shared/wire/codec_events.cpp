// Encoder and decoder of what happened.
#include "wire/codec_decoder.hpp"
#include "wire/codec_encoder.hpp"
#include "wire/codec_fields_events.hpp"
#include "wire/codec_instances.hpp"

namespace merlin::wire {

MERLIN_WIRE_MESSAGE(EventMark)
MERLIN_WIRE_MESSAGE(EventMarks)
MERLIN_WIRE_MESSAGE(EventsAsk)
MERLIN_WIRE_MESSAGE(Event)
MERLIN_WIRE_MESSAGE(Events)

}  // namespace merlin::wire
