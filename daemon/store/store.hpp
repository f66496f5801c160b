// The durable store for the event loop: a thread owns the file and writes what is saved; results return to the loop in the order of the
// tickets. A slow, hung, full or broken disk delays only the store: what could not be written is kept and written when the disk works
// again.
#pragma once

#include <ev++.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/store/store_file.hpp"
#include "daemon/store/store_status.hpp"
#include "shared/base/log.hpp"
#include "shared/base/time.hpp"
#include "shared/cluster/interface/actions.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::daemon {

struct StoreWork;

struct StoreEvents {
  // Called once for every ticket. `ok`: all of it is on disk. Otherwise the store keeps trying by itself.
  std::function<void(std::uint64_t ticket, bool ok)> on_saved;
  std::function<void(LogLevel, const std::string& line)> on_line;
  // The contents of the disk are lost, and a new file was created: everything must be saved again.
  std::function<void()> on_lost;
  std::function<void(cluster::EventsRead)> on_read;
  // Old events were removed: the remaining range of each stream.
  std::function<void(const std::vector<wire::EventMark>&)> on_kept;
};

class Store {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;  // waiting for the disk; beyond this there is no room
  static constexpr Millis kOpenTime{10'000};                  // the start waits no longer than this for the disk
  static constexpr Millis kFlushTime{5'000};                  // nor does the stop
  static constexpr Millis kLockPatience{5'000};               // while another process holds a lock; kStartPatience at the start
  static constexpr Millis kStartPatience{1'000};
  static constexpr Millis kFirstRetry{1'000};  // doubled after each attempt
  static constexpr Millis kLastRetry{4'000};
  static constexpr Millis kHanging{5'000};  // a write that takes longer is reported

  Store(ev::loop_ref loop, StoreFile::Place place, StoreEvents events);
  Store(Store&&) = delete;
  // Does not wait: a caller that needs the data flushed waits for finished().
  ~Store();

  // The contents of the store. Empty if it cannot be opened; this is tried again, but data found then is not reported any more. Called
  // once, before anything is saved.
  cluster::Stored open();
  // What open() has rejected and removed from the file, because no merlind may have it (shared/wire/validate.hpp).
  const wire::Rejects& rejected() const { return rejected_; }
  void save(cluster::Save save);
  // Answered by on_read.
  void read(cluster::ReadEvents asked);
  // `found` is called from the loop, unless the store ends before.
  void find(EventQuery query, std::function<void(FoundEvents)> found);
  // Older events are removed, and the oldest ones if the file exceeds this size.
  void keep_events(Millis age, std::uint64_t bytes);
  // Nothing can be saved afterwards. The thread writes the pending data, within kFlushTime, and ends.
  void finish();
  bool finished() const;
  // Called every second: reports when a write hangs.
  void look(SteadyTime now);

  StoreStatus status(SteadyTime now) const;

 private:
  void collect() noexcept;

  StoreEvents events_;
  ev::async wake_;
  std::map<std::uint64_t, std::function<void(FoundEvents)>> searches_;
  std::uint64_t last_search_ = 0;
  std::shared_ptr<StoreWork> work_;  // shared with the thread, which can outlive us if a disk hangs
  wire::Rejects rejected_;
  bool started_ = false;
  bool said_hanging_ = false;
  bool said_full_ = false;
};

// The id of this machine; empty if it has none.
std::string machine_id(const std::string& path = "/etc/machine-id");

}  // namespace merlin::daemon
