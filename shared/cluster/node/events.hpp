// What has happened since the last settle(), which computes the consequences. Each handler ends by adding these.
#pragma once

#include <cstdint>

namespace merlin::cluster {

enum class Event : std::uint8_t {
  own_state,         // something in our heartbeat has changed: it is sent at once
  candidates,        // something has changed that affects ownership
  missed_heartbeat,  // a node misses heartbeats of another node that we hear: ours is sent soon
  results,           // a result may be forwarded now
};

class Events {
 public:
  void add(Event event) { happened_ |= bit(event); }
  bool has(Event event) const { return (happened_ & bit(event)) != 0; }
  // True: it has happened since the last call.
  bool take(Event event) {
    const bool had = has(event);
    happened_ &= ~bit(event);
    return had;
  }

 private:
  static constexpr unsigned bit(Event event) { return 1U << static_cast<unsigned>(event); }

  unsigned happened_ = bit(Event::own_state) | bit(Event::candidates);  // at the start
};

}  // namespace merlin::cluster
