// The messages of merlin.proto as plain structs, field for field. merlin.proto explains each field. A member's default is that of proto3: a
// field that is absent on the wire is zero, false or empty.
// encode() and decode() are in codec.hpp.
#pragma once

#include "shared/wire/message_type.hpp"
#include "shared/wire/messages_core.hpp"
#include "shared/wire/messages_events.hpp"
#include "shared/wire/messages_link.hpp"
#include "shared/wire/messages_state.hpp"
