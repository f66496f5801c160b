#include "module/row_table.hpp"

#include <algorithm>
#include <limits>

namespace merlin::neb {

wire::Version RowTable::version(Index object) const {
  const Row& row = rows_[object];
  if (row.hlc == 0) return {};
  return {row.term, row.side, row.hlc, writers_[row.writer]};
}

bool RowTable::set_version(Index object, const wire::Version& version) {
  auto writer = std::find(writers_.begin(), writers_.end(), version.writer);
  if (writer == writers_.end()) {
    if (writers_.size() > std::numeric_limits<std::uint16_t>::max()) return false;
    writer = writers_.insert(writers_.end(), version.writer);
  }
  Row& row = rows_[object];
  row.term = version.term;
  row.hlc = version.hlc;
  row.side = static_cast<std::uint16_t>(std::min<std::uint32_t>(version.side, std::numeric_limits<std::uint16_t>::max()));
  row.writer = static_cast<std::uint16_t>(writer - writers_.begin());
  return true;
}

void RowTable::set_clocks(Index object, std::uint64_t last_hard_ok, std::uint64_t last_change) {
  rows_[object].last_hard_ok = last_hard_ok;
  rows_[object].last_change = last_change;
}

}  // namespace merlin::neb
