// mon watch
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include "mon/cli/child.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/cli/options.hpp"
#include "mon/oconf/loaded.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/push_commands.hpp"
#include "mon/oconf/stage.hpp"
#include "mon/oconf/watch_marks.hpp"
#include "mon/service/service_plan.hpp"
#include "shared/config/load.hpp"

namespace merlin::mon {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Millis kLookInterval = 2s;
constexpr Millis kAnswerTimeout = 5s;
constexpr Millis kPushTimeout = std::chrono::hours(1);  // of a push, possibly to many nodes
constexpr Millis kFirstPause = 30s;                     // after a failed sync; doubled each time
constexpr Millis kLongestPause = 10min;

// One node whose sync { } has watch = yes.
struct Watched {
  std::string pushed;  // the mark of the last push
  Millis pause{0};
  Clock::time_point not_before{};
};

class Watch {
 public:
  Watch(const Call& call, Console& console) : call_(call), console_(console), program_("/proc/self/exe") {
    std::error_code fault;
    const auto real = std::filesystem::read_symlink(program_, fault);
    if (!fault) program_ = real.string();
    ::openlog("mon watch", LOG_PID, LOG_DAEMON);
  }

  // Runs until its parent process ends.
  void run() {
    while (!has_ended()) look();
  }

 private:
  bool has_ended() const {
    struct stat input {};
    const bool is_held = ::fstat(STDIN_FILENO, &input) == 0 && S_ISFIFO(input.st_mode);
    pollfd waiting{is_held ? STDIN_FILENO : -1, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(kLookInterval.count())) > 0;
  }

  void look() {
    const auto loaded = config::load_file(call_.config_path);
    if (!loaded.ok()) return;  // merlind reports it
    sync_changed(*loaded.config);
    if (loaded.config->daemon.object_config.automatic == config::AutoPush::push) push_newer(*loaded.config);
  }

  void sync_changed(const config::Config& config) {
    for (const config::NodeConfig& node : config.nodes) {
      if (!node.sync.watch || node.sync.entries.empty()) continue;
      Watched& watched = watched_[node.name];
      const std::string mark = mark_of(node.sync);
      if (mark == watched.pushed || Clock::now() < watched.not_before) continue;
      if (carry_out({program_, "sync", "push", node.name, "--config", call_.config_path})) {
        watched = {mark, Millis(0), {}};
        continue;
      }
      watched.pause = watched.pause == Millis(0) ? kFirstPause : std::min(2 * watched.pause, kLongestPause);
      watched.not_before = Clock::now() + watched.pause;
    }
  }

  // Pushes the configuration that our core runs to the nodes on which merlind sees our previous one: never over a newer one or one that was
  // changed there. A configuration whose push failed is not pushed again.
  void push_newer(const config::Config& config) {
    Call quick = call_;
    quick.timeout = kAnswerTimeout;
    const Answer status = ask_daemon(quick, {{"command", "status"}});
    if (!status) return;
    std::vector<std::string> others;
    std::string tried;
    for (const auto& node : nodes_of(*status)) {
      tried += text_at(node, "name") + text_at(node, "state") + text_at(node, "config_hash") + ' ';
      const bool is_older = !flag_at(node, "self") && is_active(node) && config_of(node) == ConfigRelation::older;
      if (is_older) others.push_back(text_at(node, "name"));
    }
    if (tried == tried_) return;
    const auto ours = running(config);
    if (!ours) return;
    tried_ = tried;
    const std::string digest = oconf::digest_of(*ours);
    // Recorded, so that nodes which still have it are older after the next change.
    const auto recorded = oconf::Stage(ours->main.path, config.node_name).record(*ours);
    if (!recorded || others.empty() || failed_.contains(digest)) return;
    if (!push_to(config, others)) failed_.insert(digest);
  }

  bool push_to(const config::Config& config, const std::vector<std::string>& others) {
    bool is_good = true;
    for (const auto& command :
         oconf::push_commands(config, others, {program_, "oconf", "push", "--if-newer", "--config", call_.config_path}))
      is_good = carry_out(command) && is_good;
    return is_good;
  }

  // Our object configuration; empty while our core does not run it yet, or while it is being edited.
  static std::optional<oconf::Manifest> running(const config::Config& config) {
    const auto files = core_files(config.core, look_at_machine());
    const auto manifest = files.config.empty() ? Result<oconf::Manifest>(Error{}) : oconf::read_manifest(files.config);
    return manifest && oconf::is_loaded(*manifest) ? std::optional(*manifest) : std::nullopt;
  }

  bool carry_out(const std::vector<std::string>& command) {
    const auto done = run_child(command, kPushTimeout);
    const std::string line = fmt::format("{}: {}", fmt::join(command.begin() + 1, command.end(), " "), done ? "done" : done.error().what);
    ::syslog(done ? LOG_INFO : LOG_WARNING, "%s", line.c_str());
    console_.note(line);
    return done.ok();
  }

  const Call& call_;
  Console& console_;
  std::string program_;
  std::map<std::string, Watched> watched_;  // by node
  std::set<std::string> failed_;            // digests
  std::string tried_;                       // nodes and their configurations at the last attempt
};

Outcome<int> run_watch(const Call& call, Console& console) {
  Watch(call, console).run();
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kWatch{
    .name = "watch",
    .section = Section::files,
    .summary = "push automatically, as set in merlin.conf",
    .details =
        "merlind starts this as root. With daemon { object_config { auto = push } } it pushes our object configuration when our\n"
        "core runs it, and each sync { } block with watch = yes after a change. If standard input is a pipe, it ends with it.\n"
        "It writes to the system log.",
    .examples = {"mon watch"},
    .run = run_watch,
};

}  // namespace commands

}  // namespace merlin::mon
