// How the codec describes a message: one function for each struct of messages.hpp,
//
//   void fields(auto& visit, Of<Rows> auto& m)   visit(number, member) for each field, by rising number
//
// which encoder and decoder (and tests) walk with a visitor of their own, so that a field is written down once.
// The member's type says how it is encoded:
//
//   bool, uint32, uint64, double    as they are        int32, int64          sint32, sint64
//   enum                            checked            std::string           string or bytes
//   NodeId                          bytes, 16 of them  another message       nested
//   std::vector                     repeated; of uint64 packed fixed64, of uint32 packed uint32
//   std::optional                   optional
//
// visit.fixed() is a single fixed64, visit.at_most_one() a nested message that the struct holds in a vector.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>

#include "shared/base/ids.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::wire {

using FieldNumber = std::uint32_t;

// A message to write or to read: const or not.
template <class T, class Message>
concept Of = std::same_as<std::remove_const_t<T>, Message>;

template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, std::string> || std::same_as<T, NodeId>;

template <class T>
concept Nested = std::is_aggregate_v<T> && !Scalar<T>;

// A heartbeat contains the heartbeats it heard; each of these lists what it heard, without heartbeats.
inline constexpr int kMaxNesting = 3;

// The last value of an enumeration; all start at 0.
constexpr NodeType greatest(NodeType) { return NodeType::master; }
constexpr RefuseReason greatest(RefuseReason) { return RefuseReason::busy; }
constexpr CoreHealth greatest(CoreHealth) { return CoreHealth::stalled; }
constexpr NodePhase greatest(NodePhase) { return NodePhase::drained; }
constexpr OrderKind greatest(OrderKind) { return OrderKind::undrain; }
constexpr RegisterKind greatest(RegisterKind) { return RegisterKind::forgotten; }
constexpr NotificationKind greatest(NotificationKind) { return NotificationKind::custom; }
constexpr NotifyVote greatest(NotifyVote) { return NotifyVote::holder; }
constexpr NotifyDecision greatest(NotifyDecision) { return NotifyDecision::told; }
constexpr EventKind greatest(EventKind) { return EventKind::attribute; }
constexpr EventAction greatest(EventAction) { return EventAction::ended; }
constexpr LoggedAs greatest(LoggedAs) { return LoggedAs::hard; }
constexpr RowStream greatest(RowStream) { return RowStream::compare; }
constexpr CoreRowsKind greatest(CoreRowsKind) { return CoreRowsKind::initial_last; }

}  // namespace merlin::wire
