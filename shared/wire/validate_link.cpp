// Validates messages in which daemons describe themselves, and messages without state.
#include <algorithm>

#include "shared/wire/field_checker.hpp"
#include "shared/wire/validate.hpp"
#include "shared/wire/validate_parts.hpp"

namespace merlin::wire {

void limit_waits(std::vector<InFlight>& in_flight) {
  for (InFlight& check : in_flight) check.wait_ms = std::min(check.wait_ms, kMaxInFlightWait_ms);
}

bool validate(Hello& message, Rejects& rejects) {
  FieldChecker fields(rejects, "hello");
  fields.line("cluster", message.cluster, kMaxNodeTextBytes);
  fields.line("node_name", message.node_name, kMaxNodeTextBytes);
  fields.line("program_version", message.program_version, kMaxNodeTextBytes);
  return fields.good();
}

bool validate(Refuse& message, Rejects& rejects) {
  FieldChecker(rejects, "refusal").reason(message.text, kMaxReasonBytes);
  return true;
}

bool validate(Goodbye& message, Rejects& rejects) {
  FieldChecker(rejects, "goodbye").reason(message.text, kMaxReasonBytes);
  return true;
}

bool validate(Heartbeat& message, Rejects& rejects) {
  FieldChecker fields(rejects, "heartbeat");
  fields.time_ms("wall_ms", message.wall_ms);
  fields.count("nodes heard", message.heard.size(), kMaxListedNodes);
  if (!fields.good()) return false;
  return std::all_of(message.heard.begin(), message.heard.end(), [&](Heard& heard) {
    return std::all_of(heard.heartbeat.begin(), heard.heartbeat.end(), [&](Heartbeat& relayed) { return validate(relayed, rejects); });
  });
}

bool validate(NodeInfo& message, Rejects& rejects) {
  FieldChecker fields(rejects, "node info");
  fields.line("name", message.name, kMaxNodeTextBytes);
  fields.line("program_version", message.program_version, kMaxNodeTextBytes);
  fields.line("core_program", message.core_program, kMaxNodeTextBytes);
  fields.time_ms("config_changed_ms", message.config_changed_ms);
  fields.count("weights", message.said_weights.size(), kMaxListedNodes);
  fields.count("known nodes", message.knows_nodes.size(), kMaxListedNodes);
  fields.count("voters", message.voters.size(), kMaxListedNodes);
  fields.count("earlier configurations", message.config_history.size(), kMaxConfigHistory);
  fields.line("drain_reason", message.drain_reason, kMaxDrainReasonBytes);
  fields.time_ms("drain_until_ms", message.drain_until_ms);
  return fields.good();
}

bool validate_name(const char* field, const std::string& name, const ObjectKey& object, Rejects& rejects) {
  constexpr std::size_t kShownBytes = 40;
  std::string shown = name.substr(0, kShownBytes);
  std::replace_if(
      shown.begin(), shown.end(), [](char byte) { return static_cast<unsigned char>(byte) < ' '; }, ' ');
  FieldChecker fields(rejects, field, object);
  fields.name(shown.c_str(), name, kMaxObjectNameBytes);
  return fields.good();
}

// An invalid name removes only its own object.
bool validate(Inventory& message, Rejects& rejects) {
  FieldChecker fields(rejects, "inventory");
  fields.time_ms("config_changed_ms", message.config_changed_ms);
  std::erase_if(message.hosts, [&](InventoryHost& host) {
    if (!validate_name("host", host.name, {}, rejects)) return true;
    const ObjectKey object{host_key(host.name), 0};
    std::erase_if(host.services, [&](const std::string& service) { return !validate_name("service", service, object, rejects); });
    return false;
  });
  return fields.good();
}

bool validate(Yield& message, Rejects&) {
  limit_waits(message.in_flight);
  return true;
}

bool validate(Order& message, Rejects& rejects) {
  FieldChecker fields(rejects, "order");
  fields.line("reason", message.reason, kMaxDrainReasonBytes);
  fields.time_ms("until_ms", message.until_ms);
  return fields.good();
}

// Their size is bounded by the frame; the code that applies them checks their contents.
bool validate(Claims&, Rejects&) { return true; }
bool validate(Ask&, Rejects&) { return true; }
bool validate(Want&, Rejects&) { return true; }
bool validate(Relayed&, Rejects&) { return true; }

}  // namespace merlin::wire
