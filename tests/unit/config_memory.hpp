// Sources in memory: files by path, and a host name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/load.hpp"

namespace merlin::config {

class MemorySources : public Sources {
 public:
  std::map<std::string, std::string> files;
  std::string name = "testhost";

  Result<std::string> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return Error{"cannot read the file: No such file or directory", path, ""};
    return found->second;
  }
  // Knows the one pattern DIR/*.
  std::vector<std::string> match(const std::string& pattern) override {
    const std::string folder = pattern.substr(0, pattern.find('*'));
    std::vector<std::string> found;
    for (const auto& [path, text] : files) {
      if (path.substr(0, folder.size()) == folder) found.push_back(path);
    }
    return found;
  }
  std::string identity(const std::string& path) override { return path; }
  std::string host_name() override { return name; }
};

inline LoadResult load(std::string_view text) {
  MemorySources sources;
  return load_text(text, "merlin.conf", sources);
}

inline std::string all_lines(const std::vector<Error>& errors) {
  std::string text;
  for (const Error& error : errors) text += error.text() + "\n";
  return text;
}

}  // namespace merlin::config
