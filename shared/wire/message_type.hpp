// The type that a frame carries for each message (see messages.hpp).
#pragma once

#include <cstdint>

namespace merlin::wire {

enum class MessageType : std::uint8_t {
  hello = 1,
  refuse = 2,
  goodbye = 3,
  heartbeat = 10,
  node_info = 11,
  claims = 12,
  ask = 13,
  want = 14,
  yield = 15,
  inventory = 16,
  order = 17,
  rows = 20,
  rows_ack = 21,
  follow = 22,
  digests = 23,
  differing = 24,
  sync_done = 25,
  forwarded_result = 26,
  forwarded_ack = 27,
  relayed = 28,
  notify_ask = 30,
  notify_reply = 31,
  notify_void = 32,
  event_marks = 33,
  events_ask = 34,
  events = 35,
  notify_tell = 36,
  core_hello = 40,
  core_welcome = 41,
  core_heartbeat = 42,
  core_busy = 43,
  core_away = 44,
  core_rows = 45,
  core_results = 46,
  epoch = 47,
  core_claims = 48,
  rows_to_core = 49,
  rows_confirmed = 50,
  results_to_core = 51,
  results_taken = 52,
  daemon_away = 53,
  daemon_heartbeat = 54,
  rows_safe = 55,
  notify_request = 56,
  notify_verdict = 57,
  notify_done = 58,
  recheck = 59,
  notification_log = 60,
};

}  // namespace merlin::wire
