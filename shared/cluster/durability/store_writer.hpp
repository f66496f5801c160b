// What is saved, and when (R6, R7). Operators' changes are saved before any other node receives them; the rest of the table
// follows within seconds. A store that fails or is slow delays nothing for long: what waits for it is released, marked as not
// safe, and saved again when the store works.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "shared/base/time.hpp"
#include "shared/cluster/interface/actions.hpp"
#include "shared/cluster/state/table.hpp"

namespace merlin::cluster {

inline constexpr Millis kSaveEvery{5'000};       // check registers without an event; the others at once
inline constexpr Millis kSavePatience{1'000};    // what waits for the disk is released then
inline constexpr Millis kSaveAgainAfter{5'000};  // what could not be written
inline constexpr std::size_t kRowsASave = 2'000;
inline constexpr std::size_t kSavesUnderWay = 4;
inline constexpr std::size_t kMaxUnsafeBytes = 64 * 1024 * 1024;

class StoreWriter {
 public:
  // Rows that enter the table now, and batches of the module that are on disk.
  struct Released {
    std::vector<wire::Register> rows;
    std::vector<wire::Register> of_core_before;  // rows, too: of a previous core, so that the present one need not have them
    bool on_disk = false;                        // the rows are
    std::vector<std::uint64_t> safe_batches;
    std::vector<wire::ForwardedAck> safe_results;
  };

  explicit StoreWriter(Table& table) : table_(table) {}

  // All rows of the table came from the store.
  void restored();
  // The store has lost everything: all of it is saved again.
  void lost();
  // Operators changed these at our core; `batch` is the module's number for them.
  void own(std::vector<wire::Register> rows, std::uint64_t batch, SteadyTime now);
  void keep(wire::ForwardedResult result) { next_.kept.push_back(std::move(result)); }
  // True: the result had not been handed to the store yet.
  bool done(const wire::ForwardedAck& ack);
  void forget(std::vector<RegisterKey> keys);

  // The Save that is due, if any. `events`: there are events to add to it.
  std::optional<Save> next(SteadyTime now, bool events = false);
  Released saved(std::uint64_t ticket, bool ok, SteadyTime now);
  // Releases what has waited too long for the disk.
  Released overdue(SteadyTime now);
  // A released row is in the table; `on_disk`: it need not be written again.
  void entered(Row& row, bool on_disk) { row.stored.is_set_ = on_disk; }
  // The module is gone: its batches need no confirmation any more.
  void core_lost();
  void shift(Millis late_by, SteadyTime now);

  // The newest content by operators here that is not on disk yet; null: none.
  const wire::Register* waiting(const RegisterKey& key) const;
  // The objects of which no other node has received the newest changes by operators here, because these wait for the disk.
  std::set<ObjectKey> withheld() const;
  // Number of operators' changes that are not on disk.
  std::size_t unsafe() const { return own_.size(); }
  // The Saves up to ticket() contain the changes of the table up to this one.
  std::uint64_t collected() const { return collected_; }
  std::uint64_t ticket() const { return ticket_; }

 private:
  struct Own {
    std::vector<wire::Register> rows;
    std::uint64_t batch = 0;   // 0: needs no confirmation
    std::uint64_t ticket = 0;  // under way; 0: to be written
    SteadyTime since{};
    SteadyTime not_before{};
    std::size_t bytes = 0;
    bool released = false;
    bool orphaned = false;  // its core is gone
  };

  bool collect_own(SteadyTime now);
  bool is_outdone(const wire::Register& row);
  void forget_own(const Own& own);
  void collect_table();
  void release(Own& own, Released& released);

  Table& table_;
  std::deque<Own> own_;
  std::size_t own_bytes_ = 0;
  // The greatest version of each register in own_, without its value: a smaller one must not replace it in the store.
  std::unordered_map<RegisterKey, wire::Register, RegisterKeyHash> greatest_;
  Save next_;
  std::uint64_t ticket_ = 0;
  std::map<std::uint64_t, std::vector<wire::ForwardedAck>> under_way_;  // ticket -> what it keeps
  std::uint64_t looked_at_ = 0;                                         // changes of the table
  std::uint64_t collected_ = 0;
  bool urgent_ = false;
  SteadyTime saved_at_{};
};

}  // namespace merlin::cluster
