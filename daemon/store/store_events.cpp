// The store's file: events, and the range of each stream.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "daemon/store/store_content.hpp"
#include "daemon/store/store_fault.hpp"
#include "daemon/store/store_file.hpp"
#include "shared/base/hash.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::daemon {
namespace {

constexpr std::string_view kSelectStreams = "SELECT id, node, epoch, first, last, checksum FROM streams";
constexpr std::string_view kPutStream = "INSERT OR REPLACE INTO streams VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr std::string_view kInsertEvent = "INSERT INTO events VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr std::string_view kCutEvents = "DELETE FROM events WHERE stream = ?1 AND number >= ?2";
constexpr std::string_view kDropEvents = "DELETE FROM events WHERE stream = ?1 AND number < ?2";
constexpr std::string_view kReadEvents =
    "SELECT number, content, checksum FROM events WHERE stream = ?1 AND number BETWEEN ?2 AND ?3 ORDER BY number";
constexpr std::string_view kHead = "SELECT time FROM events WHERE stream = ?1 AND number >= ?2 ORDER BY number LIMIT 1";
constexpr std::string_view kHeads = "SELECT number, time FROM events WHERE stream = ?1 AND number >= ?2 ORDER BY number LIMIT ?3";

constexpr std::size_t kMessageBytes = 2 * 1024 * 1024;  // of events per read
constexpr std::uint64_t kRemovedAtOnce = 2'000;

std::string damaged(std::string_view what) { return fmt::format("it is damaged: the checksum of {} is wrong", what); }

}  // namespace

StoreFile::Fault StoreFile::read_streams() {
  streams_.clear();
  events_ = 0;
  sqlite::Statement select = database_->prepare(kSelectStreams);
  int step = SQLITE_ROW;
  while ((step = select.step()) == SQLITE_ROW) {
    const cluster::StreamKey key{NodeId::from_bytes(select.bytes(1)).value_or(NodeId{}), select.number(2)};
    const StreamRow row{select.number(0), select.number(3), select.number(4)};
    if (checksum_of(key, row.id, row.first, row.last) != select.number(5))
      return StoreFault{true, {damaged("a stream of events"), place_.path, ""}};
    streams_[key] = row;
    events_ += row.last + 1 - row.first;
  }
  if (step != SQLITE_DONE) return failed();
  return std::nullopt;
}

// Each start of each node leaves a stream. For the latest streams without events, the last number is remembered, so that they
// are not fetched again from nodes that remove them later. Done before anything depends on the contents. On a full disk they
// stay.
void StoreFile::forget_empty_streams() {
  std::vector<std::pair<std::uint64_t, cluster::StreamKey>> empty;
  for (const auto& [key, row] : streams_) {
    if (row.first > row.last) empty.emplace_back(row.id, key);
  }
  if (empty.size() <= kMostEmptyStreams) return;
  std::sort(empty.begin(), empty.end());
  empty.resize(empty.size() - kMostEmptyStreams);
  sqlite::Statement remove = database_->prepare("DELETE FROM streams WHERE first > last AND id <= ?1");
  if (!remove.bind(1, empty.back().first).run()) return;
  for (const auto& [id, key] : empty) streams_.erase(key);
}

std::vector<wire::EventMark> StoreFile::streams() const {
  std::vector<wire::EventMark> marks;
  for (const auto& [key, row] : streams_) marks.push_back({key.node, key.epoch, row.first, row.last});
  return marks;
}

StoreFile::Fault StoreFile::put_stream(const cluster::StreamKey& key, const StreamRow& row) {
  sqlite::Statement put = database_->prepare(kPutStream);
  put.bind(1, row.id).bind(2, key.node.view()).bind(3, key.epoch).bind(4, row.first).bind(5, row.last);
  if (!put.bind(6, checksum_of(key, row.id, row.first, row.last)).run()) return failed();
  return std::nullopt;
}

StoreFile::Fault StoreFile::put_events(const StoreBatch& batch) {
  if (batch.without_events()) {
    if (!database_->run("DELETE FROM events; DELETE FROM streams")) return failed();
    streams_.clear();
  }
  for (const cluster::EventRun& run : batch.events()) {
    if (Fault fault = put_run(run)) return fault;
  }
  return std::nullopt;
}

