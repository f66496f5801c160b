// Parts that several samples contain. No two members of a sample have the same value.
#pragma once

#include "tests/unit/codec_samples.hpp"

namespace merlin::wire::test {

inline NodeId node(std::uint8_t first) {
  NodeId id;
  for (std::uint8_t& byte : id.bytes) byte = first++;
  return id;
}

inline const Heard kHeard{
    .node_id = node(0x20),
    .instance = 0x2001,
    .number = 21,
    .age_ms = 22,
    .direct = true,
    .heartbeat = {{.node_id = node(0x20), .number = 23, .heard = {{.node_id = node(0x30), .number = 24, .heartbeat = {}}}}},
    .hold_ms = 25};
inline const InFlight kInFlight{.object = {.host = 0x3101, .service = 0x3102}, .wait_ms = 33, .runner = node(0x10)};
inline const InventoryHost kInventoryHost{.name = "host 1", .services = {"CPU", "", "Disk /"}};
inline const Version kVersion{.term = 41, .side = 42, .hlc = 0x4301, .writer = node(0x40)};
inline const Register kARegister{.object = {.host = 0x5101, .service = 0x5102},
                                 .kind = RegisterKind::notification,
                                 .version = kVersion,
                                 .base_ms = 53,
                                 .value = std::string("value\0\xff", 7),
                                 .item = 0x5401,
                                 .rank = 0x5501,
                                 .alert = true};
inline const CheckResult kResult{.object = {.host = 0x6101, .service = 0x6102},
                                 .passive = true,
                                 .return_code = -63,
                                 .early_timeout = true,
                                 .exited_ok = true,
                                 .start_ms = 64,
                                 .finish_ms = 65,
                                 .latency_s = 0.5,
                                 .output = "OK - fine|load=1\nmore\n\xe4",
                                 .sent_ms = 66,
                                 .number = 69};
inline const Command kCommand{.object = {.host = 0x6301, .service = 0x6302},
                              .line = "SEND_CUSTOM_HOST_NOTIFICATION;web;0;me;\xe4",
                              .sent_ms = 67,
                              .number = 68,
                              .given_ms = 69};
inline const ForwardedResult kForwarded{.taker = node(0x70),
                                        .taker_instance = 0x7101,
                                        .number = 72,
                                        .hops = 73,
                                        .result = kResult,
                                        .command = {kCommand},
                                        .heard_instance = 0x7401,
                                        .heard_number = 75};
inline const TakenMark kTakenMark{.taker = node(0xc0), .taker_instance = 0xc101, .number = 193};
inline const Notification kNotification{.object = {.host = 0xb101, .service = 0xb102},
                                        .kind = NotificationKind::custom,
                                        .number = 3,
                                        .start = 0xb201,
                                        .cause = 0xb301,
                                        .author = "root",
                                        .text = "look\xff",
                                        .options = 4,
                                        .state = 2,
                                        .notified_on = 5};
inline const ForwardedAck kForwardedAck{.taker = node(0x80), .taker_instance = 0x8101, .number = 82};
inline const NodeName kNodeName{.node_id = node(0x90), .name = "peer09"};
inline const SaidWeight kSaidWeight{.node_id = node(0xa0), .weight = 161};

}  // namespace merlin::wire::test
