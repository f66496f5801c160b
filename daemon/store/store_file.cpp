// The store's file: reading and writing its contents.
#include "daemon/store/store_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <tuple>
#include <utility>

#include "daemon/store/store_content.hpp"
#include "daemon/store/store_fault.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::daemon {
namespace {

constexpr std::string_view kSelectRows =
    "SELECT object_host, object_service, kind, item, rank, term, side, hlc, writer, base_ms, value, checksum FROM rows";
constexpr std::string_view kUpdateRow =
    "UPDATE rows SET rank = ?5, term = ?6, side = ?7, hlc = ?8, writer = ?9, base_ms = ?10, value = ?11, checksum = ?12 "
    "WHERE object_host = ?1 AND object_service = ?2 AND kind = ?3 AND item = ?4";
constexpr std::string_view kInsertRow = "INSERT INTO rows VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
constexpr std::string_view kDeleteRow = "DELETE FROM rows WHERE object_host = ?1 AND object_service = ?2 AND kind = ?3 AND item = ?4";
constexpr std::string_view kSelectForwards =
    "SELECT taker, taker_instance, number, message, checksum FROM forwards ORDER BY taker, taker_instance, number";
constexpr std::string_view kInsertForward = "INSERT INTO forwards VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr std::string_view kDeleteForward = "DELETE FROM forwards WHERE taker = ?1 AND taker_instance = ?2 AND number = ?3";

constexpr std::size_t kRowsExpected = 1024;

void bind_key(sqlite::Statement& statement, const cluster::RegisterKey& key) {
  statement.bind(1, key.object.host)
      .bind(2, key.object.service)
      .bind(3, std::uint64_t{static_cast<std::uint8_t>(key.kind)})
      .bind(4, key.item);
}

void bind_row(sqlite::Statement& statement, const wire::Register& row) {
  bind_key(statement, cluster::key_of(row));
  statement.bind(5, row.rank).bind(6, row.version.term).bind(7, std::uint64_t{row.version.side}).bind(8, row.version.hlc);
  statement.bind(9, row.version.writer.view()).bind(10, row.base_ms).bind(11, std::string_view(row.value)).bind(12, checksum_of(row));
}

// Without a writer if it is not a node id: then the checksum does not match either.
wire::Register row_of(const sqlite::Statement& statement) {
  wire::Register row;
  row.object = {statement.number(0), statement.number(1)};
  row.kind = static_cast<wire::RegisterKind>(statement.number(2));
  row.item = statement.number(3);
  row.rank = statement.number(4);
  row.version = {statement.number(5), static_cast<std::uint32_t>(statement.number(6)), statement.number(7),
                 NodeId::from_bytes(statement.bytes(8)).value_or(NodeId{})};
  row.base_ms = statement.signed_number(9);
  row.value = statement.bytes(10);
  return row;
}

// In the order of the file: neighbours share a page, which is written once.
std::vector<const StoreBatch::Rows::value_type*> in_order(const StoreBatch::Rows& rows) {
  std::vector<const StoreBatch::Rows::value_type*> ordered;
  ordered.reserve(rows.size());
  for (const auto& row : rows) ordered.push_back(&row);
  const auto place = [](const auto* row) {
    const cluster::RegisterKey& key = row->first;
    return std::tuple(std::bit_cast<std::int64_t>(key.object.host), std::bit_cast<std::int64_t>(key.object.service), key.kind, key.item);
  };
  std::sort(ordered.begin(), ordered.end(), [&](const auto* a, const auto* b) { return place(a) < place(b); });
  return ordered;
}

std::string damaged_entries(std::size_t count, std::string_view what) {
  return fmt::format("it is damaged: the checksum of {} {} is wrong", count, what);
}

// Entries of another version that this merlind cannot read are kept; entries that no merlind may have are removed.
enum class Judged { good, unreadable, rejected };

template <class Content>
Judged judge(Content& content, wire::Rejects& all) {
  wire::Rejects rejects;
  if (wire::validate(content, rejects)) return Judged::good;
  if (rejects.count(wire::RejectReason::unreadable) > 0) return Judged::unreadable;
  all.add(rejects);
  return Judged::rejected;
}

}  // namespace

