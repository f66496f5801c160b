// The core's status file: every host and service with what its last check was like.
#pragma once

#include <functional>
#include <istream>
#include <string>

#include "base/result.hpp"

namespace merlin::mon::check {

struct CheckedObject {
  bool is_service = false;
  std::string host;
  std::string service;
  bool is_active = false;  // active checks are on, and the core schedules it
  bool has_been_checked = false;
  double latency_s = 0;
  double execution_s = 0;
  std::int64_t next_check = 0;  // seconds since 1970; 0: none is planned
};

// Calls use() for each, in the order of the file; returns when the core wrote it (seconds since 1970; 0: it does not
// say). What is not understood is skipped.
std::int64_t read_status(std::istream& file, const std::function<void(const CheckedObject&)>& use);

}  // namespace merlin::mon::check
