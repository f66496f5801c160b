// Queries for events in the store, and their results. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/cluster/interface/actions.hpp"

namespace merlin::daemon {

struct EventQuery {
  std::optional<std::string> host;
  std::optional<std::string> service;
  std::optional<wire::EventKind> kind;
  std::int64_t since_ms = INT64_MIN;           // wall clock
  std::optional<std::uint64_t> after_arrival;  // only events that arrived here later, the first ones
  std::size_t limit = 0;                       // at most this many: the newest ones, without after_arrival
};

struct FoundEvent {
  cluster::StreamKey stream;
  std::uint64_t number = 0;
  wire::Event event;
};

struct FoundEvents {
  std::vector<FoundEvent> events;  // sorted by time, then node, epoch and number: the same on every node
  std::uint64_t arrival = 0;       // of the newest event in the store, or with `more` of the last one found
  std::uint64_t store = 0;         // the epoch of the store, within which arrivals are valid
  bool more = false;               // older matching events were omitted
  std::optional<Error> error;      // if set, nothing was found
};

}  // namespace merlin::daemon
