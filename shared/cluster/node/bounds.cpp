#include "shared/cluster/node/bounds.hpp"

#include <algorithm>

#include "shared/cluster/notification/facts.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::cluster {
namespace {

using wire::RejectReason;

std::uint64_t clock_span(Millis span) { return static_cast<std::uint64_t>(span.count()) << 16; }

// The rank of a notification record is derived from its contents (R5), and its holder writes it.
std::optional<RejectReason> fault_of_notification(const wire::Register& row, std::uint64_t greatest_clock) {
  const auto record = wire::decode<wire::NotificationRecord>(row.value);
  if (!record) return RejectReason::content;
  if (record_key(record->notification) != key_of(row)) return RejectReason::content;
  if (row.rank != record_rank(record->notification, record->sent)) return RejectReason::rank;
  if (row.version.writer != record->holder) return RejectReason::writer;
  // The start is a clock value, too, and is made before the record.
  const std::uint64_t written = row.version.hlc == 0 ? greatest_clock : std::min(greatest_clock, row.version.hlc + clock_span(kStartAhead));
  if (record->notification.start > written) return RejectReason::clock;
  return std::nullopt;
}

template <class Value>
bool is_deleted(const wire::Register& row) {
  const auto value = wire::decode<Value>(row.value);
  return value && value->deleted;
}

// Only a deletion may outrank what is written later.
std::optional<RejectReason> fault_of_rank(const wire::Register& row) {
  if (row.rank == 0) return std::nullopt;
  const bool is_tombstone = (row.kind == wire::RegisterKind::comment && is_deleted<wire::CommentRegister>(row)) ||
                            (row.kind == wire::RegisterKind::downtime && is_deleted<wire::DowntimeRegister>(row));
  return is_tombstone && row.rank == 1 ? std::nullopt : std::optional(RejectReason::rank);
}

bool has_items(wire::RegisterKind kind) { return kind != wire::RegisterKind::check && kind != wire::RegisterKind::acknowledgement; }

}  // namespace

std::uint64_t greatest_term(std::uint64_t ours) { return std::max(ours + kTermStep, kTermToCatchUp); }

std::uint64_t Bounds::greatest_clock(WallTime wall) const {
  const std::uint64_t shown = hlc_of(std::max(wall, WallTime{Millis{kClockFloorMs}}));
  return std::max(shown, floor_) + clock_span(kClockAllowance);
}

std::optional<RejectReason> Bounds::fault_of(const wire::Register& row, std::uint64_t term, WallTime wall) const {
  const std::uint64_t clock = greatest_clock(wall);
  if (row.version.term > greatest_term(term)) return RejectReason::term;
  if (row.version.hlc > clock) return RejectReason::clock;
  if (row.version.side > kGreatestSide) return RejectReason::view_size;
  if (row.item != 0 && !has_items(row.kind)) return RejectReason::content;
  return row.kind == wire::RegisterKind::notification ? fault_of_notification(row, clock) : fault_of_rank(row);
}

bool Writers::admits(const NodeId& writer) {
  if (once_.contains(writer)) return true;
  if (once_.size() >= kMostWriters) return false;
  once_.insert(writer);
  return true;
}

}  // namespace merlin::cluster
