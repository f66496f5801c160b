// Runs every scenario file of this folder; a story that differs from the expected one fails.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "tests/scenarios/scenario.hpp"

namespace {

std::vector<std::string> files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(MERLIN_SCENARIOS)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_story_is_as_written) {
  const auto paths = files();
  BOOST_REQUIRE(!paths.empty());
  for (const std::string& path : paths) {
    const auto scenario = merlin::sim::read_scenario(path);
    const auto story = merlin::sim::story_of(scenario);
    if (std::getenv("MERLIN_REWRITE") != nullptr) {
      merlin::sim::write_scenario(path, scenario, story);
      continue;
    }
    BOOST_TEST_CONTEXT(path) { BOOST_TEST(story == scenario.expected, boost::test_tools::per_element()); }
  }
}
