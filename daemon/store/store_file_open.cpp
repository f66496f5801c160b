// The store's file: opening, checking, creating, setting aside, upgrading.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include "daemon/process/clocks.hpp"
#include "daemon/process/random_number.hpp"
#include "daemon/store/store_fault.hpp"
#include "daemon/store/store_file.hpp"
#include "shared/base/hash.hpp"
#include "shared/net/fd.hpp"

namespace merlin::daemon {
namespace {

// The statements that convert version N to N + 1. Those of a published version never change.
constexpr std::array<const char*, StoreFile::kVersion> kSteps = {
    "CREATE TABLE rows (object_host INTEGER NOT NULL, object_service INTEGER NOT NULL, kind INTEGER NOT NULL, item INTEGER NOT NULL,"
    " rank INTEGER NOT NULL, term INTEGER NOT NULL, side INTEGER NOT NULL, hlc INTEGER NOT NULL, writer BLOB NOT NULL,"
    " base_ms INTEGER NOT NULL, value BLOB NOT NULL, checksum INTEGER NOT NULL,"
    " PRIMARY KEY (object_host, object_service, kind, item)) WITHOUT ROWID;"
    "CREATE TABLE forwards (taker BLOB NOT NULL, taker_instance INTEGER NOT NULL, number INTEGER NOT NULL, message BLOB NOT NULL,"
    " checksum INTEGER NOT NULL, PRIMARY KEY (taker, taker_instance, number)) WITHOUT ROWID;"
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;",
    "CREATE TABLE streams (id INTEGER PRIMARY KEY, node BLOB NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, checksum INTEGER NOT NULL, UNIQUE (node, epoch));"
    "CREATE TABLE events (arrival INTEGER PRIMARY KEY, stream INTEGER NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, host BLOB NOT NULL, service BLOB NOT NULL, content BLOB NOT NULL, checksum INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX events_number ON events (stream, number);"
    "CREATE INDEX events_time ON events (time);"};

constexpr mode_t kStoreMode = 0600;
constexpr int kMaxNames = 100;
constexpr std::string_view kEpoch = "epoch";
constexpr std::string_view kMachine = "machine";
constexpr std::string_view kWritten = "written_ms";  // wall clock
constexpr std::string_view kAlertClock = "alert_clock";
constexpr std::array<const char*, 4> kParts = {"", "-wal", "-shm", "-journal"};

bool exists(const std::string& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0;
}

// A name that does not exist yet.
std::string name_aside(const std::string& path, WallTime wall) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(wall.time_since_epoch()).count();
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "%Y%m%d-%H%M%S", &parts);
  const std::string name = fmt::format("{}.corrupt-{}", path, stamp.data());
  std::string free = name;
  for (int number = 2; exists(free) && number < kMaxNames; ++number) free = fmt::format("{}-{}", name, number);
  return free;
}

void sync_folder_of(const std::string& path) {
  const net::Fd folder(::open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) static_cast<void>(::fsync(folder.get()));
}

std::uint64_t checksum_of_meta(std::string_view key, std::string_view value) { return hash64(value, hash64(key)); }

StoreFault system_fault(const std::string& what, const std::string& path) {
  sqlite::Failure failure;
  failure.code = SQLITE_CANTOPEN;
  failure.system_error = errno;
  failure.text = what;
  return fault_of(failure, path);
}

}  // namespace

void StoreFile::close() { database_.reset(); }

OpenedStore StoreFile::open(bool distrusted) {
  OpenedStore opened;
  Fault fault;
  const bool is_new = !exists(place_.path) && !exists(place_.path + "-wal");
  if (is_new) {
    fault = create();
    opened.begun_anew = true;
    if (!fault) opened.said.push_back({LogLevel::info, "no store yet: " + place_.path + " is new"});
  }
  if (!fault) fault = read_existing(opened);
  if (!fault && distrusted && !is_new) fault = StoreFault{true, {"it is damaged", place_.path, ""}};
  if (fault && fault->is_damaged) fault = begin_anew(opened, *fault);
  if (!fault) {
    forget_empty_streams();
    opened.held.streams = streams();
    opened.rejects = rejects_;
    return opened;
  }
  close();
  opened.held = {};
  opened.fault = std::move(fault);
  return opened;
}

