// protoc as an independent judge of our bytes, by merlin.proto.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace merlin::wire::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

class Protoc {
 public:
  Protoc() {
    std::string name = (std::filesystem::temp_directory_path() / "merlin-codec-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    folder_ = name;
  }
  ~Protoc() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Protoc(const Protoc&) = delete;
  Protoc& operator=(const Protoc&) = delete;

  // Text format of a message's bytes, and bytes of its text format.
  std::string decode(std::string_view message, std::string_view bytes) { return run("--decode=merlin." + std::string(message), bytes); }
  std::string encode(std::string_view message, std::string_view text) { return run("--encode=merlin." + std::string(message), text); }

  // A FileDescriptorSet.
  std::string descriptors() {
    run("--descriptor_set_out=" + (folder_ / "set").string(), "");
    return read_file(folder_ / "set");
  }

 private:
  std::string run(const std::string& option, std::string_view input) {
    std::ofstream(folder_ / "in", std::ios::binary) << input;
    const std::string command = MERLIN_PROTOC " -I'" MERLIN_SOURCE_DIR "/shared/wire' " + option + " merlin.proto <'" +
                                (folder_ / "in").string() + "' >'" + (folder_ / "out").string() + "'";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
    return read_file(folder_ / "out");
  }

  std::filesystem::path folder_;
};

}  // namespace merlin::wire::test
