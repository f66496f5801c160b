// Runs a fuzz target without libFuzzer: each file of the corpus unchanged, then a fixed number of mutations of them,
// the same ones in each run. Use: NAME_fuzz FOLDER... If the target dies, the input that caused it is printed.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

#ifndef MERLIN_FUZZ_MUTATIONS
#define MERLIN_FUZZ_MUTATIONS 5'000
#endif
constexpr std::size_t kMutations = MERLIN_FUZZ_MUTATIONS;

struct Input {
  std::string file;
  Bytes bytes;
};

// The present input, for the signal handler, which may only call write().
char running[4096 + 64];
int running_length = 0;

extern "C" void tell(int signal_number) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, running, static_cast<std::size_t>(running_length));
  std::signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void run(const std::string& file, std::size_t mutation, const Bytes& bytes) {
  const int length = std::snprintf(running, sizeof running, "died on %s, mutation %zu (0: as it is)\n", file.c_str(), mutation);
  running_length = std::clamp(length, 0, static_cast<int>(sizeof running) - 1);
  // A copy of exactly this length, so that the address sanitizer detects reads beyond its end.
  const Bytes exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::vector<Input> read_folder(const std::filesystem::path& folder) {
  std::vector<Input> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    inputs.push_back({entry.path().string(), Bytes(std::istreambuf_iterator<char>(file), {})});
  }
  std::ranges::sort(inputs, {}, &Input::file);
  return inputs;
}

// Standard distributions differ between libraries; this one is the same everywhere.
class Mutator {
 public:
  explicit Mutator(const std::vector<Input>& inputs) : inputs_(inputs) {}

  const Input& choose() { return inputs_[below(inputs_.size())]; }

  Bytes mutate(Bytes bytes) {
    for (std::size_t left = 1 + below(4); left > 0; --left) change(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  void change(Bytes& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto to = from + static_cast<std::ptrdiff_t>(below(bytes.size() - at + 1));
    const bool inside = at < bytes.size();
    switch (below(7)) {
      case 0:
        if (inside) bytes[at] ^= static_cast<std::uint8_t>(1u << below(8));
        return;
      case 1:
        if (inside) bytes[at] = interesting();
        return;
      case 2:
        bytes.insert(from, interesting());
        return;
      case 3:
        bytes.erase(from, to);
        return;
      case 4:
        bytes.erase(from, bytes.end());
        return;
      case 5: {
        const Bytes part(from, to);
        bytes.insert(from, part.begin(), part.end());
        return;
      }
      default: {
        const Bytes& other = choose().bytes;
        bytes.erase(from, bytes.end());
        bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(std::min(at, other.size())), other.end());
      }
    }
  }

  std::uint8_t interesting() {
    constexpr std::uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xff, '\n', '{', '}', '"', '='};
    const std::size_t choice = below(std::size(bytes) * 2);
    return choice < std::size(bytes) ? bytes[choice] : static_cast<std::uint8_t>(below(256));
  }

  const std::vector<Input>& inputs_;
  std::mt19937_64 random_{15551};
};

int replay(const std::filesystem::path& folder) {
  const std::vector<Input> inputs = read_folder(folder);
  if (inputs.empty()) {
    std::fprintf(stderr, "%s: no inputs\n", folder.c_str());
    return 1;
  }
  for (const Input& input : inputs) run(input.file, 0, input.bytes);
  Mutator mutator(inputs);
  for (std::size_t number = 1; number <= kMutations; ++number) {
    const Input& input = mutator.choose();
    run(input.file, number, mutator.mutate(input.bytes));
  }
  std::printf("%s: %zu inputs and %zu mutations\n", folder.c_str(), inputs.size(), kMutations);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "use: %s FOLDER...\n", argv[0]);
    return 2;
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL}) std::signal(number, tell);
  int status = 0;
  for (int i = 1; i < argc; ++i) status |= replay(argv[i]);
  return status;
}
