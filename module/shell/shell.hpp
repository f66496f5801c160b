// Drives the agent in a real core: the link to the daemon, a timer and a wake-up in the core's loop, and the spool file.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "module/agent/agent.hpp"
#include "module/shell/link.hpp"
#include "module/shell/pulse.hpp"

namespace merlin::neb {

class Shell final : Driver, Link::User {
 public:
  // The maximum per turn of the core's loop.
  static constexpr std::chrono::microseconds kTurn{5000};
  // A daemon that misses this many heartbeats is lost (R8).
  static constexpr int kMissedHeartbeats = 3;

  // The core has its objects, and its loop is about to start. `core`, `loop` and `wraps` must outlive this. `kept`: what the previous shell
  // in this process had not sent.
  Shell(Core& core, Loop& loop, const config::Config& config, WrapFactory* wraps, std::uint64_t boot_id, Spool kept = {});
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  // Used by the core's callbacks.
  Agent& agent() { return agent_; }
  void loop_ends(bool reload);
  // An internal error ends the module: see Agent::fail().
  Spool fail(const std::string& reason, std::optional<Millis> again);
  // For the core's query handler: one JSON object.
  std::string status(const Costs& costs) const;

 private:
  class Call : public Watcher {
   public:
    Call(Shell& shell, void (Shell::*handler)()) : shell_(shell), handler_(handler) {}
    void on_ready(int) override { (shell_.*handler_)(); }

   private:
    Shell& shell_;
    void (Shell::*handler_)();
  };

  void send(const wire::Frame& message) override;
  void send(const Result<std::string>& frame);
  std::size_t unsent_bytes() const override { return link_.unsent_bytes(); }
  void trust_daemon() override { link_.trust(); }
  void wake() override { pulse_.wake(); }

  void on_link_open() override;
  void on_link_input() override { work(); }
  void on_link_drained() override { work(); }
  void on_link_lost(const std::string& why) override;

  void tick();
  void woken();
  void work();
  bool read_one(Now now);
  std::string spool_path() const;
  void unspool();
  void spool(const Spool& kept);

  Core& core_;
  Loop& loop_;
  Link link_;
  Call ticker_{*this, &Shell::tick};
  Call waker_{*this, &Shell::woken};
  Pulse pulse_;
  Agent agent_;
};

}  // namespace merlin::neb
