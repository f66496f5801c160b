// Owners for sqlite's C interface: a connection, a prepared statement, a transaction. One thread at a time; every call can block for the
// disk. Unsigned 64-bit numbers are stored with the same 64 bits, which sqlite shows as signed.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace merlin::daemon::sqlite {

// The last error of sqlite, and of the system below it.
struct Failure {
  int code = SQLITE_OK;  // extended
  int system_error = 0;  // errno, if there is one
  std::string text;
};

// Must be destroyed before the connection.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  Statement& bind(int place, std::uint64_t number);
  Statement& bind(int place, std::int64_t number);
  // Not copied: must live until the step is done.
  Statement& bind(int place, std::string_view bytes);

  // SQLITE_ROW, SQLITE_DONE, or an error.
  int step() { return sqlite3_step(handle_.get()); }
  // Executes a statement without a result; it can be executed again with other values. False: it failed.
  bool run();

  std::uint64_t number(int column) const;
  std::int64_t signed_number(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  // Valid until the next step.
  std::string_view bytes(int column) const;

 private:
  struct Close {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Close> handle_;
};

class Database {
 public:
  // Whether to keep waiting for another process's lock; called every few milliseconds.
  using BusyHandler = int (*)(void*, int);

  // `flags` are those of sqlite3_open_v2. Check failure() before anything else.
  Database(const std::string& path, int flags);

  void on_busy(BusyHandler handler, void* argument) { sqlite3_busy_handler(handle_.get(), handler, argument); }
  bool run(const std::string& sql);
  // A statement that sqlite rejects fails at its first step.
  Statement prepare(std::string_view sql);
  // The first column of the first row; empty if there is none.
  std::string answer(std::string_view sql);
  std::optional<std::int64_t> number(std::string_view sql);

  bool is_open() const { return sqlite3_errcode(handle_.get()) == SQLITE_OK; }
  Failure failure() const;
  // The number of rows that the last statement changed.
  std::uint64_t changed() const { return static_cast<std::uint64_t>(sqlite3_changes64(handle_.get())); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database), begun_(database.run("BEGIN IMMEDIATE")) {}
  Transaction(const Transaction&) = delete;
  ~Transaction();

  bool begun() const { return begun_; }
  bool commit() { return database_.run("COMMIT"); }

 private:
  Database& database_;
  bool begun_;
};

}  // namespace merlin::daemon::sqlite
