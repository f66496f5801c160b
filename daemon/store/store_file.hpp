// The store on disk: one sqlite file with the rows of the table, the forwarded results that wait for their owner, and the events.
// Each entry has its own checksum, so that a flipped byte is detected. Every call can block for the disk; for one thread at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/store/sqlite.hpp"
#include "daemon/store/store_batch.hpp"
#include "daemon/store/store_query.hpp"
#include "shared/base/log.hpp"
#include "shared/base/result.hpp"
#include "shared/cluster/interface/actions.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::daemon {

struct StoreLine {
  LogLevel level = LogLevel::info;
  std::string text;
};

struct StoreFault {
  bool is_damaged = false;  // the file is damaged or missing: the disk cannot recover from that
  Error error;
};

// What open() found.
struct OpenedStore {
  std::optional<StoreFault> fault;  // if set, nothing is open
  cluster::Stored held;
  wire::Rejects rejects;  // entries of the file that are not in `held`
  std::vector<StoreLine> said;
  bool begun_anew = false;
  std::string set_aside;  // new name of a damaged file; empty: there was none
};

class StoreFile {
 public:
  static constexpr std::size_t kMostEmptyStreams = 1'000;  // values that are kept from start to start

  // "Merl": distinguishes our files from other sqlite files.
  static constexpr std::uint32_t kApplication = 0x4D65726C;
  static constexpr int kVersion = 2;

  struct Place {
    std::string path;
    std::string machine;  // the machine-id; empty: unknown
  };

  explicit StoreFile(Place place) : place_(std::move(place)) {}
  StoreFile(StoreFile&&) = delete;

  // Whether to keep waiting while another process holds a lock. Set before open().
  void set_patience(std::function<bool()> patience) { patience_ = std::move(patience); }

  // Creates the file if there is none. A damaged or foreign file is renamed, never deleted, and a new one starts with the entries that
  // could be read reliably. `distrusted`: treat it as damaged in any case.
  OpenedStore open(bool distrusted = false);
  // After a fault: without reading or checking the contents. Anything but a valid file of ours is a fault.
  std::optional<StoreFault> reopen();
  bool is_open() const { return database_.has_value(); }
  void close();

  // All or nothing; on disk when it returns without a fault. After a fault it is closed: open it again first.
  std::optional<StoreFault> write(const StoreBatch& batch);

  // With a fault it is damaged, or cannot be read now; the result is then incomplete.
  template <class Value>
  struct Got {
    Value value;
    std::optional<StoreFault> fault;
  };
  Got<cluster::EventsRead> read_events(const cluster::ReadEvents& asked);
  Got<FoundEvents> find_events(const EventQuery& query);
  // Removes some of the events that are older than `horizon_ms` (wall clock), or for which the file is too large. True: there may be more.
  // With a fault: as after write().
  Got<bool> remove_oldest(std::int64_t horizon_ms, std::uint64_t max_bytes);
  std::vector<wire::EventMark> streams() const;

  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t events() const { return events_; }
  std::size_t rows() const { return rows_; }
  std::size_t forwards() const { return forwards_; }
  // Including the files that sqlite keeps beside it.
  std::uint64_t bytes() const;
  const std::string& path() const { return place_.path; }

 private:
  struct StreamRow {
    std::uint64_t id = 0;  // in this file
    std::uint64_t first = 1;
    std::uint64_t last = 0;
  };
  using Streams = std::map<cluster::StreamKey, StreamRow>;
  using Fault = std::optional<StoreFault>;

  Fault create();
  Fault connect();
  void close_to_others() const;
  Fault check_whole();
  Fault migrate();
  Fault read_existing(OpenedStore& opened);
  Fault read_meta(cluster::Stored& held, std::vector<StoreLine>& said);
  Fault read_rows(cluster::Stored& held, std::vector<StoreLine>& said);
  Fault read_forwards(cluster::Stored& held, std::vector<StoreLine>& said);
  void remove_rejected(std::vector<StoreLine>& said);
  Fault begin_anew(OpenedStore& opened, const StoreFault& why);
  Fault put_meta(std::string_view key, std::string_view value);
  Fault put_written();
  Fault put_alert_clock(std::uint64_t clock);
  Fault put_rows(const StoreBatch::Rows& rows);
  Fault put_forwards(const StoreBatch::Forwards& forwards);
  Fault put_all(const StoreBatch& batch);
  // store_events.cpp
  Fault read_streams();
  void forget_empty_streams();
  Fault put_events(const StoreBatch& batch);
  Fault put_run(const cluster::EventRun& run);
  Fault put_stream(const cluster::StreamKey& key, const StreamRow& row);
  Fault remove_before(const cluster::StreamKey& key, StreamRow& row, std::uint64_t until);
  std::uint64_t next_stream() const;
  std::uint64_t past_until(const StreamRow& row, std::int64_t horizon_ms);
  Streams::iterator oldest_stream();
  std::uint64_t used_bytes();
  void count_events();
  Fault count();
  bool is_replaced() const;
  StoreFault failed() const;
  static int go_on_waiting(void* self, int);

  Place place_;
  std::function<bool()> patience_;
  std::optional<sqlite::Database> database_;
  std::uint64_t inode_ = 0;
  std::uint64_t epoch_ = 0;
  std::size_t rows_ = 0;
  std::size_t forwards_ = 0;
  Streams streams_;
  std::uint64_t events_ = 0;
  // Of the file's contents.
  wire::Rejects rejects_;
  // Found at the start and not removed yet.
  std::vector<cluster::RegisterKey> rejected_rows_;
  std::vector<wire::ForwardedAck> rejected_forwards_;
};

}  // namespace merlin::daemon
