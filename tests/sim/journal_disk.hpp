// The events in a daemon's store, as written to its disk.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "shared/cluster/interface/actions.hpp"

namespace merlin::sim {

class JournalDisk {
 public:
  struct Stream {
    std::uint64_t first = 1;
    std::uint64_t last = 0;
    std::map<std::uint64_t, wire::Event> events;
  };

  void write(const cluster::Save& save) {
    if (save.without_events) streams_.clear();
    for (const cluster::EventRun& run : save.events) write(run);
  }

  void read_into(cluster::Stored& stored) const {
    for (const auto& [key, stream] : streams_) stored.streams.push_back({key.node, key.epoch, stream.first, stream.last});
    stored.alert_clock = alert_clock_;
  }

  cluster::EventsRead read(const cluster::ReadEvents& asked) const {
    cluster::EventsRead read{asked.asker, asked.stream, 0, asked.first, {}};
    const auto stream = streams_.find(asked.stream);
    if (stream == streams_.end()) return read;
    read.kept_from = stream->second.first;
    for (std::uint64_t number = asked.first; number <= asked.last; ++number) {
      const auto event = stream->second.events.find(number);
      if (event == stream->second.events.end()) break;
      read.events.push_back(event->second);
    }
    return read;
  }

  // The oldest events up to this one exceed the retention time.
  void remove_before(const cluster::StreamKey& key, std::uint64_t first) {
    Stream& stream = streams_[key];
    stream.events.erase(stream.events.begin(), stream.events.lower_bound(first));
    stream.first = std::min(first, stream.last + 1);
  }

  const std::map<cluster::StreamKey, Stream>& streams() const { return streams_; }

 private:
  void write(const cluster::EventRun& run) {
    Stream& stream = streams_[run.stream];
    if (run.first > stream.last + 1 && !run.after_gap) return;
    stream.events.erase(stream.events.lower_bound(run.first), stream.events.end());
    if (run.first > stream.last + 1) {
      stream.events.clear();
      stream.first = run.first;
    }
    std::uint64_t number = run.first;
    for (const wire::Event& event : run.events) stream.events[number++] = event;
    stream.last = number - 1;
    if (run.alert_clock != 0) alert_clock_ = run.alert_clock;
  }

  std::map<cluster::StreamKey, Stream> streams_;
  std::uint64_t alert_clock_ = 0;
};

}  // namespace merlin::sim
