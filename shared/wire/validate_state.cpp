// Validates messages with registers, and results and commands on their way to the owner of their object.
#include "shared/wire/field_checker.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::wire {

bool validate(Rows& message, Rejects& rejects) {
  validate(message.rows, rejects);
  return true;
}

bool validate(Digests& message, Rejects& rejects) {
  FieldChecker fields(rejects, "digests");
  fields.count("buckets", message.buckets.size(), kMaxDigests);
  return fields.good();
}

bool validate(Differing& message, Rejects& rejects) {
  FieldChecker fields(rejects, "differing buckets");
  fields.count("buckets", message.buckets.size(), kMaxDigests);
  return fields.good();
}

bool validate(RowsAck&, Rejects&) { return true; }
bool validate(Follow&, Rejects&) { return true; }
bool validate(SyncDone&, Rejects&) { return true; }

// Any return code is valid: the core handles one that is not a state. The start may be later than the end if a clock jumped.
bool validate(CheckResult& result, Rejects& rejects) {
  FieldChecker fields(rejects, "result", result.object);
  fields.lines("output", result.output, kMaxResultBytes);
  fields.time_ms("start_ms", result.start_ms);
  fields.time_ms("finish_ms", result.finish_ms);
  fields.time_ms("sent_ms", result.sent_ms);
  fields.number("latency_s", result.latency_s, -kMaxSeconds, kMaxSeconds);
  return fields.good();
}

bool validate(Command& command, Rejects& rejects) {
  FieldChecker fields(rejects, "command", command.object);
  fields.line("line", command.line, kMaxCommandBytes);
  fields.time_ms("sent_ms", command.sent_ms);
  fields.time_ms("given_ms", command.given_ms);
  return fields.good();
}

bool validate(ForwardedResult& message, Rejects& rejects) {
  FieldChecker fields(rejects, "forwarded result", message.result.object);
  fields.number("hops", std::int64_t{message.hops}, 0, kMaxHops);
  if (!fields.good()) return false;
  return message.command.empty() ? validate(message.result, rejects) : validate(message.command.front(), rejects);
}

bool validate(ForwardedAck&, Rejects&) { return true; }
bool validate(Recheck&, Rejects&) { return true; }

}  // namespace merlin::wire
