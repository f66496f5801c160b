// Encoder and decoder of notifications and of what happened.
#include "wire/codec_decoder.hpp"
#include "wire/codec_encoder.hpp"
#include "wire/codec_fields_events.hpp"
#include "wire/codec_instances.hpp"

namespace merlin::wire {

MERLIN_WIRE_MESSAGE(Notification)
MERLIN_WIRE_MESSAGE(ToldRegister)
MERLIN_WIRE_MESSAGE(NotifyAsk)
MERLIN_WIRE_MESSAGE(NotifyReply)
MERLIN_WIRE_MESSAGE(NotifyVoid)
MERLIN_WIRE_MESSAGE(NotifyTell)
MERLIN_WIRE_MESSAGE(EventMark)
MERLIN_WIRE_MESSAGE(EventMarks)
MERLIN_WIRE_MESSAGE(EventsAsk)
MERLIN_WIRE_MESSAGE(Event)
MERLIN_WIRE_MESSAGE(Events)

}  // namespace merlin::wire
