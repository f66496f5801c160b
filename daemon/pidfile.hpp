// The file with merlind's process id; a lock on it keeps a second merlind of the same node away.
#pragma once

#include <string>

#include "base/result.hpp"
#include "net/fd.hpp"

namespace merlin::daemon {

class PidFile {
 public:
  // Error: another process holds it, or it cannot be written.
  static Result<PidFile> take(const std::string& path);

  PidFile(PidFile&&) noexcept = default;
  PidFile& operator=(PidFile&&) noexcept = default;
  // Removes the file.
  ~PidFile();

 private:
  PidFile(std::string path, net::Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  net::Fd fd_;
};

}  // namespace merlin::daemon
