// Derives events (R7) from a register that this node has just written: what an operator would say has happened. Pure.
#pragma once

#include <optional>
#include <vector>

#include "shared/wire/messages.hpp"

namespace merlin::cluster {

// `before`: the previous content; null: there was none. The events lack the time and the names of the object.
std::vector<wire::Event> events_of(const wire::Register& written, const wire::Register* before);

// Whether it is in effect, according to the object's check register (R5).
bool acknowledgement_holds(const wire::Register& acknowledgement, const wire::Register& check);
// The event, if it was in effect according to `before` and no longer is according to `now`.
std::optional<wire::Event> acknowledgement_ended(const wire::Register& acknowledgement, const wire::Register& before,
                                                 const wire::Register& now);

}  // namespace merlin::cluster
