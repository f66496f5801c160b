// Notifications: the agent stops the core's own call, asks the daemon, and sends what the daemon grants (R4).
#include "module/agent/agent.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::neb {
namespace {

std::string described(std::uint64_t request, const wire::Notification& notification) {
  return "notification " + std::to_string(request) + ": kind " + std::to_string(static_cast<int>(notification.kind)) + ", number " +
         std::to_string(notification.number) + ", start " + std::to_string(notification.start);
}

}  // namespace

void Agent::stop_notification(Index object, Notice notice) {
  notifier_.take_back(object, notice.kind);
  if (intake_.bringing_in() || !ownership_.owns(object) || !objects_.is_shared(object)) return;
  if (notice.kind == wire::NotificationKind::acknowledgement) {
    // The owner's daemon asks for one as well, by its register, wherever the command was given. Only its core knows the state
    // that was acknowledged, if the problem is over by then.
    const auto made = operators_.acknowledged_now(object);
    if (!made) return;
    notice.cause = *made;
  }
  notifier_.ask(object, std::move(notice), core_.now());
  // The daemon must have the state before the request.
  outbox_.mark(object);
  driver_.wake();
}

// An operator has acknowledged the problem at another node. The daemon asks for its notification by itself. Requested here as well, it
// keeps its place before the notifications of later results, and is sent as the object is now.
void Agent::ask_for_acknowledgement(const wire::Register& row) {
  const Index object = objects_.find(row.object);
  const auto content = wire::decode<wire::AcknowledgementRegister>(row.value);
  if (object == kNoObject || !ownership_.owns(object) || !content || !content->notify) return;
  if (!operators_.is_acknowledged_by(object, row.version.hlc)) return;
  notifier_.ask(object, {wire::NotificationKind::acknowledgement, content->author, content->text, row.version.hlc}, core_.now());
}

// Sends the next request or report to the daemon; a core without a daemon sends the oldest waiting notification.
bool Agent::step_notifications(Now now) {
  using Mode = cluster::CoreSide::Mode;
  const Mode mode = ownership_.side().mode();
  if (mode == Mode::isolated && ownership_.side().gate_open() && config_.module.notifies) {
    const Index object = notifier_.tell_alone(now);
    if (object != kNoObject) outbox_.mark(object);
    return object != kNoObject;
  }
  if (mode != Mode::following || !outbox_.initial_done() || outbox_.dirty() > 0) return false;
  if (const auto* told = notifier_.next_told()) return outbox_.send(*told), true;
  const auto* request = in_doubt() ? nullptr : notifier_.next_request(now.steady);
  if (request == nullptr) return false;
  core_.log(LogLevel::debug, described(request->request, request->notification) + " requested");
  outbox_.send(wire::NotifyRequest{request->request, request->notification, ownership_.side().epoch()});
  return true;
}

void Agent::on(const wire::NotifyVerdict& verdict, Now now) {
  const Index object = objects_.find(verdict.notification.object);
  // The objects of a node that does not notify are notified by this core, if it is the designated notifier.
  const bool delegated = verdict.delegated && ownership_.side().mode() == cluster::CoreSide::Mode::following;
  const bool ours = object != kNoObject && (delegated || may_act(object));
  const bool good_for_ever = verdict.decision != wire::NotifyDecision::send;
  const bool in_time = good_for_ever || now.steady - heard_since_ < Millis(verdict.valid_ms);
  const auto answer = notifier_.on_verdict(verdict, ours && in_time, now);
  core_.log(LogLevel::debug, described(verdict.request, verdict.notification) +
                                 " decided: " + std::to_string(static_cast<int>(verdict.decision)) +
                                 (answer ? ", contacts " + std::to_string(answer->contacts) : std::string()));
  if (answer) outbox_.send(*answer);
  if (ours && !delegated && verdict.decision != wire::NotifyDecision::drop) outbox_.mark(object);
}

// Notifications that another node has sent. They are not ours, so nothing but the log changes.
void Agent::on(const wire::NotificationLog& notification, Now now) {
  if (config_.log_notifications != config::LogNotifications::all || notification.node == ownership_.side().node_id()) return;
  if (!logged_elsewhere_.is_new(notification, now)) return;
  for (const std::string& line : notification.log) core_.log_notification(line, intake_.name_of(notification.node));
}

}  // namespace merlin::neb
