// What the module says to its daemon after the handshake, produced as the socket drains so that nothing large is ever
// held: inventory, claims, results as they come, and in between the rows that the core knew when the link came up.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "cluster/forward_queue.hpp"
#include "module/dirty_set.hpp"
#include "module/inventory.hpp"
#include "module/link.hpp"
#include "module/row_writer.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {

class Outbox {
 public:
  static constexpr std::size_t kRowsPerFrame = 64;
  static constexpr std::size_t kResultsPerFrame = 64;
  // Initial rows look at no more objects than this in one step.
  static constexpr Index kLookedAtPerStep = 512;
  // Above these, writes and initial rows wait for the socket.
  static constexpr std::size_t kLiveUnsentBytes = 1024 * 1024;
  static constexpr std::size_t kBulkUnsentBytes = 64 * 1024;
  // Rows written so shortly before the link was lost may not have reached the daemon.
  static constexpr Millis kMayBeUnheard{5000};

  // All outlive this.
  Outbox(Core& core, const Objects& objects, Ownership& ownership, RowWriter& writer, Inventory& inventory, Link& link);

  // The handshake is done: say everything from the start.
  void start();
  void stop();
  bool started() const { return stage_ != Stage::off; }
  bool initial_done() const { return stage_ == Stage::steady; }
  // The daemon knows the inventory and the claims by now, and the socket is not full: rows may be sent beside these here.
  bool speaks() const { return (stage_ == Stage::initial || stage_ == Stage::steady) && link_.unsent_bytes() <= kLiveUnsentBytes; }
  std::uint64_t next_batch() { return ++batch_; }
  // What goes before the check rows of what the core knew; empty optional: no more of it.
  using MoreInitial = std::function<std::optional<std::vector<wire::Register>>()>;
  void precede_initial(MoreInitial more) { more_initial_ = std::move(more); }

  void mark(Index object) { dirty_.mark(object); }
  std::uint64_t push(wire::CheckResult result) { return forwards_.push(std::move(result)); }
  void push(wire::Command command) { forwards_.push(std::move(command)); }
  void safe(const wire::RowsSafe& safe) { forwards_.safe(safe.results); }
  wire::CoreResults unsafe() const { return forwards_.all(); }
  void restore(wire::CoreResults kept, std::uint64_t last_number) { forwards_.restore(std::move(kept), last_number); }
  // Objects whose rows no daemon may have heard: written without one, or just before it went.
  const std::deque<Index>& unheard() const { return unheard_.all(); }
  bool idle() const { return dirty_.empty() && !forwards_.has_unsaid(); }

  // One frame's worth of the most urgent; false: nothing to say, or the socket is full.
  bool step(Now now);
  // All dirty rows, whatever the socket says: they are written under an epoch that ends.
  void flush(Now now);

  template <class Message>
  void send(const Message& message) {
    if (started()) link_.send(wire::to_frame(message));
  }

  std::size_t dirty() const { return dirty_.size(); }
  std::size_t waiting_results() const { return forwards_.size(); }
  void supersede(const ObjectKey& object) { forwards_.supersede(object); }
  std::uint64_t last_pushed() const { return forwards_.last_number(); }
  std::uint64_t dropped() const { return forwards_.dropped(); }
  std::uint64_t rows_written() const { return rows_written_; }

 private:
  enum class Stage { off, inventory, claims, initial, steady };

  bool step_dirty(Now now);
  bool step_forwards(Now now);
  bool step_initial(Now now);
  void note_written(Index object, SteadyTime now);
  void send_rows(std::vector<wire::Register> rows, wire::CoreRowsKind kind);

  Core& core_;
  const Objects& objects_;
  Ownership& ownership_;
  RowWriter& writer_;
  Inventory& inventory_;
  Link& link_;
  Stage stage_ = Stage::off;
  Index next_initial_ = 0;
  std::uint64_t batch_ = 0;
  MoreInitial more_initial_;
  DirtySet dirty_;
  DirtySet unheard_;
  std::deque<std::pair<SteadyTime, Index>> recent_;  // rows written within that time
  cluster::ForwardQueue forwards_;
  std::uint64_t rows_written_ = 0;
};

}  // namespace merlin::neb
