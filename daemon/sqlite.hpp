// sqlite's C interface with owners: a connection, a prepared statement, a transaction. One thread at a time; every call
// may block for the disk. Numbers of 64 bits without a sign are stored as the same 64 bits, which sqlite shows signed.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace merlin::daemon::sqlite {

// What sqlite said last, and what the system said to sqlite.
struct Failure {
  int code = SQLITE_OK;  // extended
  int system_error = 0;  // errno, where there is one
  std::string text;
};

// Ends before the connection does.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  Statement& bind(int place, std::uint64_t number);
  Statement& bind(int place, std::int64_t number);
  // Not copied: must live until the step is done.
  Statement& bind(int place, std::string_view bytes);

  // SQLITE_ROW, SQLITE_DONE, or an error.
  int step() { return sqlite3_step(handle_.get()); }
  // One that answers nothing, and again with other values next time. Whether it went well.
  bool run();

  std::uint64_t number(int column) const;
  std::int64_t signed_number(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  // Until the next step.
  std::string_view bytes(int column) const;

 private:
  struct Close {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Close> handle_;
};

class Database {
 public:
  // Whether to go on waiting for another process's lock; asked every few milliseconds.
  using BusyHandler = int (*)(void*, int);

  // `flags` are those of sqlite3_open_v2. Look at failure() before anything else.
  Database(const std::string& path, int flags);

  void on_busy(BusyHandler handler, void* argument) { sqlite3_busy_handler(handle_.get(), handler, argument); }
  bool run(const std::string& sql);
  // A statement that sqlite does not take is one that fails at its first step.
  Statement prepare(std::string_view sql);
  // The first column of the first row; empty when there is none.
  std::string answer(std::string_view sql);
  std::optional<std::int64_t> number(std::string_view sql);

  bool is_open() const { return sqlite3_errcode(handle_.get()) == SQLITE_OK; }
  Failure failure() const;
  // Rows that the last statement changed.
  std::uint64_t changed() const { return static_cast<std::uint64_t>(sqlite3_changes64(handle_.get())); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// Rolled back unless it was committed.
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
