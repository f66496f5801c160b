#include "daemon/store/sqlite.hpp"

#include <bit>

namespace merlin::daemon::sqlite {

Statement& Statement::bind(int place, std::uint64_t number) { return bind(place, std::bit_cast<std::int64_t>(number)); }

Statement& Statement::bind(int place, std::int64_t number) {
  sqlite3_bind_int64(handle_.get(), place, number);
  return *this;
}

Statement& Statement::bind(int place, std::string_view bytes) {
  // A null pointer would be stored as NULL and not as an empty value.
  sqlite3_bind_blob64(handle_.get(), place, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

bool Statement::run() {
  const bool done = step() == SQLITE_DONE;
  // Returns the same error again, which the connection then keeps.
  sqlite3_reset(handle_.get());
  return done;
}

std::uint64_t Statement::number(int column) const { return std::bit_cast<std::uint64_t>(signed_number(column)); }

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return data == nullptr ? std::string_view{} : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

Database::Database(const std::string& path, int flags) {
  sqlite3* handle = nullptr;
  sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  handle_.reset(handle);
}

bool Database::run(const std::string& sql) { return sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK; }

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), 0, &made, nullptr);
  return Statement(made);
}

std::string Database::answer(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.step() == SQLITE_ROW ? std::string(statement.bytes(0)) : std::string();
}

std::optional<std::int64_t> Database::number(std::string_view sql) {
  Statement statement = prepare(sql);
  if (statement.step() != SQLITE_ROW) return std::nullopt;
  return statement.signed_number(0);
}

Failure Database::failure() const {
  return {sqlite3_extended_errcode(handle_.get()), sqlite3_system_errno(handle_.get()), sqlite3_errmsg(handle_.get())};
}

Transaction::~Transaction() {
  if (database_.in_transaction()) database_.run("ROLLBACK");
}

}  // namespace merlin::daemon::sqlite
