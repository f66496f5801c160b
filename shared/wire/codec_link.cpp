// Encoder and decoder of handshake, liveness and ownership.
#include "shared/wire/codec_decoder.hpp"
#include "shared/wire/codec_encoder.hpp"
#include "shared/wire/codec_fields_link.hpp"
#include "shared/wire/codec_instances.hpp"

namespace merlin::wire {

MERLIN_WIRE_MESSAGE(Hello)
MERLIN_WIRE_MESSAGE(Refuse)
MERLIN_WIRE_MESSAGE(Goodbye)
MERLIN_WIRE_MESSAGE(Heartbeat)
MERLIN_WIRE_MESSAGE(Heard)
MERLIN_WIRE_MESSAGE(NodeInfo)
MERLIN_WIRE_MESSAGE(SaidWeight)
MERLIN_WIRE_MESSAGE(Claims)
MERLIN_WIRE_MESSAGE(Ask)
MERLIN_WIRE_MESSAGE(Want)
MERLIN_WIRE_MESSAGE(Yield)
MERLIN_WIRE_MESSAGE(InFlight)
MERLIN_WIRE_MESSAGE(Inventory)
MERLIN_WIRE_MESSAGE(InventoryHost)
MERLIN_WIRE_MESSAGE(Order)
MERLIN_WIRE_MESSAGE(Relayed)

}  // namespace merlin::wire
