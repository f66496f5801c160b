// Events of the link and messages from the daemon.
#include <algorithm>
#include <optional>
#include <string>

#include "module/agent/agent.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::neb {
namespace {

// The core plans the next check from the start of the one whose result it gets. Where a later check runs, or has run, its plan stands.
std::optional<Seconds> plan_of_later_check(const Schedule& known, const wire::CheckResult& result, Now now) {
  const Seconds wall = now.wall.time_since_epoch().count() / 1000;
  if (result.passive || !known.checks_enabled || known.interval <= 0) return std::nullopt;
  if (known.executing) return wall + known.interval;
  const bool has_later = known.last_check > result.start_ms / 1000 && known.last_check <= wall;
  return has_later ? std::optional(known.next_check) : std::nullopt;
}

}  // namespace

wire::CoreHello Agent::hello() const {
  wire::CoreHello hello;
  hello.oldest_version = wire::kOldestProtocolVersion;
  hello.newest_version = wire::kProtocolVersion;
  hello.boot_id = boot_id_;
  hello.program = core_.program();
  hello.module_version = MERLIN_VERSION;
  hello.cluster = config_.cluster;
  return hello;
}

void Agent::forget_link(Now now) {
  outbox_.stop();
  intake_.abandon();
  notifier_.link_lost(now.steady);
  ownership_.side().on_daemon_lost(now.steady);
  daemon_.clear();
}

void Agent::lost(const std::string& why, Now now) {
  forget_link(now);
  if (why.empty()) return;
  const auto held = lost_limit_.admit(now.steady);
  if (!held) return;
  core_.log(LogLevel::warning, "no connection to the daemon at " + config_.module.daemon.text() + ": " + why + "; trying again");
}

void Agent::received_garbage(const Error& error, Now now) {
  ++garbage_;
  if (const auto held = garbage_limit_.admit(now.steady)) {
    core_.log(LogLevel::error, "data from the daemon at " + config_.module.daemon.text() + " is not Merlin's protocol (" + error.text() +
                                   "); connection closed, " + std::to_string(*held) + " similar errors before");
  }
  forget_link(now);
}

bool Agent::receive(const wire::Frame& message, Now now) {
  if (message.type == static_cast<std::uint8_t>(wire::MessageType::refuse)) return refused(message, now), false;
  Result<> handled = Ok{};
  contain("a message", now, [&] { handled = handle(message, now); });
  if (!handled) received_garbage(handled.error(), now);
  return handled.ok();
}

void Agent::refused(const wire::Frame& message, Now now) {
  const auto refuse = wire::decode<wire::Refuse>(message.payload);
  if (!refuse) return received_garbage(refuse.error(), now);
  if (const auto held = refuse_limit_.admit(now.steady)) core_.log(LogLevel::error, "the daemon refuses this core: " + refuse->text);
  forget_link(now);
}

void Agent::on_row(Index object, bool is_newer) {
  if (is_newer) held_.release(object);
  if (is_newer) notifier_.overtaken(object);
  takeover_.renew(object);
  if (ownership_.owns(object)) takeover_.add(object);
  operators_.check_row_came(object);
}

void Agent::on_operator_row(const wire::Register& row, bool live) {
  core_.restore_reactions();
  operators_.bring_in(row, live);
  if (live && row.kind == wire::RegisterKind::acknowledgement) ask_for_acknowledgement(row);
}

void Agent::note_rejected(const wire::Rejects& rejects, const char* from) {
  if (rejects.empty()) return;
  rejected_.add(rejects);
  if (rejected_limit_.admit(core_.now().steady)) {
    core_.log(LogLevel::warning, std::string("rejected data from ") + from + ": " + rejects.what() + "; " +
                                     std::to_string(rejected_.total()) + " rejected so far");
  }
}

void Agent::note_contained(const char* what, const char* error, Now now) {
  ++contained_;
  if (contained_limit_.admit(now.steady)) {
    core_.log(LogLevel::error, std::string("internal error over ") + what + " from merlind, which is dropped: " + error + " (" +
                                   std::to_string(contained_) + " so far); please report this");
  }
}

template <class Message>
Result<> Agent::take(const wire::Frame& message, Now now) {
  auto content = wire::decode<Message>(message.payload);
  if (!content) return content.error();
  wire::Rejects rejects;
  const bool good = wire::validate(*content, rejects);
  note_rejected(rejects, "merlind");
  if (good) on(*std::move(content), now);
  return Ok{};
}

