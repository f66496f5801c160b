// What the agent needs from its driver: a way to send to its daemon, and another turn.
#pragma once

#include <cstddef>
#include <cstdint>

#include "shared/wire/codec.hpp"
#include "shared/wire/frame.hpp"

namespace merlin::neb {

class Driver {
 public:
  virtual ~Driver() = default;

  // Queues a message for the daemon, in order. Without a link it is dropped: the agent starts again with the next link.
  virtual void send(const wire::Frame& message) = 0;
  // The bytes that the link has not sent yet.
  virtual std::size_t unsent_bytes() const = 0;
  // The other end has proved to be our daemon.
  virtual void trust_daemon() = 0;
  // Agent::work() has something to do, in a later turn of the core's loop. May be called inside the core's callbacks.
  virtual void wake() = 0;
};

// For reports.
struct LinkStatus {
  bool open = false;
  std::uint64_t connections = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::size_t unsent_bytes = 0;
};

template <class Message>
void send(Driver& driver, const Message& message) {
  driver.send({wire::kProtocolVersion, static_cast<std::uint8_t>(Message::type_id), wire::encode(message)});
}

}  // namespace merlin::neb
