#include "daemon/store/store_fault.hpp"

#include <cerrno>
#include <cstring>

namespace merlin::daemon {
namespace {

constexpr int kPrimaryMask = 0xFF;

// Our statements are constant: if sqlite finds an error in one, or two rows with one key, the tables are not ours.
bool is_damage(const sqlite::Failure& failure) {
  const int primary = failure.code & kPrimaryMask;
  const auto is = [primary](int code) { return primary == code; };
  if (is(SQLITE_CORRUPT) || is(SQLITE_NOTADB) || is(SQLITE_FORMAT) || failure.code == SQLITE_IOERR_SHORT_READ) return true;
  return is(SQLITE_ERROR) || is(SQLITE_CONSTRAINT) || is(SQLITE_MISMATCH) || is(SQLITE_RANGE);
}

bool lacks_room(const sqlite::Failure& failure) {
  return (failure.code & kPrimaryMask) == SQLITE_FULL || failure.system_error == ENOSPC || failure.system_error == EDQUOT;
}

bool lacks_rights(const sqlite::Failure& failure) {
  const int error = failure.system_error;
  const int primary = failure.code & kPrimaryMask;
  return primary == SQLITE_READONLY || primary == SQLITE_PERM || error == EACCES || error == EPERM || error == EROFS;
}

// sqlite's message if the system has none.
std::string cause(const sqlite::Failure& failure) {
  return failure.system_error != 0 ? failure.text + " (" + std::strerror(failure.system_error) + ")" : failure.text;
}

}  // namespace

StoreFault fault_of(const sqlite::Failure& failure, const std::string& path) {
  if (is_damage(failure)) return {true, {"it is damaged: " + failure.text, path, ""}};
  if (lacks_room(failure)) return {false, {std::strerror(ENOSPC), path, "make room on its disk"}};
  if (lacks_rights(failure)) {
    return {false, {"it cannot be written: " + cause(failure), path, "make it and its folder writable for the user of merlind"}};
  }
  const int primary = failure.code & kPrimaryMask;
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    return {false, {"another process has locked it", path, "end that process; fuser " + path + " shows it"}};
  }
  if (primary == SQLITE_CANTOPEN)
    return {false, {"it cannot be opened: " + cause(failure), path, "create its folder for the user of merlind"}};
  if (primary == SQLITE_IOERR) return {false, {"its disk fails: " + cause(failure), path, "check the disk; dmesg may show more"}};
  return {false, {cause(failure), path, ""}};
}

}  // namespace merlin::daemon
