#include "mon/ssh/ssh_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mon/cli/folder_lock.hpp"
#include "shared/config/replace_file.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon::ssh {
namespace {

Error failure(const char* what, const std::string& path) {
  return {fmt::format("{}: {}", what, std::strerror(errno)), path, "check that you may write there"};
}

// Creates HOME/.ssh if it is missing, as HOME's owner would.
Result<> make_folder(const std::string& home, const std::string& folder) {
  struct stat about {};
  if (::stat(home.c_str(), &about) != 0) return failure("cannot be read", home);
  if (::mkdir(folder.c_str(), 0700) != 0) return errno == EEXIST ? Result<>(Ok{}) : failure("cannot be created", folder);
  if (::chown(folder.c_str(), about.st_uid, about.st_gid) != 0) return failure("its owner cannot be set", folder);
  return Ok{};
}

Result<> make_file(const std::string& folder, const std::string& path) {
  const net::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file && errno == EEXIST) return Ok{};
  struct stat about {};
  const bool made = file && ::stat(folder.c_str(), &about) == 0 && ::fchown(file.get(), about.st_uid, about.st_gid) == 0;
  return made ? Result<>(Ok{}) : failure("cannot be created", path);
}

}  // namespace

Result<bool> change_ssh_file(const std::string& home, const std::string& name,
                             const std::function<std::string(std::string_view text)>& change) {
  const std::string folder = home + "/.ssh";
  const std::string path = folder + "/" + name;
  if (auto made = make_folder(home, folder); !made) return made.error();
  const auto lock = lock_folder(folder);
  if (!lock) return lock.error();
  if (auto made = make_file(folder, path); !made) return made.error();
  const auto before = config::disk().read(path);
  if (!before) return before.error();
  const std::string after = change(*before);
  if (after == *before) return false;
  if (auto written = config::replace_file_atomically(path, after); !written) return written.error();
  return true;
}

Result<std::string> read_ssh_file(const std::string& home, const std::string& name) {
  const std::string path = fmt::format("{}/.ssh/{}", home, name);
  if (::access(path.c_str(), F_OK) != 0) return std::string();
  return config::disk().read(path);
}

}  // namespace merlin::mon::ssh
