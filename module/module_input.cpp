// The link comes and goes, and what the daemon says.
#include <unistd.h>

#include <algorithm>

#include "cluster/liveness.hpp"
#include "module/module.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {

void Module::on_link_open() {
  wire::CoreHello hello;
  hello.oldest_version = wire::kOldestProtocolVersion;
  hello.newest_version = wire::kProtocolVersion;
  hello.boot_id = boot_id_;
  hello.program = core_.program();
  hello.module_version = MERLIN_VERSION;
  hello.pid = static_cast<std::uint32_t>(::getpid());
  hello.cluster = config_.cluster;
  link_.send(wire::to_frame(hello));
}

void Module::on_link_lost(const std::string& why) {
  const Now now = core_.now();
  outbox_.stop();
  intake_.abandon();
  notifier_.link_lost(now.steady);
  ownership_.side().on_daemon_lost(now.steady);
  daemon_.clear();
  if (why.empty()) return;
  const auto held = lost_limit_.admit(now.steady);
  if (!held) return;
  core_.log(LogLevel::warning,
            "no connection to the daemon at " + config_.module.daemon.text() + ": " + why + "; tried again all the time");
}

void Module::on_row(Index object, bool is_newer) {
  if (is_newer) held_.erase(object);
  takeover_.renew(object);
  if (ownership_.owns(object)) takeover_.add(object);
  desk_.check_row_came(object);
}

void Module::on_operator_row(const wire::Register& row, bool live) {
  core_.restore_reactions();
  while (row.kind == wire::RegisterKind::attribute && !muted_.empty()) unmute(*muted_.begin());
  desk_.bring_in(row, live);
}

template <class Message>
Result<> Module::take(const wire::Frame& frame, Now now) {
  auto message = wire::decode<Message>(frame.payload);
  if (!message) return message.error();
  on(*std::move(message), now);
  return Ok{};
}

Result<> Module::handle(const wire::Frame& frame, Now now) {
  using wire::MessageType;
  const auto type = static_cast<MessageType>(frame.type);
  if (!outbox_.started() && type != MessageType::core_welcome && type != MessageType::refuse) {
    return Error{"the first message is of type " + std::to_string(frame.type), "", ""};
  }
  switch (type) {
    case MessageType::core_welcome:
      return take<wire::CoreWelcome>(frame, now);
    case MessageType::refuse:
      return take<wire::Refuse>(frame, now);
    case MessageType::epoch:
      return take<wire::Epoch>(frame, now);
    case MessageType::rows_to_core:
      return take<wire::RowsToCore>(frame, now);
    case MessageType::results_to_core:
      return take<wire::ResultsToCore>(frame, now);
    case MessageType::rows_safe:
      return take<wire::RowsSafe>(frame, now);
    case MessageType::daemon_away:
      return take<wire::DaemonAway>(frame, now);
    case MessageType::daemon_beat:
      return take<wire::DaemonBeat>(frame, now);
    case MessageType::notify_verdict:
      return take<wire::NotifyVerdict>(frame, now);
    case MessageType::recheck:
      return take<wire::Recheck>(frame, now);
    default:
      return Ok{};  // of a newer daemon
  }
}

// Comes again when a name changes.
void Module::on(const wire::CoreWelcome& welcome, Now) {
  for (const wire::NodeName& node : welcome.names) intake_.set_name(node.node_id, node.name);
  intake_.set_name(welcome.node_id, welcome.node_name);
  if (outbox_.started()) return;
  ownership_.side().on_welcome(welcome);
  daemon_ = welcome.node_name;
  link_.trust();
  desk_.link_up();
  outbox_.start();
  next_beat_ = {};
  core_.log(LogLevel::info, "connected to merlind " + welcome.program_version + " of node " + welcome.node_name);
}

void Module::on(const wire::Refuse& refuse, Now now) {
  if (const auto held = refuse_limit_.admit(now.steady)) core_.log(LogLevel::error, "the daemon refuses this core: " + refuse.text);
  link_.close();
  on_link_lost("");
}

void Module::on(const wire::Epoch& epoch, Now now) {
  // Results that came in under the epoch that ends are written under it.
  if (epoch.whole || !epoch.removed.empty()) outbox_.flush(now);
  takeover_.set_rate(epoch.takeover_rate);
  const auto change = ownership_.side().on_epoch(epoch);
  apply(change, epoch.in_flight, now);
  if (change.any()) return;
  // Nothing moved: either it said so, or it does not follow ours, and then the whole set says what does.
  const bool taken = ownership_.side().epoch() == epoch.number;
  outbox_.send(wire::CoreClaims{ownership_.side().epoch(), !taken, taken ? std::vector<std::uint64_t>{} : ownership_.claims(), {}, {}});
}

void Module::on(wire::RowsToCore rows, Now) { intake_.begin(std::move(rows)); }

void Module::on(const wire::ResultsToCore& results, Now now) {
  wire::ResultsTaken taken;
  const bool doubt = in_doubt();  // whoever took over may have been given them since
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
    // Released since: its taker will find who runs it now.
    if (object == no_object || !ownership_.owns(object)) {
      taken.refused.push_back(ack);
      continue;
    }
    taken.taken.push_back(ack);
    // Its times are the taker's: taken as ages, whatever that one's clock did meanwhile.
    wire::CheckResult result = forwarded.result;
    const std::int64_t wall = now.wall.time_since_epoch().count();
    result.finish_ms = std::min(result.finish_ms + wall - result.sent_ms, wall);
    result.start_ms = std::min(result.start_ms + wall - result.sent_ms, result.finish_ms);
    held_.erase(object);
    if (!is_superseded(object, forwarded) && !is_outdated(object, result, now)) {
      handing_in_ = true;
      core_.process_result(object, result, intake_.name_of(forwarded.taker));
      handing_in_ = false;
    }
    // Whatever the core made of it: the row says that it is in there, which is the taker's acknowledgement.
    rows_.mark_taken(object, {ack.taker, ack.taker_instance, ack.number});
    row_changed(object);
  }
  outbox_.send(taken);
}

void Module::on(const wire::Recheck& recheck, Now) {
  const Index object = objects_.find(recheck.object);
  if (object != no_object && ownership_.owns(object)) takeover_.recheck(object);
}

void Module::on(const wire::RowsSafe& safe, Now) {
  outbox_.safe(safe);
  desk_.safe(safe.batch);
}

void Module::on(const wire::DaemonAway& away, Now now) {
  ownership_.side().on_daemon_away(Millis(away.away_ms), now.steady);
  // Results of checks that still run elsewhere come by the daemon.
  const SteadyTime back = now.steady + std::min(Millis(away.away_ms), cluster::kLongestAway) + kResultAllowance;
  for (auto& [object, held] : held_) {
    if (held.until > now.steady) held.until = std::max(held.until, back);
  }
}

// Without an epoch of this link it does not know yet what it would confirm.
void Module::on(const wire::DaemonBeat& beat, Now) {
  if (ownership_.side().mode() != cluster::CoreSide::Mode::following) return;
  if (stall_.answered(beat.heard)) core_.log(LogLevel::info, "the daemon has spoken: this core goes on with what is its own");
}

}  // namespace merlin::neb
