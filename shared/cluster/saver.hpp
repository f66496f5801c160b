// What goes to the store, and when (R6, R7). What our operators did goes there before any other node hears of it; the
// rest of the table follows within seconds. A store that cannot be written, or is slow, delays nothing for long: what
// waits for it is released, marked as not safe, and written again when it is back.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "cluster/node.hpp"
#include "cluster/table.hpp"

namespace merlin::cluster {

inline constexpr Millis kSaveEvery{5'000};       // check registers; the others at once
inline constexpr Millis kSavePatience{1'000};    // what waits for the disk is released then
inline constexpr Millis kSaveAgainAfter{5'000};  // what could not be written
inline constexpr std::size_t kRowsASave = 2'000;
inline constexpr std::size_t kSavesUnderWay = 4;
inline constexpr std::size_t kMaxUnsafeBytes = 64 * 1024 * 1024;

class Saver {
 public:
  // What may happen now: rows that enter the table, and batches of the module that are on disk.
  struct Released {
    std::vector<wire::Register> rows;
    std::vector<wire::Register> of_core_before;  // rows too: what the core that made them had is not known to the one of now
    bool on_disk = false;                        // the rows are
    std::vector<std::uint64_t> safe_batches;
    std::vector<wire::ForwardedAck> safe_results;
  };

  explicit Saver(Table& table) : table_(table) {}

  // All rows of the table came from the store.
  void restored();
  // All of it is lost: it is saved again.
  void lost();
  // Our core's operators made these; `batch` is the module's number for them.
  void own(std::vector<wire::Register> rows, std::uint64_t batch, SteadyTime now);
  void keep(wire::ForwardedResult result) { next_.kept.push_back(std::move(result)); }
  // True: the store had not been asked to keep it yet.
  bool done(const wire::ForwardedAck& ack);
  void forget(std::vector<RegisterKey> keys);

  // What to write now, if anything. `events`: there are some to go with it.
  std::optional<Save> next(SteadyTime now, bool events = false);
  Released saved(std::uint64_t ticket, bool ok, SteadyTime now);
  // What has waited too long for the disk.
  Released overdue(SteadyTime now);
  // The module is gone: nobody asks any more whether its batches are safe.
  void core_lost();
  void shift(Millis late_by, SteadyTime now);

  // What our operators wrote last of this register and the disk does not have yet; null: nothing.
  const wire::Register* waiting(const RegisterKey& key) const;
  // What our operators did and the disk does not have.
  std::size_t unsafe() const { return own_.size(); }
  // Changes of the table up to this are in the Saves up to that ticket.
  std::uint64_t collected() const { return collected_; }
  std::uint64_t ticket() const { return ticket_; }

 private:
  struct Own {
    std::vector<wire::Register> rows;
    std::uint64_t batch = 0;   // 0: nobody asks
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
  // The greatest of each register in own_, without its value: what is lesser must not take its place in the store.
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