StoreFile::Fault StoreFile::reopen() {
  if (!exists(place_.path)) return StoreFault{true, {"it is missing", place_.path, ""}};
  Fault fault = connect();
  if (!fault) fault = count();
  if (!fault) fault = read_streams();
  if (fault) close();
  return fault;
}

StoreFile::Fault StoreFile::connect() {
  struct stat about {};
  if (::stat(place_.path.c_str(), &about) != 0) {
    if (errno == ENOENT) return StoreFault{true, {"it is missing, but not its other files", place_.path, ""}};
    return system_fault("no access", place_.path);
  }
  if (!S_ISREG(about.st_mode)) return StoreFault{true, {"it is not a file", place_.path, ""}};
  if (about.st_size == 0) return StoreFault{true, {"it is damaged: it is empty", place_.path, ""}};
  inode_ = about.st_ino;
  close_to_others();
  database_.emplace(place_.path, SQLITE_OPEN_READWRITE);
  if (!database_->is_open()) return failed();
  database_->on_busy(&StoreFile::go_on_waiting, this);
  if (!database_->run(
          "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216"))
    return failed();
  // Reads the file for the first time.
  const std::optional<std::int64_t> application = database_->number("PRAGMA application_id");
  if (!application) return failed();
  if (*application != kApplication) return StoreFault{true, {"it is not a store of merlind", place_.path, ""}};
  const std::optional<std::int64_t> version = database_->number("PRAGMA user_version");
  if (!version) return failed();
  if (*version < 1 || *version > kVersion)
    return StoreFault{true, {fmt::format("its version is {}, this merlind reads up to {}", *version, kVersion), place_.path, ""}};
  return migrate();
}

// Earlier versions created it readable for the core's group. Rights are only taken away: a store that its owner may not read is
// reported. If a mode cannot be set, the store works nevertheless.
void StoreFile::close_to_others() const {
  for (const char* part : kParts) {
    const std::string path = place_.path + part;
    struct stat about {};
    if (::lstat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode)) static_cast<void>(::chmod(path.c_str(), about.st_mode & kStoreMode));
  }
}

// Everything that can be read reliably is read, even if something is damaged.
StoreFile::Fault StoreFile::read_existing(OpenedStore& opened) {
  if (Fault fault = connect()) return fault;
  Fault worst = check_whole();
  for (Fault fault : {read_meta(opened.held, opened.said), read_rows(opened.held, opened.said), read_forwards(opened.held, opened.said),
                      read_streams()}) {
    if (!worst) worst = std::move(fault);
  }
  if (!worst) remove_rejected(opened.said);
  return worst;
}

StoreFile::Fault StoreFile::check_whole() {
  const std::string verdict = database_->answer("PRAGMA quick_check(1)");
  if (verdict == "ok") return std::nullopt;
  if (verdict.empty()) return failed();
  return StoreFault{true, {"it is damaged: " + verdict.substr(verdict.rfind('\n') + 1), place_.path, ""}};
}

StoreFile::Fault StoreFile::migrate() {
  const std::int64_t from = database_->number("PRAGMA user_version").value_or(0);
  if (from == kVersion) return std::nullopt;
  sqlite::Transaction transaction(*database_);
  if (!transaction.begun()) return failed();
  for (auto version = static_cast<std::size_t>(from); version < kVersion; ++version) {
    if (!database_->run(kSteps.at(version))) return failed();
  }
  if (!database_->run(fmt::format("PRAGMA user_version = {}; PRAGMA application_id = {}", kVersion, kApplication))) return failed();
  if (!transaction.commit()) return failed();
  return std::nullopt;
}

// Created beside its final path first: a store with its final name is complete.
StoreFile::Fault StoreFile::create() {
  const std::string path = place_.path + ".new";
  for (const char* part : kParts) ::unlink((path + part).c_str());
  database_.emplace(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!database_->is_open() || !database_->run("PRAGMA synchronous = FULL")) return failed();
  if (Fault fault = migrate()) return fault;
  epoch_ = random_number();
  if (Fault fault = put_meta(kEpoch, std::to_string(epoch_))) return fault;
  if (Fault fault = put_meta(kMachine, place_.machine)) return fault;
  if (database_->answer("PRAGMA journal_mode = WAL") != "wal") return failed();
  if (::chmod(path.c_str(), kStoreMode) != 0) return system_fault("its mode cannot be set", path);
  close();
  if (::rename(path.c_str(), place_.path.c_str()) != 0) return system_fault("it cannot be renamed to its final name", place_.path);
  sync_folder_of(place_.path);
  return std::nullopt;
}

