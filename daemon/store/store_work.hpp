// The thread of the store, and the data that it shares with the loop. `mutex` guards everything here except the thread's file.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/store.hpp"
#include "daemon/store/store_batch.hpp"

namespace merlin::daemon {

struct StoreWork {
  explicit StoreWork(StoreFile::Place place);

  struct Answer {
    std::uint64_t ticket = 0;
    bool ok = false;
  };
  struct News {
    std::vector<Answer> answers;
    std::vector<StoreLine> lines;
    bool lost = false;
    std::string set_aside;
    std::vector<cluster::EventsRead> read;
    std::vector<std::pair<std::uint64_t, FoundEvents>> found;
    std::vector<wire::EventMark> kept;  // empty: nothing was removed
  };
  struct Search {
    std::uint64_t number = 0;
    EventQuery query;
  };

  // The thread's whole life.
  void run();

  std::mutex mutex;
  std::condition_variable changed;
  StoreBatch next;
  std::deque<cluster::ReadEvents> reads;
  std::deque<Search> searches;
  Millis keep_age{0};  // of events; 0: unlimited
  std::uint64_t keep_bytes = UINT64_MAX;
  std::size_t writing = 0;  // entries being written to the disk
  std::size_t writing_bytes = 0;
  News news;
  std::function<void()> wake;  // the loop; empty when nobody listens any more
  std::optional<cluster::Stored> held;
  wire::Rejects rejects;   // of the store's contents
  bool wants_held = true;  // the loop has not continued without it yet
  StoreStatus status;      // except for pending data
  std::optional<SteadyTime> busy_since;
  std::optional<SteadyTime> stop_at;  // must end by then
  bool abandoned = false;
  bool ended = false;

 private:
  using Lock = std::unique_lock<std::mutex>;

  void open_first(Lock& lock);
  bool wait_for_work(Lock& lock);
  bool has_questions() const { return !reads.empty() || !searches.empty(); }
  bool is_write_due() const;
  void answer_questions(Lock& lock);
  void note_damage(const std::optional<StoreFault>& fault);
  void remove_old_events(Millis age, std::uint64_t bytes, News& found);
  void write_next(Lock& lock);
  std::optional<StoreFault> write(const StoreBatch& batch, News& found);
  std::optional<StoreFault> open_again(News& found);
  void note(const std::optional<StoreFault>& fault, std::size_t entries);
  void note_aside(const std::string& name);
  void answer(const StoreBatch& batch, bool ok);
  void tell(News found);
  void look_aside();
  bool goes_on_waiting();

  StoreFile file_;
  bool is_known_ = false;    // its contents have been read once
  bool distrusted_ = false;  // it was found damaged while in use
  Millis retry_{0};          // 0: no failure
  SteadyTime retry_at_{};
  SteadyTime removed_at_{};  // old events
  bool more_to_remove_ = false;
  bool last_try_ = false;       // the attempt after the stop was requested
  SteadyTime patient_until_{};  // with another process's lock
};

}  // namespace merlin::daemon
