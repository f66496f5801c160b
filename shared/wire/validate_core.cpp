// Validates messages between a core and its daemon.
#include <cmath>

#include "shared/wire/field_checker.hpp"
#include "shared/wire/notification_log.hpp"
#include "shared/wire/validate.hpp"
#include "shared/wire/validate_parts.hpp"

namespace merlin::wire {
namespace {

constexpr double kMaxChecksPerSecond = 1'000'000;

}  // namespace

bool validate(CoreHello& message, Rejects& rejects) {
  FieldChecker fields(rejects, "hello");
  fields.line("program", message.program, kMaxNodeTextBytes);
  fields.line("module_version", message.module_version, kMaxNodeTextBytes);
  fields.line("cluster", message.cluster, kMaxNodeTextBytes);
  return fields.good();
}

bool validate(CoreWelcome& message, Rejects& rejects) {
  FieldChecker fields(rejects, "welcome");
  fields.line("node_name", message.node_name, kMaxNodeTextBytes);
  fields.line("program_version", message.program_version, kMaxNodeTextBytes);
  fields.count("names", message.names.size(), kMaxListedNodes);
  for (NodeName& node : message.names) fields.line("name", node.name, kMaxNodeTextBytes);
  return fields.good();
}

bool validate(CoreBusy& message, Rejects& rejects) {
  FieldChecker(rejects, "busy").reason(message.what, kMaxReasonBytes);
  return true;
}

bool validate(CoreAway& message, Rejects& rejects) {
  FieldChecker(rejects, "away").reason(message.disabled, kMaxReasonBytes);
  return true;
}

bool validate(CoreRows& message, Rejects& rejects) {
  validate(message.rows, rejects);
  return true;
}

bool validate(CoreResults& message, Rejects& rejects) {
  std::erase_if(message.results, [&](CheckResult& result) { return !validate(result, rejects); });
  std::erase_if(message.commands, [&](Command& command) { return !validate(command, rejects); });
  return true;
}

bool validate(CoreClaims& message, Rejects&) {
  limit_waits(message.in_flight);
  return true;
}

bool validate(Epoch& message, Rejects& rejects) {
  FieldChecker fields(rejects, "epoch");
  fields.number("takeover_rate", message.takeover_rate, 0, kMaxChecksPerSecond);
  limit_waits(message.in_flight);
  return fields.good();
}

bool validate(RowsToCore& message, Rejects& rejects) {
  validate(message.live, rejects);
  validate(message.imposed, rejects);
  return true;
}

bool validate(ResultsToCore& message, Rejects& rejects) {
  std::erase_if(message.results, [&](ForwardedResult& result) { return !validate(result, rejects); });
  return true;
}

bool validate(NotifyRequest& message, Rejects& rejects) { return validate(message.notification, rejects); }
bool validate(NotifyVerdict& message, Rejects& rejects) { return validate(message.notification, rejects); }

bool validate(NotifyDone& message, Rejects& rejects) {
  FieldChecker fields(rejects, "notification", message.notification.object);
  fields.number("contacts", std::int64_t{message.contacts}, 0, kMaxContactsNotified);
  check_notification(fields, message.notification);
  correct_log(message.log, message.notification.object, rejects);
  return fields.good();
}

void correct_log(std::vector<std::string>& log, const ObjectKey& object, Rejects& rejects) {
  const std::size_t lines = log.size();
  if (fit_log(log)) return;
  rejects.add(RejectReason::count, "notification: " + std::to_string(lines - log.size()) + " of " + std::to_string(lines) + " log lines",
              object);
}

bool validate(NotificationLog& message, Rejects& rejects) {
  FieldChecker fields(rejects, "notification of another node");
  fields.time_ms("time_ms", message.time_ms);
  correct_log(message.log, {}, rejects);
  return fields.good();
}

bool validate(CoreHeartbeat&, Rejects&) { return true; }
bool validate(RowsConfirmed&, Rejects&) { return true; }
bool validate(ResultsTaken&, Rejects&) { return true; }
bool validate(DaemonAway&, Rejects&) { return true; }
bool validate(DaemonHeartbeat&, Rejects&) { return true; }
bool validate(RowsSafe&, Rejects&) { return true; }

}  // namespace merlin::wire
