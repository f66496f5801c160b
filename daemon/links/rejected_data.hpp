// Data that was rejected since the start, by source, for the log, the status and its problems. Bounded, whatever arrives.
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::daemon {

// Sources of data: another node by its id, this node's module, or its store.
struct DataSource {
  enum class Kind : std::uint8_t { module, store, peer };
  Kind kind = Kind::module;
  NodeId node;  // of a peer

  auto operator<=>(const DataSource&) const = default;
};

struct RejectedFrom {
  wire::Rejects all;
  std::string last;  // what was wrong with the last one, and its object
  WallTime last_time{};
};

class RejectedData {
 public:
  static constexpr std::size_t kMaxSources = 256;
  static constexpr Millis kLogPause{60'000};

  // `object`: the name of the object of the data; empty: none. Returns how many were rejected since the last log line if another line is
  // due: at most one per minute for each source.
  std::optional<std::uint64_t> note(const DataSource& source, const wire::Rejects& rejects, const std::string& object, Now now);

  const std::map<DataSource, RejectedFrom>& sources() const { return sources_; }

 private:
  struct Logged {
    SteadyTime at{};
    std::uint64_t total = 0;
  };
  std::map<DataSource, RejectedFrom> sources_;
  std::map<DataSource, Logged> logged_;
};

// Messages in the name of another node: honest nodes send some for a moment when links come and go. They are counted, and no problem.
bool is_of_routes_alone(const wire::Rejects& rejects);

// For the log.
std::string rejected_line(const std::string& source_name, const RejectedFrom& from, std::uint64_t since_last_line);
// "text_too_long 3, time 1"
std::string reasons_text(const wire::Rejects& rejects);

}  // namespace merlin::daemon
