// A push of our object configuration: compare, stage everywhere, then one node after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <thread>

#include "mon/fleet.hpp"
#include "mon/oconf_here.hpp"
#include "mon/progress_bar.hpp"
#include "mon/sync_node.hpp"

namespace merlin::mon {

class Pusher {
 public:
  Pusher(const Call& call, Console& console, ConfigurationHere& here, const ssh::LoginRules& rules);

  // The core here has checked what is pushed. Returns the exit status; all that went wrong is printed.
  int run(const std::vector<config::NodeConfig>& nodes);

  // What became of each node, for --json.
  nlohmann::ordered_json document() const;

 private:
  // One node that is pushed to.
  struct Goal {
    const config::NodeConfig* node = nullptr;
    ssh::Session session{};
    std::mutex in_use{};  // the session: one command at a time
    std::optional<Error> fault{};
    std::optional<Error> against{};  // why it may not be replaced
    oconf::Difference difference{};
    oconf::Lineage lineage{};
    bool is_staged = false;
    std::optional<Result<SyncReport>> synced{};
    std::string outcome{};  // "same", "unchanged", "in place", "taken back", "left out"; empty: not compared

    // Another node with the same configuration: a poller's is another one, a master's not ours.
    bool takes_part() const { return node->type == config::NodeType::peer; }
    bool is_wanted() const { return !fault && !difference.empty(); }
  };
  using Work = void (Pusher::*)(Goal&);

  void on_all(Work work);
  Result<Said> mon_there(Goal& goal, std::vector<std::string> words, const std::string& input = "");
  void compare(Goal& goal);
  void leave_out(Goal& goal);
  void show_differences();
  void show_paths(const oconf::Difference& found);
  bool all_may_be_replaced();
  std::optional<Error> objection(const Goal& goal) const;
  static nlohmann::ordered_json document_of(const Goal& goal);
  bool record();
  void stage(Goal& goal);
  bool restart_here();
  bool activate_all();
  Result<> activate(Goal& goal);
  void take_back(const std::vector<Goal*>& activated);
  void drop(Goal& goal);
  void sync(Goal& goal);
  int go_along(int status);
  void keep_locks(const std::stop_token& ends);
  int finish(bool done);
  int status() const;

  const Call& call_;
  Console& console_;
  ConfigurationHere& here_;
  oconf::Lineage ours_;
  const std::string id_;
  const ssh::Interrupt interrupt_;
  const ssh::Interrupt calm_{ssh::Interrupt::Listens::no};
  Visitor visitor_;
  Visitor steady_;
  bool must_end_ = false;  // what runs there now is not ended by Ctrl-C: no core may be left stopped
  std::string trusted_;    // which certificates, as the others take it
  ProgressBar bar_;
  std::deque<Goal> goals_;
};

}  // namespace merlin::mon
