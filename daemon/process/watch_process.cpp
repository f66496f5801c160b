#include "daemon/process/watch_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace merlin::daemon {
namespace {

class Spawning {
 public:
  explicit Spawning(int input) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID);
  }
  ~Spawning() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;

  int start(std::array<std::string, 4> words) {
    std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
    pid_t pid = 0;
    return ::posix_spawnp(&pid, arguments[0], &files_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

bool wants_watch(const config::Config& config) {
  const auto is_watched = [](const config::NodeConfig& node) { return node.sync.watch && !node.sync.entries.empty(); };
  return config.daemon.object_config.automatic == config::AutoPush::push || std::ranges::any_of(config.nodes, is_watched);
}

Result<net::Fd> start_watch(const std::string& config_path) {
  std::array<int, 2> ends{-1, -1};
  int fault = ::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno;
  const net::Fd theirs(ends[0]);
  net::Fd ours(ends[1]);
  if (fault == 0) fault = Spawning(theirs.get()).start({"mon", "watch", "--config", config_path});
  if (fault == 0) return ours;
  return Error{std::string("cannot be started: ") + std::strerror(fault), "mon watch",
               "automatic pushes do not work until merlind starts again"};
}

}  // namespace merlin::daemon
