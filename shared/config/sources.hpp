// What loading merlin.conf needs from the machine. An interface, so that tests and the fuzzer run in memory, and an edit can be checked
// before it is written.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::config {

inline constexpr std::size_t kMaxFileSize = 1 << 20;  // bytes per file

class Sources {
 public:
  virtual ~Sources() = default;
  // The contents of a regular file of at most max_file_size bytes.
  virtual Result<std::string> read(const std::string& path) = 0;
  // The files that match a shell pattern, sorted; no match is not an error.
  virtual std::vector<std::string> match(const std::string& pattern) = 0;
  // A unique name for a file, regardless of links; `path` itself if it cannot be determined.
  virtual std::string identity(const std::string& path) = 0;
  virtual std::string host_name() = 0;
};

// The real machine.
Sources& disk();

// `below`, with the text of some files replaced.
class Overlay : public Sources {
 public:
  explicit Overlay(Sources& below) : below_(below) {}
  void put(const std::string& path, std::string text) { texts_[below_.identity(path)] = std::move(text); }

  Result<std::string> read(const std::string& path) override;
  std::vector<std::string> match(const std::string& pattern) override { return below_.match(pattern); }
  std::string identity(const std::string& path) override { return below_.identity(path); }
  std::string host_name() override { return below_.host_name(); }

 private:
  Sources& below_;
  std::map<std::string, std::string> texts_;
};

}  // namespace merlin::config
