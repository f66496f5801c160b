// What is asked of the events in the store, and what is found. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/node.hpp"

namespace merlin::daemon {

struct EventQuery {
  std::optional<std::string> host;
  std::optional<std::string> service;
  std::optional<wire::EventKind> kind;
  std::int64_t since_ms = INT64_MIN;  // wall clock
  std::uint64_t after_arrival = 0;    // only what came to this store later
  std::size_t limit = 0;              // the newest so many
};

struct FoundEvent {
  cluster::StreamKey stream;
  std::uint64_t number = 0;
  wire::Event event;
};

struct FoundEvents {
  std::vector<FoundEvent> events;  // by time, then node, epoch and number: the same on every node
  std::uint64_t arrival = 0;       // of the newest in the store
  bool more = false;               // older ones were left out
  std::optional<Error> error;      // then nothing was found
};

}  // namespace merlin::daemon
