#include "tests/sim/monitor.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "shared/wire/codec.hpp"

namespace merlin::sim {
namespace {

constexpr int kSilentIntervals = 3;
constexpr Millis kLongestTurn{100};
constexpr int kStepsATurn = 500;
constexpr Millis kWakesWithin{1};
// Longer than the difference of any two clocks here.
constexpr std::int64_t kDowntime = 48 * 3600;

config::Config config_of(const Plan& plan, std::size_t node) {
  config::Config config;
  config.cluster = "sim";
  config.pulse_interval = plan.nodes[node].pulse_interval;
  config.core_timeout = plan.nodes[node].core_timeout;
  config.busy_limit = plan.busy_limit;
  config.isolation_grace = plan.isolation_grace;
  config.when_isolated = plan.runs_isolated ? config::WhenIsolated::run : config::WhenIsolated::hold;
  config.module.notifies = plan.nodes[node].notifies;
  return config;
}

// Times that a core cannot display, and that it must not receive (core-facts.md, 11).
std::string absurd_command(const std::string& kind, const std::string& fields, std::uint64_t draw) {
  static constexpr std::array<const char*, 4> kTimes{"4611686018427387904", "-1", "9223372036854775807", "99999999999999999999"};
  const std::string time = kTimes[draw % kTimes.size()];
  switch (draw / kTimes.size() % 4) {
    case 0:
      return "SCHEDULE_" + kind + "_DOWNTIME;" + fields + time + ";" + time + ";1;0;0;operator;absurd";
    case 1:
      return "SCHEDULE_" + kind + "_DOWNTIME;" + fields + "1;2;0;0;" + time + ";operator;absurd";
    case 2:
      return "SCHEDULE_FORCED_" + kind + "_CHECK;" + fields + time;
    default:
      return "DELAY_" + kind + "_NOTIFICATION;" + fields + time;
  }
}

bool is(const wire::Frame& message, wire::MessageType type) { return message.type == static_cast<std::uint8_t>(type); }

template <class Message>
Message content(const wire::Frame& message) {
  auto decoded = wire::decode<Message>(message.payload);
  if (!decoded) throw std::logic_error("what was encoded cannot be decoded: " + decoded.error().text());
  return *std::move(decoded);
}

}  // namespace

Monitor::Monitor(const Plan& plan, const CoreLife& life, const Retention& retention, std::optional<neb::Spool> spool, Records& records,
                 Environment environment)
    : plan_(plan),
      life_(life),
      records_(records),
      environment_(std::move(environment)),
      core_(plan, life, retention, records, environment_.core),
      agent_(std::make_unique<neb::Agent>(core_, static_cast<neb::Driver&>(*this), config_of(plan, life.node), life.life)),
      turned_(core_.now().steady) {
  if (spool) agent_->restore(*std::move(spool));
  core_.begin_loop(*agent_);
}

bool Monitor::owns(std::size_t object) const {
  const auto index = core_.index_of(object);
  return index && agent_->ownership().owns(*index);
}

// ---- the link

void Monitor::send(const wire::Frame& message) {
  if (!linked_) return;
  note_sent(message);
  environment_.to_daemon({message.type, message.payload, cluster::Priority::control});
}

void Monitor::connected() {
  linked_ = true;
  silence_ = Millis{0};
}

void Monitor::receive(const Packet& packet) {
  silence_ = Millis{0};
  inbox_.push_back(packet);
  work();
}

void Monitor::lost() {
  linked_ = false;
  inbox_.clear();
  agent_->lost("the daemon closed the connection", core_.now());
}

void Monitor::take(const Packet& packet) {
  const wire::Frame message{wire::kProtocolVersion, packet.type, packet.payload};
  core_.take_handed_in();
  if (!agent_->receive(message, core_.now())) {
    linked_ = false;
    inbox_.clear();
    return environment_.close();
  }
  note_received(message);
}

void Monitor::notice_silence(SteadyTime now) {
  silence_ += std::min(now - std::exchange(turned_, now), kLongestTurn);
  if (!linked_ || silence_ <= kSilentIntervals * plan_.nodes[life_.node].pulse_interval) return;
  linked_ = false;
  inbox_.clear();
  agent_->lost("the daemon has been silent for too long", core_.now());
  environment_.silent();
}

// ---- the loop

void Monitor::turn() {
  const Now now = core_.now();
  turn_core(now.steady);
  agent_->tick(now);
  notice_silence(now.steady);
  work();
}

// A core that hung for longer than others wait may start no check until it knows whether it is still the owner (I4).
void Monitor::turn_core(SteadyTime now) {
  const Millis others_wait = plan_.nodes[life_.node].core_timeout + plan_.busy_limit;
  hung_ = linked_ && (hung_ || now - turned_ > others_wait);
  const std::size_t before = records_.checks.runs().size();
  core_.turn();
  if (!hung_) return;
  for (std::size_t run = before; run < records_.checks.runs().size(); ++run) records_.checks.hasty(run);
}

void Monitor::wake() {
  if (std::exchange(awake_, true)) return;
  environment_.core.later(kWakesWithin, [this] {
    awake_ = false;
    work();
  });
}

void Monitor::work() {
  for (int step = 0; step < kStepsATurn; ++step) {
    bool more = agent_->work(core_.now(), 1);
    if (!acts_.empty()) note_acts(false);
    if (!inbox_.empty() && agent_->receives()) {
      const Packet packet = std::move(inbox_.front());
      inbox_.pop_front();
      take(packet);
      more = true;
    }
    if (!more) return;
  }
  wake();
}

neb::Spool Monitor::leave() { return agent_->leave(true); }

// ---- observations for the judges

void Monitor::note_sent(const wire::Frame& message) {
  if (!is(message, wire::MessageType::core_results)) return;
  for (const wire::CheckResult& result : content<wire::CoreResults>(message).results) {
    const auto passive = result.passive ? PassiveLog::result_of(result.output) : std::nullopt;
    if (!passive) continue;
    forwarded_[result.number] = *passive;
    records_.passives.forwarded(*passive, life_);
  }
}

void Monitor::note_received(const wire::Frame& message) {
  if (is(message, wire::MessageType::daemon_heartbeat)) hung_ = false;
  if (is(message, wire::MessageType::results_to_core)) note_outdated(content<wire::ResultsToCore>(message));
  if (!is(message, wire::MessageType::rows_safe)) return;
  note_acts(true);
  for (const std::uint64_t number : content<wire::RowsSafe>(message).results) {
    const auto passive = forwarded_.find(number);
    if (passive != forwarded_.end()) records_.passives.safe(passive->second);
  }
}

// No core should apply a result that had ended before the object's last check began: judged by what the core shows, not by the
// module's opinion.
void Monitor::note_outdated(const wire::ResultsToCore& results) {
  const std::vector<std::string> applied = core_.take_handed_in();
  const std::int64_t wall_ms = core_.now().wall.time_since_epoch().count();
  for (const wire::ForwardedResult& forwarded : results.results) {
    const wire::CheckResult& result = forwarded.result;
    if (result.passive || !forwarded.command.empty() || std::find(applied.begin(), applied.end(), result.output) != applied.end()) continue;
    const std::size_t run = CheckLog::run_of(result.output);
    const Seconds finished = (result.finish_ms + wall_ms - result.sent_ms) / 1000;
    const auto index = core_.index_of(records_.checks.runs()[run].object);
    if (index && core_.state(*index).last_check > finished) records_.checks.outdated(run);
  }
}

// An action waits until the daemon reports it as stored; an earlier end means that something greater has replaced it.
void Monitor::note_acts(bool safe) {
  if (acts_.empty()) return;
  const std::vector<wire::Register> waiting = agent_->operators().unsafe();
  std::erase_if(acts_, [&](std::size_t number) {
    const wire::Register& act = records_.acts.acts()[number].row;
    const bool waits = std::any_of(waiting.begin(), waiting.end(), [&](const wire::Register& row) {
      return cluster::key_of(row) == cluster::key_of(act) && row.version.hlc == act.version.hlc;
    });
    if (!waits) safe ? records_.acts.safe(number) : records_.acts.replaced(number);
    return !waits;
  });
}

// ---- input from outside

std::string Monitor::object_fields(Index object) const {
  const ObjectPlan& plan = plan_.objects[core_.plan_object(object)];
  return plan.host + ";" + (plan.service.empty() ? "" : plan.service + ";");
}

// By command, or by the spool folder for results.
void Monitor::hand_result(std::size_t object) {
  const Index index = *core_.index_of(object);
  const std::size_t number = records_.passives.handed(object, life_, environment_.core.true_time());
  const std::string output = PassiveLog::output_of(number);
  if (number % 3 != 0)
    return core_.command("PROCESS_SERVICE_CHECK_RESULT;" + object_fields(index) + std::to_string(PassiveLog::state_of(number)) + ";" +
                         output);
  ModelResult result;
  result.passive = true;
  result.return_code = PassiveLog::state_of(number);
  result.start_ms = result.finish_ms = core_.now().wall.time_since_epoch().count();
  result.output = output;
  core_.spooled_result(index, result);
}

void Monitor::act(const ActPlan& plan) {
  const std::uint64_t before = agent_->ownership().side().clock();
  const bool expected = carry_out(plan);
  bool written = false;
  for (const wire::Register& row : agent_->operators().unsafe()) {
    if (row.version.hlc <= before) continue;
    written = true;
    acts_.push_back(records_.acts.did({life_, environment_.core.true_time(), row, false, false}));
  }
  if (expected && !written) records_.acts.overlooked(life_, environment_.core.true_time());
  note_acts(false);
}

// Returns whether it has an effect.
bool Monitor::carry_out(const ActPlan& plan) {
  const Index object = *core_.index_of(plan.object);
  const std::string kind = kind_of(object);
  const std::string fields = object_fields(object);
  const std::string text = "act " + std::to_string(records_.acts.next());
  const std::int64_t now = core_.now().wall.time_since_epoch().count() / 1000;
  const std::string persistent = plan.draw % 4 != 0 ? "1;" : "0;";
  switch (plan.act) {
    case Act::remove:
      return remove_item(plan.draw);
    case Act::comment:
      return core_.command("ADD_" + kind + "_COMMENT;" + fields + persistent + "operator;" + text), true;
    case Act::downtime:
      return core_.command("SCHEDULE_" + kind + "_DOWNTIME;" + fields + std::to_string(now) + ";" + std::to_string(now + kDowntime) +
                           ";1;0;0;operator;" + text),
             true;
    case Act::acknowledge: {
      const bool has_problem = core_.state(object).current_state != 0;
      core_.command("ACKNOWLEDGE_" + kind + "_PROBLEM;" + fields + (plan.draw % 2 != 0 ? "2;" : "1;") + "1;" + persistent + "operator;" +
                    text);
      return has_problem;
    }
    case Act::flexible_downtime:
      return core_.command("SCHEDULE_" + kind + "_DOWNTIME;" + fields + std::to_string(now) + ";" + std::to_string(now + kDowntime) +
                           ";0;0;" + std::to_string(kDowntime) + ";operator;" + text),
             true;
    case Act::forced_check:
      return core_.command("SCHEDULE_FORCED_" + kind + "_CHECK;" + fields + std::to_string(now)), false;
    case Act::custom_notification:
      return core_.command("SEND_CUSTOM_" + kind + "_NOTIFICATION;" + fields + std::to_string(plan.draw % 4) + ";operator;" + text), false;
    case Act::absurd_time:
      return core_.command(absurd_command(kind, fields, plan.draw)), false;
    case Act::attribute:
      return core_.command("CHANGE_CUSTOM_" + kind + "_VAR;" + fields + "NOTE;" + text), true;
  }
  return false;
}

// Removes one of the comments and downtimes that its core has.
bool Monitor::remove_item(std::uint64_t draw) {
  std::vector<std::string> there;
  for (const auto& [id, comment] : core_.operators_view().comments()) {
    if (comment.kind != ModelOperators::CommentKind::user) continue;
    there.push_back("DEL_" + std::string(kind_of(comment.object)) + "_COMMENT;" + std::to_string(id));
  }
  for (const auto& [id, downtime] : core_.operators_view().downtimes()) {
    there.push_back("DEL_" + std::string(kind_of(downtime.object)) + "_DOWNTIME;" + std::to_string(id));
  }
  if (there.empty()) return false;
  core_.command(there[draw % there.size()]);
  return true;
}

}  // namespace merlin::sim