// On a full disk they stay, and are rejected again at the next start.
void StoreFile::remove_rejected(std::vector<StoreLine>& said) {
  if (rejected_rows_.empty() && rejected_forwards_.empty()) return;
  said.push_back({LogLevel::warning, fmt::format("{}: {} rows and {} forwarded results are rejected and removed", place_.path,
                                                 rejected_rows_.size(), rejected_forwards_.size())});
  sqlite::Transaction transaction(*database_);
  if (!transaction.begun()) return;
  sqlite::Statement erase_row = database_->prepare(kDeleteRow);
  for (const cluster::RegisterKey& key : std::exchange(rejected_rows_, {})) {
    bind_key(erase_row, key);
    if (!erase_row.run()) return;
  }
  sqlite::Statement erase_forward = database_->prepare(kDeleteForward);
  for (const wire::ForwardedAck& forward : std::exchange(rejected_forwards_, {})) {
    erase_forward.bind(1, forward.taker.view()).bind(2, forward.taker_instance).bind(3, forward.number);
    if (!erase_forward.run()) return;
  }
  static_cast<void>(transaction.commit());
}

StoreFile::Fault StoreFile::read_rows(cluster::Stored& held, std::vector<StoreLine>& said) {
  std::size_t damaged = 0;
  std::size_t unreadable = 0;
  held.rows.reserve(kRowsExpected);
  sqlite::Statement select = database_->prepare(kSelectRows);
  int step = SQLITE_ROW;
  while ((step = select.step()) == SQLITE_ROW) {
    wire::Register row = row_of(select);
    if (checksum_of(row) != select.number(11)) {
      ++damaged;
      continue;
    }
    switch (judge(row, rejects_)) {
      case Judged::good:
        held.rows.push_back(std::move(row));
        break;
      case Judged::unreadable:
        ++unreadable;
        break;
      case Judged::rejected:
        rejected_rows_.push_back(cluster::key_of(row));
        break;
    }
  }
  rows_ = held.rows.size() + unreadable;
  if (unreadable > 0) {
    said.push_back(
        {LogLevel::warning, fmt::format("{}: {} rows are ignored: this merlind cannot read their content", place_.path, unreadable)});
  }
  if (step != SQLITE_DONE) return failed();
  if (damaged > 0) return StoreFault{true, {damaged_entries(damaged, "rows"), place_.path, ""}};
  return std::nullopt;
}

StoreFile::Fault StoreFile::read_forwards(cluster::Stored& held, std::vector<StoreLine>& said) {
  std::size_t damaged = 0;
  std::size_t unreadable = 0;
  sqlite::Statement select = database_->prepare(kSelectForwards);
  int step = SQLITE_ROW;
  while ((step = select.step()) == SQLITE_ROW) {
    wire::ForwardedResult key;
    key.taker = NodeId::from_bytes(select.bytes(0)).value_or(NodeId{});
    key.taker_instance = select.number(1);
    key.number = select.number(2);
    Result<wire::ForwardedResult> forward = wire::decode<wire::ForwardedResult>(select.bytes(3));
    if (checksum_of(key, select.bytes(3)) != select.number(4)) {
      ++damaged;
    } else if (!forward) {
      ++unreadable;
    } else if (judge(*forward, rejects_) != Judged::good) {
      rejected_forwards_.push_back({key.taker, key.taker_instance, key.number});
    } else {
      held.kept.push_back(std::move(*forward));
    }
  }
  forwards_ = held.kept.size() + unreadable;
  if (unreadable > 0) {
    said.push_back({LogLevel::warning,
                    fmt::format("{}: {} forwarded results are ignored: this merlind cannot read their content", place_.path, unreadable)});
  }
  if (step != SQLITE_DONE) return failed();
  if (damaged > 0) return StoreFault{true, {damaged_entries(damaged, "forwarded results"), place_.path, ""}};
  return std::nullopt;
}