StoreFile::Fault StoreFile::begin_anew(OpenedStore& opened, const StoreFault& why) {
  close();
  opened.begun_anew = true;
  opened.set_aside = name_aside(place_.path, read_clocks().wall);
  // The main file first: its other files alone are never regarded as a valid store.
  for (const char* part : kParts) {
    if (!exists(place_.path + part)) continue;
    if (::rename((place_.path + part).c_str(), (opened.set_aside + part).c_str()) != 0)
      return system_fault("it is damaged and cannot be renamed", place_.path);
  }
  sync_folder_of(place_.path);
  opened.said.push_back(
      {LogLevel::error, fmt::format("the store {}: {}; it is kept as {}, and a new one starts with {} rows and {} forwarded results "
                                    "of it; the other nodes fill it",
                                    place_.path, why.error.what, opened.set_aside, opened.held.rows.size(), opened.held.kept.size())});
  if (Fault fault = create()) return fault;
  if (Fault fault = connect()) return fault;
  rows_ = forwards_ = events_ = 0;
  streams_.clear();
  // Other nodes have the events.
  if (Fault fault = put_alert_clock(opened.held.alert_clock)) return fault;
  StoreBatch rescued;
  cluster::Save content;
  content.rows = opened.held.rows;
  content.kept = opened.held.kept;
  rescued.add(std::move(content), SIZE_MAX);
  return write(rescued);
}

StoreFile::Fault StoreFile::put_meta(std::string_view key, std::string_view value) {
  sqlite::Statement put = database_->prepare("INSERT OR REPLACE INTO meta VALUES (CAST(?1 AS TEXT), ?2, ?3)");
  if (!put.bind(1, key).bind(2, value).bind(3, checksum_of_meta(key, value)).run()) return failed();
  return std::nullopt;
}

// So that the next start knows how long this node was away.
StoreFile::Fault StoreFile::put_written() { return put_meta(kWritten, std::to_string(read_clocks().wall.time_since_epoch().count())); }

StoreFile::Fault StoreFile::put_alert_clock(std::uint64_t clock) { return put_meta(kAlertClock, std::to_string(clock)); }

StoreFile::Fault StoreFile::read_meta(cluster::Stored& held, std::vector<StoreLine>& said) {
  std::string epoch;
  std::string machine;
  sqlite::Statement select = database_->prepare("SELECT key, value, checksum FROM meta");
  int step = SQLITE_ROW;
  while ((step = select.step()) == SQLITE_ROW) {
    const std::string key(select.bytes(0));
    const std::string value(select.bytes(1));
    if (checksum_of_meta(key, value) != select.number(2)) return StoreFault{true, {"its header is damaged", place_.path, ""}};
    if (key == kEpoch) epoch = value;
    if (key == kMachine) machine = value;
    if (key == kWritten) held.saved_ms = std::strtoll(value.c_str(), nullptr, 10);
    if (key == kAlertClock) held.alert_clock = std::strtoull(value.c_str(), nullptr, 10);
  }
  if (step != SQLITE_DONE) return failed();
  epoch_ = std::strtoull(epoch.c_str(), nullptr, 10);
  if (epoch_ == 0) return StoreFault{true, {"it is damaged: it has no epoch", place_.path, ""}};
  if (place_.machine.empty() || place_.machine == machine) return std::nullopt;
  if (!machine.empty()) {
    epoch_ = random_number();
    said.push_back(
        {LogLevel::warning, fmt::format("{} was created on another machine: continuing as a new store of this machine", place_.path)});
    if (Fault fault = put_meta(kEpoch, std::to_string(epoch_))) return fault;
  }
  return put_meta(kMachine, place_.machine);
}

StoreFile::Fault StoreFile::count() {
  sqlite::Statement rows = database_->prepare("SELECT (SELECT count(*) FROM rows), (SELECT count(*) FROM forwards)");
  if (rows.step() != SQLITE_ROW) return failed();
  rows_ = rows.number(0);
  forwards_ = rows.number(1);
  return std::nullopt;
}

int StoreFile::go_on_waiting(void* self, int) {
  constexpr useconds_t pause_us = 10'000;
  const auto& patience = static_cast<StoreFile*>(self)->patience_;
  if (!patience || !patience()) return 0;
  ::usleep(pause_us);
  return 1;
}

}  // namespace merlin::daemon
