#include "module/agent/row_table.hpp"

#include <algorithm>
#include <limits>

namespace merlin::neb {
namespace {

constexpr std::size_t kMaxTakers = 16;  // per object
constexpr std::size_t kMaxOrigins = std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1;

}  // namespace

wire::Version RowTable::version(Index object) const {
  const Row& row = rows_[object];
  if (row.hlc == 0) return {};
  const Origin& origin = origins_[row.origin];
  return {origin.term, origin.side, row.hlc, origin.writer};
}

bool RowTable::set_version(Index object, const wire::Version& version) {
  const auto place = place_of({version.term, version.side, version.writer});
  if (!place) return false;
  rows_[object].hlc = version.hlc;
  rows_[object].origin = *place;
  return true;
}

// Searches the newest origins first: consecutive rows usually have the same origin.
std::optional<std::uint16_t> RowTable::place_of(const Origin& origin) {
  const auto found = std::find(origins_.rbegin(), origins_.rend(), origin);
  if (found != origins_.rend()) return static_cast<std::uint16_t>(origins_.rend() - found - 1);
  if (origins_.size() == kMaxOrigins && !forget_unused_origins()) return std::nullopt;
  origins_.push_back(origin);
  return static_cast<std::uint16_t>(origins_.size() - 1);
}

bool RowTable::forget_unused_origins() {
  std::vector<std::int32_t> moved(origins_.size(), -1);
  std::vector<Origin> kept;
  for (Row& row : rows_) {
    if (row.hlc == 0) continue;
    std::int32_t& place = moved[row.origin];
    if (place < 0) {
      place = static_cast<std::int32_t>(kept.size());
      kept.push_back(origins_[row.origin]);
    }
    row.origin = static_cast<std::uint16_t>(place);
  }
  origins_ = std::move(kept);
  return origins_.size() < kMaxOrigins;
}

void RowTable::set_clocks(Index object, std::uint64_t last_hard_ok, std::uint64_t last_change) {
  rows_[object].last_hard_ok = last_hard_ok;
  rows_[object].last_change = last_change;
}

std::vector<wire::TakenMark> RowTable::taken(Index object) const {
  const auto found = taken_.find(object);
  return found == taken_.end() ? std::vector<wire::TakenMark>{} : found->second;
}

void RowTable::set_taken(Index object, std::vector<wire::TakenMark> marks) {
  if (marks.empty()) {
    taken_.erase(object);
  } else {
    taken_[object] = std::move(marks);
  }
}

// The newest are last. A restarted core receives under a new instance, so entries of its old instances are dropped first.
void RowTable::mark_taken(Index object, const wire::TakenMark& mark) {
  std::vector<wire::TakenMark>& marks = taken_[object];
  wire::TakenMark newest = mark;
  std::erase_if(marks, [&](const wire::TakenMark& known) {
    if (known.taker != mark.taker || known.taker_instance != mark.taker_instance) return false;
    newest.number = std::max(newest.number, known.number);
    return true;
  });
  marks.push_back(newest);
  if (marks.size() > kMaxTakers) marks.erase(marks.begin());
}

void RowTable::lower_taken(Index object, std::uint64_t instance, std::uint64_t number) {
  const auto marks = taken_.find(object);
  if (marks == taken_.end()) return;
  for (wire::TakenMark& known : marks->second) {
    if (known.taker_instance == instance) known.number = std::min(known.number, number);
  }
}

}  // namespace merlin::neb