std::optional<StoreFault> StoreFile::write(const StoreBatch& batch) {
  const std::size_t rows = rows_;
  const std::size_t forwards = forwards_;
  Fault fault = is_replaced() ? StoreFault{true, {"it was removed or replaced while merlind used it", place_.path, ""}} : put_all(batch);
  if (!fault) return std::nullopt;
  rows_ = rows;
  forwards_ = forwards;
  close();
  return fault;
}

StoreFile::Fault StoreFile::put_all(const StoreBatch& batch) {
  sqlite::Transaction transaction(*database_);
  if (!transaction.begun()) return failed();
  if (Fault fault = put_rows(batch.rows())) return fault;
  if (Fault fault = put_forwards(batch.forwards())) return fault;
  if (Fault fault = put_events(batch)) return fault;
  if (Fault fault = put_written()) return fault;
  if (!transaction.commit()) return failed();
  return std::nullopt;
}

// Updates first and inserts if there was no row, which counts the rows without looking them up.
StoreFile::Fault StoreFile::put_rows(const StoreBatch::Rows& rows) {
  if (rows.empty()) return std::nullopt;
  sqlite::Statement update = database_->prepare(kUpdateRow);
  sqlite::Statement insert = database_->prepare(kInsertRow);
  sqlite::Statement erase = database_->prepare(kDeleteRow);
  for (const StoreBatch::Rows::value_type* row : in_order(rows)) {
    const auto& [key, content] = *row;
    if (!content) {
      bind_key(erase, key);
      if (!erase.run()) return failed();
      rows_ -= database_->changed();
      continue;
    }
    bind_row(update, *content);
    if (!update.run()) return failed();
    if (database_->changed() > 0) continue;
    bind_row(insert, *content);
    if (!insert.run()) return failed();
    ++rows_;
  }
  return std::nullopt;
}

StoreFile::Fault StoreFile::put_forwards(const StoreBatch::Forwards& forwards) {
  if (forwards.empty()) return std::nullopt;
  sqlite::Statement insert = database_->prepare(kInsertForward);
  sqlite::Statement erase = database_->prepare(kDeleteForward);
  for (const auto& [key, content] : forwards) {
    erase.bind(1, key.taker.view()).bind(2, key.instance).bind(3, key.number);
    if (!erase.run()) return failed();
    forwards_ -= database_->changed();
    if (!content) continue;
    const std::string message = wire::encode(*content);
    insert.bind(1, key.taker.view()).bind(2, key.instance).bind(3, key.number);
    insert.bind(4, std::string_view(message)).bind(5, checksum_of(*content, message));
    if (!insert.run()) return failed();
    ++forwards_;
  }
  return std::nullopt;
}

std::uint64_t StoreFile::bytes() const {
  std::uint64_t sum = 0;
  for (const char* end : {"", "-wal", "-shm"}) {
    struct stat about {};
    if (::stat((place_.path + end).c_str(), &about) == 0) sum += static_cast<std::uint64_t>(about.st_size);
  }
  return sum;
}

bool StoreFile::is_replaced() const {
  struct stat about {};
  return ::stat(place_.path.c_str(), &about) != 0 || about.st_ino != inode_;
}

// sqlite's error is not specific if it cannot create the files that belong to the store.
StoreFault StoreFile::failed() const {
  sqlite::Failure failure = database_->failure();
  const std::string folder = place_.path.substr(0, place_.path.rfind('/') + 1);
  const bool cannot_open = (failure.code & 0xFF) == SQLITE_CANTOPEN;
  if (cannot_open && ::access(folder.c_str(), W_OK) != 0) failure.system_error = errno;
  return fault_of(failure, place_.path);
}

}  // namespace merlin::daemon
