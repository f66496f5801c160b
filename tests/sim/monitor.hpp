// The process of a monitoring core: the model core, the module's own agent in it, and its end of the socket to the daemon.
// It drives the agent as module/shell does in a real core, and records for the judges what the core really does.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "module/agent/agent.hpp"
#include "shared/cluster/interface/register.hpp"
#include "tests/sim/model_core.hpp"
#include "tests/sim/network.hpp"

namespace merlin::sim {

class Monitor final : neb::Driver {
 public:
  struct Environment {
    ModelCore::Environment core;
    // A message on its way to the daemon.
    std::function<void(const Packet&)> to_daemon;
    // The daemon has been silent for too long: the link counts as lost until its next message, and is then established again.
    std::function<void()> silent;
    // The agent closes this link.
    std::function<void()> close;
  };

  // `spool`: data that the previous process saved at a planned end. `plan` and `records` outlive this.
  Monitor(const Plan& plan, const CoreLife& life, const Retention& retention, std::optional<neb::Spool> spool, Records& records,
          Environment environment);

  // ---- the link
  wire::CoreHello hello() const { return agent_->hello(); }
  void connected();
  void lost();
  void receive(const Packet& packet);

  // ---- the core's loop
  void turn();
  // From outside: a result for an object that it has configured.
  void hand_result(std::size_t object);
  void act(const ActPlan& plan);
  void save_begins() { agent_->saving(true); }
  void save_ends() { agent_->saving(false); }
  // A planned end: the module announces it and returns the data to be kept.
  neb::Spool leave();
  Retention save() const { return core_.save(); }
  void killed() { core_.killed(); }
  void freeze(bool frozen) { core_.freeze(frozen); }

  // ---- for the judges
  bool owns(std::size_t object) const;
  bool knows(std::size_t object) const { return core_.index_of(object).has_value(); }
  const ModelState& state(std::size_t object) const { return core_.state(*core_.index_of(object)); }
  wire::Version version(std::size_t object) const { return agent_->rows().version(*core_.index_of(object)); }
  const ModelCore& core() const { return core_; }
  const neb::Agent& agent() const { return *agent_; }
  std::size_t writes_waiting() const { return agent_->operators().waiting(); }

 private:
  void send(const wire::Frame& message) override;
  std::size_t unsent_bytes() const override { return 0; }
  void trust_daemon() override {}
  void wake() override;

  void work();
  void notice_silence(SteadyTime now);
  void turn_core(SteadyTime now);
  void take(const Packet& packet);
  void note_sent(const wire::Frame& message);
  void note_received(const wire::Frame& message);
  void note_outdated(const wire::ResultsToCore& results);
  void note_acts(bool safe);
  bool carry_out(const ActPlan& plan);
  bool remove_item(std::uint64_t draw);
  std::string object_fields(Index object) const;
  const char* kind_of(Index object) const { return object < core_.host_count() ? "HOST" : "SVC"; }

  const Plan& plan_;
  CoreLife life_;
  Records& records_;
  Environment environment_;
  ModelCore core_;
  std::unique_ptr<neb::Agent> agent_;
  std::deque<Packet> inbox_;
  bool linked_ = false;
  bool awake_ = false;
  Millis silence_{0};
  SteadyTime turned_{};
  bool hung_ = false;                               // for so long that others have taken over, and the daemon has been silent since
  std::map<std::uint64_t, std::size_t> forwarded_;  // passive results by the numbers under which they were forwarded
  std::vector<std::size_t> acts_;                   // not stored yet, by their numbers in the records
};

}  // namespace merlin::sim
