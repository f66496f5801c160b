#include "shared/config/sources.hpp"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace merlin::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Error cannot_read(const std::string& path, const std::string& why) { return {"cannot read the file: " + why, path, ""}; }

Error too_large(const std::string& path) {
  return {"the file is larger than " + std::to_string(kMaxFileSize) + " bytes", path, "split it by include"};
}

class Disk : public Sources {
 public:
  Result<std::string> read(const std::string& path) override {
    // O_NONBLOCK: a pipe at this path must not block us.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0) return cannot_read(path, std::strerror(errno));
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return cannot_read(path, std::strerror(errno));
    if (!S_ISREG(about.st_mode)) return cannot_read(path, "it is not a regular file");
    std::string text(kMaxFileSize + 1, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
      const ssize_t got = ::read(file.get(), text.data() + length, text.size() - length);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return cannot_read(path, std::strerror(errno));
      if (got == 0) break;
      length += static_cast<std::size_t>(got);
    }
    if (length > kMaxFileSize) return too_large(path);
    text.resize(length);
    text.shrink_to_fit();
    return text;
  }

  std::vector<std::string> match(const std::string& pattern) override {
    glob_t found{};
    std::vector<std::string> paths;
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    return paths;
  }

  std::string identity(const std::string& path) override {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    return real ? std::string(real.get()) : path;
  }

  std::string host_name() override {
    char name[HOST_NAME_MAX + 1] = "";
    if (::gethostname(name, sizeof name - 1) != 0) return "";
    return name;
  }
};

}  // namespace

Sources& disk() {
  static Disk the_disk;
  return the_disk;
}

Result<std::string> Overlay::read(const std::string& path) {
  const auto found = texts_.find(below_.identity(path));
  if (found == texts_.end()) return below_.read(path);
  if (found->second.size() > kMaxFileSize) return too_large(path);
  return found->second;
}

}  // namespace merlin::config
