// Encoder and decoder of notifications and events.
#include "shared/wire/codec_decoder.hpp"
#include "shared/wire/codec_encoder.hpp"
#include "shared/wire/codec_fields_events.hpp"
#include "shared/wire/codec_instances.hpp"

namespace merlin::wire {

MERLIN_WIRE_MESSAGE(Notification)
MERLIN_WIRE_MESSAGE(NotificationRecord)
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
