// Drained by order of an operator, here or on another node, until the opposite order or the end that the order contains.
#include <string>
#include <utility>

#include "shared/cluster/node/node_state.hpp"

namespace merlin::cluster {
namespace {

bool is_over(const Drain& drain, WallTime now) { return drain.until_ms != 0 && drain.until_ms <= now.time_since_epoch().count(); }

// For the log, whose lines have a time: "; reason: new kernel; it ends in 30 min".
std::string details_of(const Drain& drain, WallTime now) {
  std::string details;
  if (!drain.reason.empty()) details += "; reason: " + drain.reason;
  if (drain.until_ms != 0) {
    const auto left = std::chrono::ceil<std::chrono::minutes>(Millis{drain.until_ms} - now.time_since_epoch());
    details += "; it ends in " + std::to_string(left.count()) + " min";
  }
  return details;
}

}  // namespace

void Node::State::drain(Drain wanted, const std::string& line, Now now) {
  if (durable.drained && durable.drain == wanted) return;
  const bool has_news = durable.drain != wanted;
  durable.drained = true;
  durable.drain = std::move(wanted);
  out.push_back(Persist{durable});
  log(LogLevel::info, line + details_of(durable.drain, now.wall));
  if (has_news) announce_drain();
  happened(Event::own_state, Event::candidates);
}

void Node::State::undrain(const std::string& line) {
  if (!durable.drained) return;
  const bool has_news = std::exchange(durable.drain, {}) != Drain{};
  durable.drained = false;
  out.push_back(Persist{durable});
  log(LogLevel::info, line);
  if (has_news) announce_drain();
  happened(Event::own_state, Event::candidates);
}

// Before the heartbeat with the phase, so that no node shows a drain without its reason.
void Node::State::announce_drain() {
  ++info_number;
  announce_info();
}

void Node::State::on(const NodeId& from, const wire::Order& order, Now now) {
  if (order.kind == wire::OrderKind::undrain) return undrain(name_of(from) + " orders us to end the drain");
  const Drain wanted{order.reason, order.until_ms};
  // The sender has compared it with its own clock.
  if (is_over(wanted, now.wall))
    return log(LogLevel::warning, name_of(from) + " orders us to drain until a time that is past by our clock: ignored");
  drain(wanted, name_of(from) + " orders us to drain", now);
}

void Node::State::settle_drain(WallTime now) {
  if (durable.drained && is_over(durable.drain, now)) undrain("undrained: the end of the drain is reached");
}

}  // namespace merlin::cluster
