// The state of the store at one moment. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::daemon {

struct StoreStatus {
  enum class State { opening, well, failing, hanging, closed };

  State state = State::opening;
  std::string path;
  std::uint64_t epoch = 0;  // random, created with the store; 0: never opened
  std::size_t rows = 0;     // on disk
  std::size_t forwards = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::size_t pending = 0;  // rows and results that are not on disk yet
  std::size_t pending_bytes = 0;
  std::uint64_t left_out = 0;  // dropped because there was no room while the disk failed
  Millis busy_for{0};          // duration of the running write
  std::optional<Error> fault;  // reason of the current failure
  std::string last_error;      // also of a failure that is over; empty: there was none
  std::string set_aside;       // new name of a damaged file; empty: none, or it no longer exists
};

}  // namespace merlin::daemon
