// sim --seed N [--trace]        one run; prints a hash over everything that happened
// sim --seeds A..B              many runs; prints the command that replays each failing one
// sim --seeds-from FILE         the saved seeds, one per line; # begins a comment
//     --nodes N                 that many servers instead of the drawn number
//     --expect-failure          the program contains an intentionally broken rule: succeeds only if some seed fails
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world.hpp"

namespace {

using namespace merlin::sim;

struct Options {
  std::vector<std::uint64_t> seeds;
  std::optional<std::size_t> nodes;
  bool trace = false;
  bool expect_failure = false;
};

std::vector<std::uint64_t> seeds_from(const std::string& path) {
  std::vector<std::uint64_t> seeds;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') seeds.push_back(std::stoull(line));
  }
  return seeds;
}

std::vector<std::uint64_t> range(const std::string& text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) throw std::runtime_error("--seeds wants A..B");
  std::vector<std::uint64_t> seeds;
  const std::uint64_t last = std::stoull(text.substr(dots + 2));
  for (std::uint64_t seed = std::stoull(text); seed <= last; ++seed) seeds.push_back(seed);
  return seeds;
}

Options parse(int count, char** words) {
  Options options;
  for (int at = 1; at < count; ++at) {
    const std::string word = words[at];
    const auto value = [&] {
      if (at + 1 >= count) throw std::runtime_error(word + " wants a value");
      return std::string(words[++at]);
    };
    if (word == "--seed") {
      options.seeds.push_back(std::stoull(value()));
    } else if (word == "--seeds") {
      options.seeds = range(value());
    } else if (word == "--seeds-from") {
      options.seeds = seeds_from(value());
    } else if (word == "--nodes") {
      options.nodes = std::stoul(value());
      if (*options.nodes < 2) throw std::runtime_error("--nodes wants 2 or more");
    } else if (word == "--trace") {
      options.trace = true;
    } else if (word == "--expect-failure") {
      options.expect_failure = true;
    } else {
      throw std::runtime_error("unknown word " + word);
    }
  }
  return options;
}

struct Peaks {
  int heartbeats = 0;
  int messages = 0;
};

bool run(std::uint64_t seed, const Options& options, Peaks& peaks) {
  const Plan plan = draw_plan(seed, options.nodes);
  Story::Sink sink;
  if (options.trace) sink = [](const std::string& line) { std::cout << line << "\n"; };
  const Outcome outcome = World(plan, sink).run();
  peaks.heartbeats = std::max(peaks.heartbeats, outcome.most_heartbeats);
  peaks.messages = std::max(peaks.messages, outcome.most_messages);
  const bool good = outcome.verdict.failures.empty();
  if (options.seeds.size() == 1)
    std::cout << "seed " << seed << ": " << outcome.checks << " checks, trace hash " << std::hex << outcome.hash << std::dec << "\n";
  if (good || options.expect_failure) return good;
  std::cout << "FAILED seed " << seed << "\n";
  for (const std::string& failure : outcome.verdict.failures) std::cout << "  " << failure << "\n";
  std::cout << "  replay: sim --seed " << seed;
  if (options.nodes) std::cout << " --nodes " << *options.nodes;
  std::cout << " --trace\n";
  return false;
}

}  // namespace

int main(int count, char** words) {
  try {
    const Options options = parse(count, words);
    std::size_t failed = 0;
    std::size_t ran = 0;
    Peaks peaks;
    for (std::uint64_t seed : options.seeds) {
      ++ran;
      if (!run(seed, options, peaks)) ++failed;
      if (failed > 0 && options.expect_failure) break;
    }
    std::cout << ran << " runs, " << failed << " failed; in the busiest second a link carried " << peaks.heartbeats << " heartbeats, "
              << peaks.messages << " messages\n";
    if (options.expect_failure) return failed > 0 ? 0 : 1;
    return failed == 0 && ran > 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "sim: " << error.what() << "\n";
    return 2;
  }
}
