#include "mon/cli/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace merlin::mon {
namespace {

constexpr int kTurns = 100;
constexpr std::chrono::milliseconds kTurn{50};

}  // namespace

Result<net::Fd> lock_folder(const std::string& folder) {
  net::Fd held(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!held) return Error{fmt::format("cannot be opened: {}", std::strerror(errno)), folder, ""};
  for (int i = 0; i < kTurns; ++i) {
    if (::flock(held.get(), LOCK_EX | LOCK_NB) == 0) return held;
    std::this_thread::sleep_for(kTurn);
  }
  return Error{"another mon is running there and does not end", folder, "try again"};
}

net::Fd try_lock_folder(const std::string& folder) {
  net::Fd held(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!held || ::flock(held.get(), LOCK_EX | LOCK_NB) != 0) return {};
  return held;
}

}  // namespace merlin::mon
