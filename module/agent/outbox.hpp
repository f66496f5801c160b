// What the module sends to its daemon after the handshake, produced as the socket accepts it so that nothing large is ever
// buffered: inventory, claims, results as they arrive, and in between the rows that the core had when the link was established.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "module/agent/alert_queue.hpp"
#include "module/agent/dirty_set.hpp"
#include "module/agent/driver.hpp"
#include "module/agent/forward_queue.hpp"
#include "module/agent/inventory.hpp"
#include "module/agent/log_limit.hpp"
#include "module/agent/row_writer.hpp"

namespace merlin::neb {

class Outbox {
 public:
  static constexpr std::size_t kRowsPerFrame = 64;
  static constexpr std::size_t kResultsPerFrame = 64;
  // A frame of this size is full: with one more item it is still far below wire::kMaxPayloadBytes.
  static constexpr std::size_t kBytesPerFrame = std::size_t{512} * 1024;
  // The initial rows visit at most this many objects in one step.
  static constexpr Index kLookedAtPerStep = 512;
  // If more bytes than these are unsent, writes and initial rows wait for the socket.
  static constexpr std::size_t kLiveUnsentBytes = 1024 * 1024;
  static constexpr std::size_t kBulkUnsentBytes = 64 * 1024;
  // flush() passes no more than this to the link; the rest is sent as the socket accepts it.
  static constexpr std::size_t kFlushUnsentBytes = std::size_t{8} * 1024 * 1024;
  // Rows written within this time before the link was lost may not have reached the daemon.
  static constexpr Millis kMayBeUnheard{5000};

  // All outlive this.
  Outbox(Core& core, const Objects& objects, Ownership& ownership, RowWriter& writer, Inventory& inventory, Driver& driver);

  // The handshake is complete: sends everything from the start.
  void start();
  void stop();
  bool started() const { return stage_ != Stage::off; }
  bool initial_done() const { return stage_ == Stage::steady; }
  // The daemon has the inventory and the claims, and the socket is not full: other rows may be sent as well.
  bool speaks() const { return (stage_ == Stage::initial || stage_ == Stage::steady) && driver_.unsent_bytes() <= kLiveUnsentBytes; }
  std::uint64_t next_batch() { return ++batch_; }
  // Rows sent before the check rows of the core's initial state; empty optional: there are no more.
  using MoreInitial = std::function<std::optional<std::vector<wire::Register>>()>;
  void precede_initial(MoreInitial more) { more_initial_ = std::move(more); }

  void mark(Index object) {
    if (objects_.is_shared(object)) dirty_.mark(object);
  }
  // The object's row for a result that the core has logged as an alert. Without a daemon it waits for one.
  void alert(Index object, wire::Register row, Now now);
  std::uint64_t push(wire::CheckResult result) { return forwards_.push(std::move(result)); }
  void push(wire::Command command) { forwards_.push(std::move(command)); }
  void safe(const wire::RowsSafe& safe) {
    forwards_.safe(safe.results);
    alerts_.safe(safe.batch);
  }
  wire::CoreResults unsafe() const { return forwards_.all(); }
  std::vector<wire::Register> unsafe_alerts() const { return alerts_.all(); }
  // Before the first alert() of this start.
  void restore_alert(Index object, wire::Register row) { alerts_.add(object, std::move(row)); }
  void restore(wire::CoreResults kept, std::uint64_t last_number) { forwards_.restore(std::move(kept), last_number); }
  // Objects whose rows may not have reached a daemon: written without one, or just before it was lost.
  const std::deque<Index>& unheard() const { return unheard_.all(); }
  bool idle() const { return dirty() == 0 && !forwards_.has_unsaid(); }

  // Sends one frame of the most urgent data; false: there is none, or the socket is full.
  bool step(Now now);
  // Gives all dirty rows their version, even if the socket is full, because they belong to an ending epoch.
  void flush(Now now);

  template <class Message>
  void send(const Message& message) {
    if (started()) send_payload(static_cast<std::uint8_t>(Message::type_id), wire::encode(message));
  }

  std::size_t dirty() const { return dirty_.size() + late_.size() + alerts_.unsent(); }
  std::uint64_t dropped_alerts() const { return alerts_.dropped(); }
  std::size_t waiting_results() const { return forwards_.size(); }
  void supersede(const ObjectKey& object) { forwards_.supersede(object); }
  std::uint64_t last_pushed() const { return forwards_.last_number(); }
  std::uint64_t dropped() const { return forwards_.dropped(); }
  std::uint64_t rows_written() const { return rows_written_; }
  // Number of messages that exceed a frame. It stays 0 while all other limits are met.
  std::uint64_t oversized() const { return oversized_; }

 private:
  enum class Stage { off, inventory, claims, initial, steady };

  void send_payload(std::uint8_t type, std::string payload);
  bool step_dirty(Now now);
  bool step_late(Now now);
  void add_alerts(std::vector<wire::Register>& rows, std::size_t& bytes);
  bool step_forwards(Now now);
  bool step_initial(Now now);
  bool step_operator_initial();
  void note_written(Index object, SteadyTime now);
  void send_rows(std::vector<wire::Register> rows, wire::CoreRowsKind kind);

  Core& core_;
  const Objects& objects_;
  Ownership& ownership_;
  RowWriter& writer_;
  Inventory& inventory_;
  Driver& driver_;
  Stage stage_ = Stage::off;
  Index next_initial_ = 0;
  std::uint64_t batch_ = 0;
  MoreInitial more_initial_;
  std::deque<wire::Register> operator_initial_;  // the rest of the rows that it returned
  AlertQueue alerts_;
  LogLimit alerts_limit_;
  DirtySet dirty_;
  DirtySet late_;  // these have their version, and wait for the socket
  DirtySet unheard_;
  std::deque<std::pair<SteadyTime, Index>> recent_;  // rows written within that time
  cluster::ForwardQueue forwards_;
  std::uint64_t rows_written_ = 0;
  std::uint64_t oversized_ = 0;
  LogLimit oversized_limit_;
};

}  // namespace merlin::neb
