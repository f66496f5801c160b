// Makes the data of a core fit the bounds of limits.hpp, so that validate() accepts it: for code that reads a core and sends the data.
// Texts are truncated and lose control characters, including line breaks; numbers are moved into their range.
//
// A fitted text must never be compared with a received one: fit both.
#pragma once

#include <cstdint>

#include "shared/wire/messages.hpp"

namespace merlin::wire {

// If the texts are too long, the output has priority, then the performance data (not cut within a value), then the long output. Times out
// of bounds count as never. `base_ms`: the time to which the times are relative.
void fit(CheckRegister& state, std::int64_t base_ms);
void fit(CheckResult& result);
void fit(AcknowledgementRegister& content);
void fit(CommentRegister& content);
// Texts only: a core must not execute a command with times out of bounds.
void fit(DowntimeRegister& content);
void fit(AttributeRegister& content);
void fit(Notification& notification);

}  // namespace merlin::wire
