#include "daemon/process/ticker.hpp"

#include "daemon/process/clocks.hpp"

namespace merlin::daemon {

Ticker::Ticker(ev::loop_ref loop, Millis heartbeat, Tick tick) : heartbeat_(heartbeat), tick_(std::move(tick)), timer_(loop), idle_(loop) {
  timer_.set<Ticker, &Ticker::timer>(this);
  idle_.set<Ticker, &Ticker::all_is_read>(this);
  idle_.priority = EV_MINPRI;
}

void Ticker::start() {
  last_ = read_clocks().steady;
  const double period = std::chrono::duration<double>(kPeriod).count();
  timer_.start(period, period);
}

void Ticker::stop() {
  timer_.stop();
  idle_.stop();
}

void Ticker::timer() noexcept {
  const Now now = read_clocks();
  const Millis late_by = now.steady - last_ - kPeriod;
  if (late_by <= heartbeat_) return tick(now, Millis{0});
  if (!idle_.is_active()) {
    catching_up_since_ = now.steady;
    idle_.start();
  }
  if (now.steady - catching_up_since_ > kMaxCatchUp) all_is_read();
}

void Ticker::all_is_read() noexcept {
  idle_.stop();
  const Now now = read_clocks();
  tick(now, now.steady - last_ - kPeriod);
}

void Ticker::tick(Now now, Millis late_by) {
  last_ = now.steady;
  tick_(now, late_by);
}

}  // namespace merlin::daemon
