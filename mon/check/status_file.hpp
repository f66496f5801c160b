// The core's status file: every host and service with data of its last check.
#pragma once

#include <functional>
#include <istream>
#include <string>

#include "shared/base/result.hpp"

namespace merlin::mon::check {

struct CheckedObject {
  bool is_service = false;
  std::string host;
  std::string service;
  bool is_active = false;  // active checks are enabled, and the core schedules it
  bool has_been_checked = false;
  double latency_s = 0;
  double execution_s = 0;
  std::int64_t next_check = 0;  // seconds since 1970; 0: none is planned
};

// Calls use() for each object in the order of the file. Returns the time at which the core wrote the file (seconds since 1970; 0: not
// stated). Unknown contents are skipped.
std::int64_t read_status(std::istream& file, const std::function<void(const CheckedObject&)>& use);

}  // namespace merlin::mon::check
