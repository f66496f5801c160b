// What sqlite says, in a person's words and with what to do about it. Pure.
#pragma once

#include <string>

#include "sqlite.hpp"
#include "store_file.hpp"

namespace merlin::daemon {

StoreFault fault_of(const sqlite::Failure& failure, const std::string& path);

}  // namespace merlin::daemon
