// A push of our object configuration: compares, stages everywhere, then activates one node after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <thread>

#include "mon/cli/progress_bar.hpp"
#include "mon/oconf/consent.hpp"
#include "mon/oconf/foreign.hpp"
#include "mon/oconf/here.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/sync/node.hpp"

namespace merlin::mon {

// The outcome at one node.
enum class PushOutcome { not_compared, left_out, same, unchanged, in_place, taken_back };

class Pusher {
 public:
  // Ctrl-C ends a command that `visitor` runs, but not one of `steady`: no core may stay stopped. All must outlive it.
  Pusher(const Call& call, Console& console, ConfigurationHere& here, Visitor& visitor, Visitor& steady);

  // The local core has accepted what is pushed. Failures at a node are printed as they occur.
  Outcome<int> run(const std::vector<config::NodeConfig>& nodes);

  // The outcome at each node, for --json.
  nlohmann::ordered_json document() const;

 private:
  // One target node.
  struct Goal {
    const config::NodeConfig* node = nullptr;
    ssh::Session session{};
    std::mutex in_use{};    // for the session: one command at a time
    std::string trouble{};  // why it may not be reached, as merlind sees it; empty: nothing is known
    std::optional<Error> fault{};
    std::optional<oconf::Objection> objection{};  // to replacing its configuration
    std::optional<Error> against{};               // why its configuration may not be replaced
    oconf::Difference difference{};
    oconf::ForeignFiles foreign{};
    oconf::Lineage lineage{};
    bool is_staged = false;
    std::optional<Result<SyncReport>> synced{};
    PushOutcome outcome = PushOutcome::not_compared;

    // Only peers have the same configuration: a poller's differs, and a master's is not ours to change.
    bool takes_part() const { return node->type == config::NodeType::peer; }
    bool is_wanted() const { return !fault && !difference.empty(); }
  };
  using Work = void (Pusher::*)(Goal&);

  void on_all(Work work);
  Result<Said> mon_there(Goal& goal, std::vector<std::string> words, const std::string& input = "");
  void note_lost_nodes();
  Result<ssh::Session> log_in(const Goal& goal);
  void compare(Goal& goal);
  void leave_out(Goal& goal);
  void show_differences();
  void show_paths(const Goal& goal);
  void show_lost(const Goal& goal);
  Outcome<> all_may_be_replaced();
  bool is_confirmed(const Goal& goal);
  static std::string restore_of(const Goal& goal);
  static nlohmann::ordered_json document_of(const Goal& goal);
  Result<> record();
  bool remember_replaced();
  void stage(Goal& goal);
  Result<> restart_here();
  bool activate_all();
  Result<> change(Goal& goal, const char* verb);
  void take_back(const std::vector<Goal*>& activated);
  void drop(Goal& goal);
  void sync(Goal& goal);
  int load_here();
  int go_along(int status);
  void keep_locks(const std::stop_token& ends);
  int finish(bool done);
  int status() const;

  const Call& call_;
  Console& console_;
  ConfigurationHere& here_;
  oconf::Lineage ours_;                      // from record() on: as it is once the push has replaced the versions of the other nodes
  const std::vector<oconf::Manifest> kept_;  // the versions that are kept here
  const std::string id_;
  Visitor& visitor_;
  Visitor& steady_;
  const ssh::Interrupt& interrupt_;
  bool must_end_ = false;  // commands there are run by steady_
  std::string trusted_;    // the trusted certificates, in the format for other nodes
  ProgressBar bar_;
  std::deque<Goal> goals_;
};

}  // namespace merlin::mon
