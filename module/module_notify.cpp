// Notifications: the core is stopped from telling, the daemon is asked, and what it grants is told (R4).
#include "module/module.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {
namespace {

std::string described(std::uint64_t request, const wire::Notification& notification) {
  return "notification " + std::to_string(request) + ": kind " + std::to_string(static_cast<int>(notification.kind)) + ", number " +
         std::to_string(notification.number) + ", start " + std::to_string(notification.start);
}

}  // namespace

void Module::stop_notification(Index object, Notice notice) {
  notifier_.take_back(object, notice.kind);
  // Of an acknowledgement the owner's daemon knows by its register, wherever the command was given.
  if (intake_.bringing_in() || !ownership_.owns(object) || notice.kind == wire::NotificationKind::acknowledgement) return;
  notifier_.ask(object, std::move(notice), core_.now());
  // The daemon shall know the state when it is asked.
  outbox_.mark(object);
  pulse_.wake();
}

// One of what waits to be said or, where there is nobody to ask, to be told.
bool Module::step_notifications(Now now) {
  using Mode = cluster::CoreSide::Mode;
  const Mode mode = ownership_.side().mode();
  if (mode == Mode::isolated && ownership_.side().gate_open() && config_.module.notifies) {
    const Index object = notifier_.tell_alone(now);
    if (object != no_object) outbox_.mark(object);
    return object != no_object;
  }
  if (mode != Mode::following || !outbox_.initial_done() || outbox_.dirty() > 0) return false;
  if (const auto* told = notifier_.next_told()) return outbox_.send(*told), true;
  const auto* request = in_doubt() ? nullptr : notifier_.next_request(now.steady);
  if (request == nullptr) return false;
  core_.log(LogLevel::debug, described(request->request, request->notification) + " asked for");
  outbox_.send(wire::NotifyRequest{request->request, request->notification, ownership_.side().epoch()});
  return true;
}

void Module::on(const wire::NotifyVerdict& verdict, Now now) {
  const Index object = objects_.find(verdict.notification.object);
  // What a node runs that does not notify is told by us, and its state is a row like any other.
  const bool delegated = verdict.delegated && ownership_.side().mode() == cluster::CoreSide::Mode::following;
  const bool ours = object != no_object && (delegated || may_act(object));
  const bool in_time = verdict.decision != wire::NotifyDecision::send || now.steady - heard_since_ < Millis(verdict.valid_ms);
  const auto answer = notifier_.on_verdict(verdict, ours && in_time, now);
  core_.log(LogLevel::debug, described(verdict.request, verdict.notification) +
                                 " decided: " + std::to_string(static_cast<int>(verdict.decision)) +
                                 (answer ? ", contacts " + std::to_string(answer->contacts) : std::string()));
  if (answer) outbox_.send(*answer);
  if (ours && !delegated && verdict.decision != wire::NotifyDecision::drop) outbox_.mark(object);
}

}  // namespace merlin::neb
