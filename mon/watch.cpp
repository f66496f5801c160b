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

#include "config/load.hpp"
#include "mon/child.hpp"
#include "mon/commands.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/stage.hpp"
#include "mon/service_plan.hpp"
#include "mon/site.hpp"
#include "mon/watch_marks.hpp"

namespace merlin::mon {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Millis look_interval = 2s;
constexpr Millis answer_timeout = 5s;
constexpr Millis push_timeout = std::chrono::hours(1);  // of a push that may go to many nodes
constexpr Millis first_pause = 30s;                     // after a sync that failed; twice as long each time
constexpr Millis longest_pause = 10min;

// One node whose sync { } has watch = yes.
struct Watched {
  std::string pushed;  // the mark of what was pushed last
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

  // Until what started us ends.
  void run() {
    while (!has_ended()) look();
  }

 private:
  bool has_ended() const {
    struct stat input {};
    const bool is_held = ::fstat(STDIN_FILENO, &input) == 0 && S_ISFIFO(input.st_mode);
    pollfd waiting{is_held ? STDIN_FILENO : -1, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(look_interval.count())) > 0;
  }

  void look() {
    const auto loaded = config::load_file(call_.config_path);
    if (!loaded.ok()) return;  // merlind says so
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
      watched.pause = watched.pause == Millis(0) ? first_pause : std::min(2 * watched.pause, longest_pause);
      watched.not_before = Clock::now() + watched.pause;
    }
  }

  // What our core runs, to those that merlind sees running what it ran before: never over one that is newer or was changed
  // there. A configuration that could not be pushed is not tried again.
  void push_newer(const config::Config& config) {
    Call quick = call_;
    quick.timeout = answer_timeout;
    const Answer status = ask_daemon(quick, {{"command", "status"}});
    if (!status) return;
    std::vector<std::string> others;
    std::string tried;
    for (const auto& node : nodes_of(*status)) {
      tried += text_at(node, "name") + text_at(node, "state") + text_at(node, "config_hash") + ' ';
      const bool is_older = !flag_at(node, "self") && text_at(node, "state") == "active" && text_at(node, "config") == "older";
      if (is_older) others.push_back(text_at(node, "name"));
    }
    if (tried == tried_) return;
    const auto ours = running(config);
    if (!ours) return;
    tried_ = tried;
    const std::string digest = oconf::digest_of(*ours);
    // Recorded, so that those who have it still are older after the next change.
    const auto recorded = oconf::Stage(ours->main.path, config.node_name).record(*ours);
    if (!recorded || others.empty() || failed_.contains(digest)) return;
    if (!push_to(config, others)) failed_.insert(digest);
  }

  // By the command of the node's own object_config { push }, else by that of daemon { object_config { push } }, else by ours.
  bool push_to(const config::Config& config, const std::vector<std::string>& others) {
    bool is_good = true;
    std::vector<std::string> command{program_, "oconf", "push", "--if-newer", "--config", call_.config_path};
    const std::size_t without_names = command.size();
    for (const std::string& name : others) {
      const config::NodeConfig* node = config.find_node(name);
      if (node != nullptr && node->object_config.push)
        is_good = carry_out({"/bin/sh", "-c", *node->object_config.push}) && is_good;
      else
        command.push_back(name);
    }
    if (command.size() == without_names) return is_good;
    if (config.daemon.object_config.push) command = {"/bin/sh", "-c", *config.daemon.object_config.push};
    return carry_out(command) && is_good;
  }

  // Our object configuration; empty while our core does not run it yet, or it is being edited.
  static std::optional<oconf::Manifest> running(const config::Config& config) {
    const auto files = core_files(config.core, look_at_machine());
    const auto manifest = files.config.empty() ? Result<oconf::Manifest>(Error{}) : oconf::read_manifest(files.config);
    return manifest && oconf::is_running(*manifest) ? std::optional(*manifest) : std::nullopt;
  }

  bool carry_out(const std::vector<std::string>& command) {
    const auto done = run_child(command, push_timeout);
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
  std::string tried_;                       // who was there with which configuration, at the last look that led to something
};

}  // namespace

int run_watch(const Call& call, Console& console) {
  Watch(call, console).run();
  return all_well;
}

}  // namespace merlin::mon
