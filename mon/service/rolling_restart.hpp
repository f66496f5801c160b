// Restarts nodes one after another: each is drained first, and ready again before the next.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mon/service/moving.hpp"
#include "mon/ssh/remote_nodes.hpp"

namespace merlin::mon {

enum class RestartOutcome { not_restarted, restarted, failed, left_drained };

// One node's turn.
struct Turn {
  std::string name;
  const config::NodeConfig* node = nullptr;  // null: this node
  ssh::Session session{};
  std::optional<Error> fault{};
  RestartOutcome outcome = RestartOutcome::not_restarted;
};

class RollingRestart {
 public:
  // Ctrl-C ends a command that `visitor` runs, but not one of `steady`: no core may stay stopped. All must outlive it.
  RollingRestart(const Call& call, Console& console, Visitor& visitor, Visitor& steady)
      : call_(call), console_(console), visitor_(visitor), steady_(steady), interrupt_(visitor.interrupt()) {}

  // In this order. Failures at a node are printed as they occur.
  Outcome<int> run(std::vector<Turn>& turns);

 private:
  Outcome<> prepare(std::vector<Turn>& turns);
  void look_at(Turn& turn, const nlohmann::ordered_json& status);
  Result<> log_in(Turn& turn);
  Result<> restart(Turn& turn);
  Result<> drain(Turn& turn);
  Result<> wait_until_empty(Turn& turn);
  Result<> heard_again(const Turn& turn);
  Result<> take_back(Turn& turn);
  Result<> restart_services(Turn& turn);
  Result<> mon_restart_here(bool only_check) const;
  Outcome<std::string> order(const Turn& turn, const char* verb);
  Result<std::string> wait_for(const Turn& turn, const Judge& judge);
  void say(const Turn& turn, const std::string& text);
  void name_the_others(const std::vector<Turn>& turns);

  const Call& call_;
  Console& console_;
  Visitor& visitor_;
  Visitor& steady_;
  const ssh::Interrupt& interrupt_;
};

}  // namespace merlin::mon
