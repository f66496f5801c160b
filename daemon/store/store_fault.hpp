// Errors of sqlite as messages for people, with their fix. Pure.
#pragma once

#include <string>

#include "daemon/store/sqlite.hpp"
#include "daemon/store/store_file.hpp"

namespace merlin::daemon {

StoreFault fault_of(const sqlite::Failure& failure, const std::string& path);

}  // namespace merlin::daemon
