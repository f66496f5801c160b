#include "daemon/links/handshake.hpp"

#include <fmt/format.h>

#include "shared/wire/frame.hpp"

namespace merlin::daemon {
namespace {

using wire::RefuseReason;

constexpr std::size_t kShownNameBytes = 64;

// A stranger's text, made safe for a log line.
std::string shown(std::string_view text) {
  std::string safe = "\"";
  for (const char c : text.substr(0, kShownNameBytes)) safe += static_cast<unsigned char>(c) < 0x20 || c == '"' || c == 0x7f ? '?' : c;
  return safe + "\"";
}

std::optional<Refusal> judge_version(std::uint32_t oldest, std::uint32_t newest) {
  if (oldest <= wire::kProtocolVersion && newest >= wire::kOldestProtocolVersion && oldest <= newest) return std::nullopt;
  return Refusal{RefuseReason::version, fmt::format("it supports protocol versions {} to {}, we support {} to {}: upgrade the older node",
                                                    oldest, newest, wire::kOldestProtocolVersion, wire::kProtocolVersion)};
}

wire::NodeType mirrored(wire::NodeType type) {
  if (type == wire::NodeType::poller) return wire::NodeType::master;
  if (type == wire::NodeType::master) return wire::NodeType::poller;
  return wire::NodeType::peer;
}

std::string_view type_word(wire::NodeType type) {
  if (type == wire::NodeType::poller) return "poller";
  return type == wire::NodeType::master ? "master" : "peer";
}

}  // namespace

wire::Hello make_hello(const OwnSide& self, wire::NodeType caller_type, std::uint64_t inventory_digest) {
  wire::Hello hello;
  hello.oldest_version = wire::kOldestProtocolVersion;
  hello.newest_version = wire::kProtocolVersion;
  hello.cluster = self.cluster;
  hello.node_id = self.node_id;
  hello.node_name = self.name;
  hello.type = mirrored(caller_type);
  hello.instance = self.instance;
  hello.program_version = self.program_version;
  hello.inventory_digest = inventory_digest;
  return hello;
}

bool speaks_first(const NodeId& self, const NodeId& other) { return self > other; }

std::optional<Refusal> judge(const OwnSide& self, const Caller& caller, const wire::Hello& hello) {
  if (auto refusal = judge_version(hello.oldest_version, hello.newest_version)) return refusal;
  if (hello.cluster != self.cluster) {
    return Refusal{RefuseReason::cluster, fmt::format("its cluster is {}, ours is {}", shown(hello.cluster), shown(self.cluster))};
  }
  if (hello.node_id.empty() || hello.node_id != caller.certificate_id) {
    return Refusal{RefuseReason::identity, fmt::format("its hello names node {}, its certificate names {}", hello.node_id.short_hex(),
                                                       caller.certificate_id.short_hex())};
  }
  if (hello.node_id == self.node_id) {
    return Refusal{RefuseReason::identity, "it has our own node id: one of the two machines is a copy of the other and needs a new key"};
  }
  if (caller.block.empty())
    return Refusal{RefuseReason::unknown_node, fmt::format("no block in merlin.conf has its certificate ({})", shown(hello.node_name))};
  if (!caller.also_block.empty()) {
    return Refusal{RefuseReason::identity, fmt::format("its node id already belongs to {}", shown(caller.also_block))};
  }
  if (!caller.linked_as.empty() && caller.linked_as != hello.node_id) {
    return Refusal{RefuseReason::identity,
                   fmt::format("another node ({}) is linked as {}", caller.linked_as.short_hex(), shown(caller.block))};
  }
  if (hello.instance == 0) return Refusal{RefuseReason::other, "its hello has no instance"};
  return std::nullopt;
}

std::optional<Refusal> judge(const OwnSide& self, const wire::CoreHello& hello) {
  if (auto refusal = judge_version(hello.oldest_version, hello.newest_version)) return refusal;
  if (hello.cluster != self.cluster) {
    return Refusal{RefuseReason::cluster, fmt::format("the module's cluster is {}, ours is {}", shown(hello.cluster), shown(self.cluster))};
  }
  if (hello.boot_id == 0) return Refusal{RefuseReason::other, "the module's hello has no boot id"};
  return std::nullopt;
}

std::optional<std::string> relation_mismatch(const Caller& caller, const wire::Hello& hello) {
  if (hello.type == caller.type) return std::nullopt;
  return fmt::format("our merlin.conf has it as a {}, its own has us as a {}", type_word(caller.type), type_word(hello.type));
}

Choice choose_link(const StandingLink& standing, std::uint64_t new_instance, bool new_started_by_us, Millis silence_limit) {
  if (standing.instance != new_instance) return Choice::take_new;
  if (standing.started_by_us == new_started_by_us) return Choice::take_new;
  return standing.silent_for > silence_limit ? Choice::take_new : Choice::keep_standing;
}

RefusalReason reason_of(wire::RefuseReason reason) {
  switch (reason) {
    case RefuseReason::version:
      return RefusalReason::version;
    case RefuseReason::cluster:
      return RefusalReason::cluster;
    case RefuseReason::unknown_node:
      return RefusalReason::unknown_node;
    case RefuseReason::identity:
      return RefusalReason::identity;
    case RefuseReason::busy:
      return RefusalReason::busy;
    case RefuseReason::other:
      break;
  }
  return RefusalReason::other;
}

}  // namespace merlin::daemon