Result<> Agent::handle(const wire::Frame& message, Now now) {
  using wire::MessageType;
  const auto type = static_cast<MessageType>(message.type);
  if (!outbox_.started() && type != MessageType::core_welcome) {
    return Error{"the first message is of type " + std::to_string(message.type), "", ""};
  }
  switch (type) {
    case MessageType::core_welcome:
      return take<wire::CoreWelcome>(message, now);
    case MessageType::epoch:
      return take<wire::Epoch>(message, now);
    case MessageType::rows_to_core:
      return take<wire::RowsToCore>(message, now);
    case MessageType::results_to_core:
      return take<wire::ResultsToCore>(message, now);
    case MessageType::rows_safe:
      return take<wire::RowsSafe>(message, now);
    case MessageType::daemon_away:
      return take<wire::DaemonAway>(message, now);
    case MessageType::daemon_heartbeat:
      return take<wire::DaemonHeartbeat>(message, now);
    case MessageType::notify_verdict:
      return take<wire::NotifyVerdict>(message, now);
    case MessageType::recheck:
      return take<wire::Recheck>(message, now);
    case MessageType::notification_log:
      return take<wire::NotificationLog>(message, now);
    default:
      return Ok{};  // a message type of a newer daemon
  }
}

// Repeated when a name changes.
void Agent::on(const wire::CoreWelcome& welcome, Now) {
  for (const wire::NodeName& node : welcome.names) intake_.set_name(node.node_id, node.name);
  intake_.set_name(welcome.node_id, welcome.node_name);
  if (outbox_.started()) return;
  ownership_.side().on_welcome(welcome);
  daemon_ = welcome.node_name;
  driver_.trust_daemon();
  operators_.link_up();
  outbox_.start();
  next_heartbeat_ = {};
  core_.log(LogLevel::info, "connected to merlind " + welcome.program_version + " of node " + welcome.node_name);
}

void Agent::on(const wire::Epoch& epoch, Now now) {
  // Results that arrived under the ending epoch get a version of that epoch.
  if (epoch.whole || !epoch.removed.empty()) outbox_.flush(now);
  takeover_.set_rate(epoch.takeover_rate);
  const auto change = ownership_.side().on_epoch(epoch);
  apply(change, epoch.in_flight, now);
  if (change.any()) return;
  // Nothing has moved: the epoch is empty, or it does not follow ours; then the daemon needs the whole set of claims.
  const bool taken = ownership_.side().epoch() == epoch.number;
  outbox_.send(wire::CoreClaims{ownership_.side().epoch(), !taken, taken ? std::vector<std::uint64_t>{} : ownership_.claims(), {}, {}});
}

void Agent::on(wire::RowsToCore rows, Now) { intake_.begin(std::move(rows)); }

void Agent::on(const wire::ResultsToCore& results, Now now) {
  wire::ResultsTaken taken;
  const bool doubt = in_doubt();  // another node may own the objects, and have received the results, by now
  for (const wire::ForwardedResult& forwarded : results.results) {
    const wire::ForwardedAck ack{forwarded.taker, forwarded.taker_instance, forwarded.number};
    if (doubt) {
      taken.refused.push_back(ack);
      continue;
    }
    if (!forwarded.command.empty()) {
      (commands_.run(forwarded.command.front()) ? taken.taken : taken.refused).push_back(ack);
      continue;
    }
    const Index object = objects_.find(forwarded.result.object);
    // Released meanwhile: the receiving node sends it to the present owner.
    if (object == kNoObject || !ownership_.owns(object)) {
      taken.refused.push_back(ack);
      continue;
    }
    taken.taken.push_back(ack);
    // Its times are by the receiving node's clock: only their age counts, in case that clock has changed meanwhile.
    wire::CheckResult result = forwarded.result;
    const std::int64_t wall = now.wall.time_since_epoch().count();
    result.finish_ms = std::min(result.finish_ms + wall - result.sent_ms, wall);
    result.start_ms = std::min(result.start_ms + wall - result.sent_ms, result.finish_ms);
    held_.release(object);
    // Even if the core drops the result, the row lists it as contained, which acknowledges it to the receiving node.
    rows_.mark_taken(object, {ack.taker, ack.taker_instance, ack.number});
    if (!unconfirmed_.is_superseded(object, forwarded) && !is_outdated(object, result, now)) {
      const std::optional<Seconds> planned = plan_of_later_check(core_.schedule(object), result, now);
      handing_in_ = true;
      core_.process_result(object, result, intake_.name_of(forwarded.taker));
      handing_in_ = false;
      if (planned) core_.move_check(object, *planned, *planned);
    }
    row_changed(object);
  }
  outbox_.send(taken);
}

void Agent::on(const wire::Recheck& recheck, Now) {
  const Index object = objects_.find(recheck.object);
  if (object != kNoObject && ownership_.owns(object)) takeover_.recheck(object);
}

void Agent::on(const wire::RowsSafe& safe, Now) {
  outbox_.safe(safe);
  operators_.safe(safe.batch);
}

void Agent::on(const wire::DaemonAway& away, Now now) {
  ownership_.side().on_daemon_away(Millis(away.away_ms), now.steady);
  held_.daemon_away(Millis(away.away_ms), now.steady);
}

void Agent::on(const wire::DaemonHeartbeat& heartbeat, Now) {
  if (unconfirmed_.answered(heartbeat.heard))
    core_.log(LogLevel::info, "the daemon has answered: continuing the checks that this core owns");
}

}  // namespace merlin::neb