// A range that does not follow the stored events is sent again after the one that it follows.
StoreFile::Fault StoreFile::put_run(const cluster::EventRun& run) {
  const auto found = streams_.find(run.stream);
  StreamRow row = found == streams_.end() ? StreamRow{next_stream(), 1, 0} : found->second;
  if (run.first > row.last + 1 && !run.after_gap) return std::nullopt;
  if (run.first <= row.last) {
    sqlite::Statement cut = database_->prepare(kCutEvents);
    if (!cut.bind(1, row.id).bind(2, run.first).run()) return failed();
  }
  if (run.first > row.last + 1) {
    sqlite::Statement drop = database_->prepare(kDropEvents);
    if (!drop.bind(1, row.id).bind(2, run.first).run()) return failed();
    row.first = run.first;
  }
  sqlite::Statement insert = database_->prepare(kInsertEvent);
  std::uint64_t number = run.first;
  for (const wire::Event& event : run.events) {
    const std::string content = wire::encode(event);
    insert.bind(1, row.id).bind(2, number).bind(3, event.time_ms).bind(4, std::uint64_t{static_cast<std::uint8_t>(event.kind)});
    insert.bind(5, std::string_view(event.host)).bind(6, std::string_view(event.service)).bind(7, std::string_view(content));
    if (!insert.bind(8, checksum_of(run.stream, number, content)).run()) return failed();
    ++number;
  }
  row.last = number - 1;
  row.first = std::min(row.first, number);
  streams_[run.stream] = row;
  if (run.alert_clock != 0) {
    if (Fault fault = put_alert_clock(run.alert_clock)) return fault;
  }
  return put_stream(run.stream, row);
}

std::uint64_t StoreFile::next_stream() const {
  std::uint64_t greatest = 0;
  for (const auto& [key, row] : streams_) greatest = std::max(greatest, row.id);
  return greatest + 1;
}

StoreFile::Got<cluster::EventsRead> StoreFile::read_events(const cluster::ReadEvents& asked) {
  cluster::EventsRead read{asked.asker, asked.stream, 0, asked.first, {}};
  const auto found = streams_.find(read.stream);
  if (!is_open() || found == streams_.end()) return {std::move(read), {}};
  read.kept_from = found->second.first;
  sqlite::Statement select = database_->prepare(kReadEvents);
  select.bind(1, found->second.id).bind(2, read.first).bind(3, asked.last);
  std::size_t bytes = 0;
  wire::Rejects rejects;  // counted at their arrival
  int step = SQLITE_ROW;
  while (bytes < kMessageBytes && (step = select.step()) == SQLITE_ROW) {
    const std::uint64_t number = select.number(0);
    if (number != read.first + read.events.size()) break;
    Result<wire::Event> event = wire::decode<wire::Event>(select.bytes(1));
    if (!event || checksum_of(read.stream, number, select.bytes(1)) != select.number(2))
      return {{asked.asker, asked.stream, 0, asked.first, {}}, StoreFault{true, {damaged("an event"), place_.path, ""}}};
    bytes += select.bytes(1).size();
    wire::validate(*event, rejects);
    read.events.push_back(std::move(*event));
  }
  if (step != SQLITE_DONE && step != SQLITE_ROW) return {std::move(read), failed()};
  return {std::move(read), {}};
}

