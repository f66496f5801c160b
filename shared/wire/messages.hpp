// The messages of merlin.proto as plain structs, field for field. What each field means stands there. A member's
// default is proto3's: what is absent on the wire is zero, false or empty.
// encode() and decode() are in codec.hpp.
#pragma once

#include "wire/message_type.hpp"
#include "wire/messages_core.hpp"
#include "wire/messages_events.hpp"
#include "wire/messages_link.hpp"
#include "wire/messages_state.hpp"
