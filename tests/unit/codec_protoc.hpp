// protoc as an independent judge of our bytes, with merlin.proto.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/unit/temp_folder.hpp"

namespace merlin::wire::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

class Protoc {
 public:
  // The text format of a message's bytes, and the bytes of a text format.
  std::string decode(std::string_view message, std::string_view bytes) { return run("--decode=merlin." + std::string(message), bytes); }
  std::string encode(std::string_view message, std::string_view text) { return run("--encode=merlin." + std::string(message), text); }

  // A FileDescriptorSet.
  std::string descriptors() {
    run("--descriptor_set_out=" + folder_.file("set"), "");
    return folder_.read("set");
  }

 private:
  std::string run(const std::string& option, std::string_view input) {
    folder_.write("in", std::string(input));
    const std::string command = MERLIN_PROTOC " -I'" MERLIN_SOURCE_DIR "/shared/wire' " + option + " merlin.proto <'" + folder_.file("in") +
                                "' >'" + folder_.file("out") + "'";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
    return folder_.read("out");
  }

  merlin::test::TempFolder folder_;
};

}  // namespace merlin::wire::test
