// What the module knows about each object's row beyond the core's own fields: the version of its check register,
// the clocks of its last hard OK and last state change, and when it is due.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "module/agent/core.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::neb {

class RowTable {
 public:
  RowTable() = default;
  explicit RowTable(Index objects) : rows_(objects) {}

  wire::Version version(Index object) const;
  bool known(Index object) const { return rows_[object].hlc != 0; }
  // False: there are rows of more than 65,536 different origins; nothing was changed.
  bool set_version(Index object, const wire::Version& version);

  // When the last row scheduled the check; 0: unknown. A veto does not change it.
  Seconds due(Index object) const { return rows_[object].due; }
  void set_due(Index object, Seconds due) { rows_[object].due = due < 0 ? 0 : static_cast<std::uint32_t>(due); }

  std::uint64_t last_hard_ok(Index object) const { return rows_[object].last_hard_ok; }
  std::uint64_t last_change(Index object) const { return rows_[object].last_change; }
  void set_clocks(Index object, std::uint64_t last_hard_ok, std::uint64_t last_change);
  // The state in the last row, to detect a change; -1: none yet.
  int last_state(Index object) const { return rows_[object].last_state; }
  void set_last_state(Index object, int state) { rows_[object].last_state = static_cast<std::int8_t>(state); }

  // Forwarded results that the object's state contains: the newest per receiver.
  std::vector<wire::TakenMark> taken(Index object) const;
  void set_taken(Index object, std::vector<wire::TakenMark> marks);
  void mark_taken(Index object, const wire::TakenMark& mark);
  // The row no longer contains the results after this number that a core received in that start.
  void lower_taken(Index object, std::uint64_t instance, std::uint64_t number);

 private:
  // Everything of a version except its clock: few of these exist at a time, and the rows of one turn share one.
  struct Origin {
    std::uint64_t term = 0;
    std::uint32_t side = 0;
    NodeId writer;
    bool operator==(const Origin&) const = default;
  };

  // 32 bytes, so that 110,000 of them take little memory.
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
