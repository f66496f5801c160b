// Decides which nodes may be peers: checks the Hello at the start of a link between daemons, and a module's CoreHello. Pure.
//
// The node with the greater id sends first and the other one answers; the answer confirms that this is the one link between the two. So
// both ends keep the same link if both had connected.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/links/refusals.hpp"
#include "shared/base/ids.hpp"
#include "shared/base/time.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::daemon {

// Facts about this node.
struct OwnSide {
  NodeId node_id;
  std::string name;
  std::string cluster;
  std::uint64_t instance = 0;
  std::string program_version;
};

// Facts about the other end from TLS and merlin.conf, before it has sent anything.
struct Caller {
  NodeId certificate_id;   // in its certificate
  std::string block;       // the block with its fingerprint; empty: none
  wire::NodeType type{};   // its relation to us according to that block
  std::string also_block;  // another block with the same node id
  NodeId linked_as;        // another node that is currently linked as this block
};

struct Refusal {
  wire::RefuseReason reason = wire::RefuseReason::other;
  std::string text;  // one line, for both ends
};

// The first frame from this node to that one. The inventory digest of our core: 0 while none is connected.
wire::Hello make_hello(const OwnSide& self, wire::NodeType caller_type, std::uint64_t inventory_digest);

bool speaks_first(const NodeId& self, const NodeId& other);

// Empty: accepted.
std::optional<Refusal> judge(const OwnSide& self, const Caller& caller, const wire::Hello& hello);
std::optional<Refusal> judge(const OwnSide& self, const wire::CoreHello& hello);

// Both ends may be valid and still not match: a line for a person, or nothing.
std::optional<std::string> relation_mismatch(const Caller& caller, const wire::Hello& hello);

// An existing link, as seen by the answering end when the same node opens another one.
struct StandingLink {
  std::uint64_t instance = 0;
  bool started_by_us = false;
  Millis silent_for{0};
};
enum class Choice { keep_standing, take_new };
// The new link wins if the old one belongs to an earlier process, was opened by the same end (which has abandoned it), or has been silent
// for longer than `silence_limit`.
Choice choose_link(const StandingLink& standing, std::uint64_t new_instance, bool new_started_by_us, Millis silence_limit);

RefusalReason reason_of(wire::RefuseReason reason);

}  // namespace merlin::daemon
