// Encoder and decoder of rows and results.
#include "shared/wire/codec_decoder.hpp"
#include "shared/wire/codec_encoder.hpp"
#include "shared/wire/codec_fields_state.hpp"
#include "shared/wire/codec_instances.hpp"

namespace merlin::wire {

MERLIN_WIRE_MESSAGE(Version)
MERLIN_WIRE_MESSAGE(Register)
MERLIN_WIRE_MESSAGE(Rows)
MERLIN_WIRE_MESSAGE(RowsAck)
MERLIN_WIRE_MESSAGE(Follow)
MERLIN_WIRE_MESSAGE(Digests)
MERLIN_WIRE_MESSAGE(Differing)
MERLIN_WIRE_MESSAGE(SyncDone)
MERLIN_WIRE_MESSAGE(ForwardedResult)
MERLIN_WIRE_MESSAGE(ForwardedAck)
MERLIN_WIRE_MESSAGE(CheckResult)
MERLIN_WIRE_MESSAGE(CheckRegister)
MERLIN_WIRE_MESSAGE(Command)
MERLIN_WIRE_MESSAGE(TakenMark)
MERLIN_WIRE_MESSAGE(AcknowledgementRegister)
MERLIN_WIRE_MESSAGE(CommentRegister)
MERLIN_WIRE_MESSAGE(DowntimeRegister)
MERLIN_WIRE_MESSAGE(AttributeRegister)

}  // namespace merlin::wire
