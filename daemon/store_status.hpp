// How the store is, at one moment. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace merlin::daemon {

struct StoreStatus {
  enum class State { opening, well, failing, hanging, closed };

  State state = State::opening;
  std::string path;
  std::uint64_t epoch = 0;  // random, made with the store; 0: never opened
  std::size_t rows = 0;     // on disk
  std::size_t forwards = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::size_t pending = 0;  // rows and results not on disk
  std::size_t pending_bytes = 0;
  std::uint64_t left_out = 0;  // for want of room while the disk failed
  Millis busy_for{0};          // the write under way
  std::optional<Error> fault;  // why it is failing
  std::string last_error;      // also of a fault that is over; empty: there was none
  std::string set_aside;       // what became of a damaged file; empty: none, or it is gone
};

}  // namespace merlin::daemon
