// Which events (R7) a register tells of that this node has just written: what a person would call having happened. Pure.
#pragma once

#include <vector>

#include "wire/messages.hpp"

namespace merlin::cluster {

// `before`: what the register was until now; null: there was none. Without time and names of the object.
std::vector<wire::Event> events_of(const wire::Register& written, const wire::Register* before);

}  // namespace merlin::cluster
