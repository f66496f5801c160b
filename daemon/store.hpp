// The durable store as the event loop sees it: what is saved goes to a thread that owns the file, and how it went comes
// back into the loop, in the order of the tickets. A disk that is slow, hangs, is full or is broken delays nothing but the
// store: what it could not write is kept and written when it works again.
#pragma once

#include <ev++.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/time.hpp"
#include "cluster/node.hpp"
#include "store_file.hpp"
#include "store_status.hpp"

namespace merlin::daemon {

struct StoreWork;

struct StoreEvents {
  // Once for every ticket. `ok`: all of it is on disk. Else the store goes on trying by itself.
  std::function<void(std::uint64_t ticket, bool ok)> on_saved;
  std::function<void(LogLevel, const std::string& line)> on_line;
  // What was on disk is lost, and a new file begun: whatever is to be there must be saved again.
  std::function<void()> on_lost;
  std::function<void(cluster::EventsRead)> on_read;
  // Old events were removed: what there is now of each stream.
  std::function<void(const std::vector<wire::EventMark>&)> on_kept;
};

class Store {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;  // waiting for the disk, past which there is none
  static constexpr Millis kOpenTime{10'000};                  // the start waits no longer for the disk
  static constexpr Millis kFlushTime{5'000};                  // nor does the end
  static constexpr Millis kLockPatience{5'000};               // while another process holds a lock; at the start kStartPatience
  static constexpr Millis kStartPatience{1'000};
  static constexpr Millis kFirstRetry{1'000};  // then twice as long each time
  static constexpr Millis kLastRetry{4'000};
  static constexpr Millis kHanging{5'000};  // a write that takes longer is shown

  Store(ev::loop_ref loop, StoreFile::Place place, StoreEvents events);
  Store(Store&&) = delete;
  // Waits for nothing: whoever wants it flushed waits for finished().
  ~Store();

  // What the store holds. Empty when it cannot be opened, which is tried again; what is found then is not told any more.
  // Once, before anything is saved.
  cluster::Stored open();
  void save(cluster::Save save);
  // Answered by on_read.
  void read(cluster::ReadEvents asked);
  // `found` is called from the loop, unless the store ends before.
  void find(EventQuery query, std::function<void(FoundEvents)> found);
  // Events are removed that are older, and the oldest when the file grows beyond so many bytes.
  void keep_events(Millis age, std::uint64_t bytes);
  // Nothing is saved after it. The thread writes what waits, within kFlushTime, and ends.
  void finish();
  bool finished() const;
  // For each second: says when a write hangs.
  void look(SteadyTime now);

  StoreStatus status(SteadyTime now) const;

 private:
  void collect() noexcept;

  StoreEvents events_;
  ev::async wake_;
  std::map<std::uint64_t, std::function<void(FoundEvents)>> searches_;
  std::uint64_t last_search_ = 0;
  std::shared_ptr<StoreWork> work_;  // the thread's too, which may outlive us where a disk hangs
  bool started_ = false;
  bool said_hanging_ = false;
  bool said_full_ = false;
};

// The id of this machine; empty where it has none.
std::string machine_id(const std::string& path = "/etc/machine-id");

}  // namespace merlin::daemon