StoreFile::Got<FoundEvents> StoreFile::find_events(const EventQuery& query) {
  FoundEvents found;
  found.error = Error{"the store cannot be read at the moment", place_.path, "mon node status shows the reason"};
  if (!is_open()) return {std::move(found), {}};
  found.store = epoch_;
  found.arrival = static_cast<std::uint64_t>(database_->number("SELECT max(arrival) FROM events").value_or(0));
  const std::string sql = fmt::format(
      "SELECT node, epoch, number, content, events.checksum, arrival FROM events JOIN streams ON streams.id = stream "
      "WHERE time >= ?1 AND arrival > ?2{}{}{} ORDER BY {} LIMIT ?6",
      query.kind ? " AND kind = ?3" : "", query.host ? " AND host = ?4" : "", query.service ? " AND service = ?5" : "",
      query.after_arrival ? "arrival" : "time DESC");
  sqlite::Statement select = database_->prepare(sql);
  select.bind(1, query.since_ms).bind(2, query.after_arrival.value_or(0)).bind(6, std::uint64_t{query.limit + 1});
  if (query.kind) select.bind(3, std::uint64_t{static_cast<std::uint8_t>(*query.kind)});
  if (query.host) select.bind(4, std::string_view(*query.host));
  if (query.service) select.bind(5, std::string_view(*query.service));
  wire::Rejects rejects;  // counted at their arrival
  int step = SQLITE_ROW;
  std::uint64_t last_arrival = 0;
  while ((step = select.step()) == SQLITE_ROW) {
    if (found.events.size() == query.limit) {
      found.more = true;
      break;
    }
    const cluster::StreamKey key{NodeId::from_bytes(select.bytes(0)).value_or(NodeId{}), select.number(1)};
    Result<wire::Event> event = wire::decode<wire::Event>(select.bytes(3));
    if (!event || checksum_of(key, select.number(2), select.bytes(3)) != select.number(4))
      return {std::move(found), StoreFault{true, {damaged("an event"), place_.path, ""}}};
    last_arrival = select.number(5);
    wire::validate(*event, rejects);
    found.events.push_back({key, select.number(2), std::move(*event)});
  }
  if (step != SQLITE_DONE && step != SQLITE_ROW) return {std::move(found), failed()};
  if (found.more && query.after_arrival) found.arrival = last_arrival;
  found.error.reset();
  std::sort(found.events.begin(), found.events.end(), [](const FoundEvent& a, const FoundEvent& b) {
    return std::tie(a.event.time_ms, a.stream, a.number) < std::tie(b.event.time_ms, b.stream, b.number);
  });
  return {std::move(found), {}};
}

// Expired events of the stream, from the oldest on without a gap. If a clock was set back, the events after it wait.
std::uint64_t StoreFile::past_until(const StreamRow& row, std::int64_t horizon_ms) {
  sqlite::Statement select = database_->prepare(kHeads);
  select.bind(1, row.id).bind(2, row.first).bind(3, kRemovedAtOnce);
  std::uint64_t until = row.first;
  while (select.step() == SQLITE_ROW && select.signed_number(1) < horizon_ms) until = select.number(0) + 1;
  return until;
}

StoreFile::Fault StoreFile::remove_before(const cluster::StreamKey& key, StreamRow& row, std::uint64_t until) {
  sqlite::Statement drop = database_->prepare(kDropEvents);
  if (!drop.bind(1, row.id).bind(2, until).run()) return failed();
  row.first = until;
  return put_stream(key, row);
}

// The stream with the oldest event of all streams.
StoreFile::Streams::iterator StoreFile::oldest_stream() {
  auto oldest = streams_.end();
  std::int64_t oldest_ms = INT64_MAX;
  for (auto stream = streams_.begin(); stream != streams_.end(); ++stream) {
    sqlite::Statement head = database_->prepare(kHead);
    head.bind(1, stream->second.id).bind(2, stream->second.first);
    if (stream->second.first > stream->second.last || head.step() != SQLITE_ROW || head.signed_number(0) >= oldest_ms) continue;
    oldest = stream;
    oldest_ms = head.signed_number(0);
  }
  return oldest;
}

StoreFile::Got<bool> StoreFile::remove_oldest(std::int64_t horizon_ms, std::uint64_t max_bytes) {
  bool removed = false;
  if (!is_open()) return {false, {}};
  sqlite::Transaction transaction(*database_);
  if (!transaction.begun()) return {false, failed()};
  for (auto& [key, row] : streams_) {
    const std::uint64_t until = past_until(row, horizon_ms);
    if (until == row.first) continue;
    removed = true;
    if (Fault fault = remove_before(key, row, until)) return {false, fault};
  }
  if (!removed && used_bytes() > max_bytes) {
    if (const auto oldest = oldest_stream(); oldest != streams_.end()) {
      removed = true;
      StreamRow& row = oldest->second;
      if (Fault fault = remove_before(oldest->first, row, std::min(row.last + 1, row.first + kRemovedAtOnce))) return {false, fault};
    }
  }
  if (removed && !transaction.commit()) return {false, failed()};
  count_events();
  return {removed, {}};
}

// The used size of the file; free pages in it are used again.
std::uint64_t StoreFile::used_bytes() {
  const std::int64_t pages = database_->number("PRAGMA page_count").value_or(0) - database_->number("PRAGMA freelist_count").value_or(0);
  return static_cast<std::uint64_t>(pages * database_->number("PRAGMA page_size").value_or(0));
}

void StoreFile::count_events() {
  events_ = 0;
  for (const auto& [key, row] : streams_) events_ += row.last + 1 - row.first;
}

}  // namespace merlin::daemon
