// Encoder and decoder of the link between a core's module and its daemon.
#include "shared/wire/codec_decoder.hpp"
#include "shared/wire/codec_encoder.hpp"
#include "shared/wire/codec_fields_core.hpp"
#include "shared/wire/codec_fields_events.hpp"
#include "shared/wire/codec_fields_link.hpp"
#include "shared/wire/codec_fields_state.hpp"
#include "shared/wire/codec_instances.hpp"

namespace merlin::wire {

MERLIN_WIRE_MESSAGE(CoreHello)
MERLIN_WIRE_MESSAGE(CoreWelcome)
MERLIN_WIRE_MESSAGE(NodeName)
MERLIN_WIRE_MESSAGE(CoreHeartbeat)
MERLIN_WIRE_MESSAGE(CoreBusy)
MERLIN_WIRE_MESSAGE(CoreAway)
MERLIN_WIRE_MESSAGE(CoreRows)
MERLIN_WIRE_MESSAGE(CoreResults)
MERLIN_WIRE_MESSAGE(Epoch)
MERLIN_WIRE_MESSAGE(CoreClaims)
MERLIN_WIRE_MESSAGE(RowsToCore)
MERLIN_WIRE_MESSAGE(RowsConfirmed)
MERLIN_WIRE_MESSAGE(ResultsToCore)
MERLIN_WIRE_MESSAGE(ResultsTaken)
MERLIN_WIRE_MESSAGE(DaemonAway)
MERLIN_WIRE_MESSAGE(DaemonHeartbeat)
MERLIN_WIRE_MESSAGE(RowsSafe)
MERLIN_WIRE_MESSAGE(NotifyRequest)
MERLIN_WIRE_MESSAGE(NotifyVerdict)
MERLIN_WIRE_MESSAGE(NotifyDone)
MERLIN_WIRE_MESSAGE(Recheck)
MERLIN_WIRE_MESSAGE(NotificationLog)

}  // namespace merlin::wire
