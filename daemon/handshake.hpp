// Who may be a peer: judges the Hello at the start of a link between daemons, and the CoreHello of a module. Pure.
//
// Of two nodes the one with the greater id speaks first and the other one answers; the answer is the agreement that
// this is the one link between the two. So both ends keep the same link when both had connected.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "wire/messages.hpp"

namespace merlin::daemon {

// What the judge must know of this node.
struct OwnSide {
  NodeId node_id;
  std::string name;
  std::string cluster;
  std::uint64_t instance = 0;
  std::string program_version;
};

// What TLS and merlin.conf say of the other end before it has spoken.
struct Caller {
  NodeId certificate_id;   // inside its certificate
  std::string block;       // name of the block whose fingerprint it has; empty: none
  wire::NodeType type{};   // what that block says it is to us
  std::string also_block;  // another block that this node id stands for too
  NodeId linked_as;        // another node that is linked as this very block at the moment
};

struct Refusal {
  wire::RefuseReason reason = wire::RefuseReason::other;
  std::string text;  // one line, for both ends
};

// The first frame that this node sends to that one. The digest of what our core knows: 0 while none is connected.
wire::Hello make_hello(const OwnSide& self, wire::NodeType caller_type, std::uint64_t inventory_digest);

bool speaks_first(const NodeId& self, const NodeId& other);

// Empty: welcome.
std::optional<Refusal> judge(const OwnSide& self, const Caller& caller, const wire::Hello& hello);
std::optional<Refusal> judge(const OwnSide& self, const wire::CoreHello& hello);

// Both ends may be right and still not fit: a line for a person, or nothing.
std::optional<std::string> relation_mismatch(const Caller& caller, const wire::Hello& hello);

// A link that is up, seen by the answering end when the same node speaks on another one.
struct StandingLink {
  std::uint64_t instance = 0;
  bool started_by_us = false;
  Millis silent_for{0};
};
enum class Choice { keep_standing, take_new };
// The new link wins if the old one is that of an earlier process, was opened by the same end (which has given it up
// then), or has been silent for longer than `silence_limit`.
Choice choose_link(const StandingLink& standing, std::uint64_t new_instance, bool new_started_by_us, Millis silence_limit);

std::string_view reason_word(wire::RefuseReason reason);

}  // namespace merlin::daemon
