// Bounds of all data that is exchanged between nodes and between a core and its daemon, or stored on disk. Code that produces data
// stays within them (shared/wire/fit.hpp fits a core's data), and code that receives data rejects what exceeds them
// (shared/wire/validate.hpp). docs/protocol.md lists them for other programs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace merlin::wire {

// ---- texts, in bytes

// The texts of a plugin about one object: output, long output and performance data together.
inline constexpr std::size_t kMaxPluginBytes = std::size_t{256} * 1024;
// A forwarded result has them as one text, with a separator before the performance data and one before the long output.
inline constexpr std::size_t kMaxResultBytes = kMaxPluginBytes + 2;
// Of a host, a service, a contact.
inline constexpr std::size_t kMaxObjectNameBytes = 4096;
// The author of an acknowledgement, a comment or a downtime.
inline constexpr std::size_t kMaxAuthorBytes = 1024;
// Of a comment, an acknowledgement, a downtime, a notification.
inline constexpr std::size_t kMaxCommentBytes = std::size_t{64} * 1024;
inline constexpr std::size_t kMaxAttributeNameBytes = 1024;
inline constexpr std::size_t kMaxAttributeValueBytes = std::size_t{64} * 1024;
// An external command with its arguments.
inline constexpr std::size_t kMaxCommandBytes = std::size_t{64} * 1024;
// Author and text of an event; the text of an attribute's event is NAME=VALUE, cut.
inline constexpr std::size_t kMaxEventTextBytes = 4096;
// What a core logs for one notification; in lines below.
inline constexpr std::size_t kMaxNotificationLogBytes = std::size_t{8} * 1024;
// Name of a node or a cluster, version of a program.
inline constexpr std::size_t kMaxNodeTextBytes = 256;
// One line for a person: why a link is refused, why a daemon leaves, why a core is busy.
inline constexpr std::size_t kMaxReasonBytes = 4096;
// Why a node is drained.
inline constexpr std::size_t kMaxDrainReasonBytes = 256;
// The encoded content of a register, with room for what later versions may add.
inline constexpr std::size_t kMaxRegisterBytes = std::size_t{288} * 1024;

// ---- times

// The first moment of the year 10000: 0 <= time < kEndOfTime.
inline constexpr std::int64_t kEndOfTime_s = 253'402'300'800;
inline constexpr std::int64_t kEndOfTime_ms = kEndOfTime_s * 1000;
// Ten years: how long a flexible downtime may last.
inline constexpr std::int64_t kMaxDuration_s = std::int64_t{10} * 366 * 24 * 60 * 60;
// How long a check may be in flight at another node; a longer wait counts as this one.
inline constexpr std::uint32_t kMaxInFlightWait_ms = 24 * 60 * 60 * 1000;

// ---- numbers

inline constexpr std::int32_t kMaxState = 3;
inline constexpr std::int32_t kMaxAttempt = 1'000'000'000;
inline constexpr std::int32_t kMaxNotificationNumber = 1'000'000'000;
inline constexpr std::uint32_t kMaxContactsNotified = 1'000'000;
// A notification's options that a core knows: broadcast, forced, increment.
inline constexpr std::uint32_t kNotificationOptions = 7;
inline constexpr double kMaxPercent = 100;
// Latency and execution time: a passive result may state a moment in 1970.
inline constexpr double kMaxSeconds = static_cast<double>(kEndOfTime_s);
// A forwarded result is passed on once.
inline constexpr std::uint32_t kMaxHops = 1;

// ---- counts

// Bytes of a check register's history of states, and numbers of forwarded results that it contains.
inline constexpr std::size_t kMaxStateHistory = 64;
inline constexpr std::size_t kMaxTakenMarks = 64;
// Entries of lists of nodes: nodes that a heartbeat lists, nodes that a node knows, voters.
inline constexpr std::size_t kMaxListedNodes = 1024;
inline constexpr std::size_t kMaxConfigHistory = 256;
inline constexpr std::size_t kMaxNotificationLogLines = 32;
inline constexpr std::size_t kMaxRowsInReply = 16;
inline constexpr std::size_t kMaxEventsInMessage = 500;
inline constexpr std::size_t kMaxEventMarks = 16'384;
inline constexpr std::size_t kMaxDigests = 4096;

}  // namespace merlin::wire
