// The file with merlind's process id. A lock on it prevents a second merlind of the same node.
#pragma once

#include <string>

#include "shared/base/result.hpp"
#include "shared/net/fd.hpp"

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
