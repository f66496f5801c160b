// What the module knows of each object's row beyond the core's own fields: the version of its check register,
// the clocks of its last hard OK and last state change, and when it is due.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "module/core/core.hpp"
#include "wire/messages.hpp"

namespace merlin::neb {

class RowTable {
 public:
  RowTable() = default;
  explicit RowTable(Index objects) : rows_(objects) {}

  wire::Version version(Index object) const;
  bool known(Index object) const { return rows_[object].hlc != 0; }
  // false: rows of more origins than 65,536 at a time; nothing was changed.
  bool set_version(Index object, const wire::Version& version);

  // When the check should have been or should be run, by the last row; 0: not known. A veto leaves it.
  Seconds due(Index object) const { return rows_[object].due; }
  void set_due(Index object, Seconds due) { rows_[object].due = due < 0 ? 0 : static_cast<std::uint32_t>(due); }

  std::uint64_t last_hard_ok(Index object) const { return rows_[object].last_hard_ok; }
  std::uint64_t last_change(Index object) const { return rows_[object].last_change; }
  void set_clocks(Index object, std::uint64_t last_hard_ok, std::uint64_t last_change);
  // The state as of the last row, to tell a change; -1: none yet.
  int last_state(Index object) const { return rows_[object].last_state; }
  void set_last_state(Index object, int state) { rows_[object].last_state = static_cast<std::int8_t>(state); }

  // Forwarded results that the state of the object contains: the newest of each taker.
  std::vector<wire::TakenMark> taken(Index object) const;
  void set_taken(Index object, std::vector<wire::TakenMark> marks);
  void mark_taken(Index object, const wire::TakenMark& mark);

 private:
  // All of a version but its clock: few of these stand at a time, and rows of one turn share it.
  struct Origin {
    std::uint64_t term = 0;
    std::uint32_t side = 0;
    NodeId writer;
    bool operator==(const Origin&) const = default;
  };

  // 110,000 of these must not be felt: 32 bytes.
  struct Row {
    std::uint64_t hlc = 0;
    std::uint64_t last_hard_ok = 0;
    std::uint64_t last_change = 0;
    std::uint32_t due = 0;
    std::uint16_t origin = 0;  // into origins_
    std::int8_t last_state = -1;
  };

  std::optional<std::uint16_t> place_of(const Origin& origin);
  bool forget_unused_origins();

  std::vector<Row> rows_;
  std::vector<Origin> origins_;
  std::unordered_map<Index, std::vector<wire::TakenMark>> taken_;
};

}  // namespace merlin::neb
