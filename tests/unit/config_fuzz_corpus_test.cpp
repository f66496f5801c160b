// Each input that the fuzzer for merlin.conf keeps runs through it once.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

BOOST_AUTO_TEST_CASE(every_kept_input_holds) {
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(MERLIN_SOURCE_DIR) + "/tests/fuzz/corpus/merlin_conf")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    BOOST_TEST_CONTEXT(entry.path()) {
      BOOST_TEST(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) == 0);
    }
    ++inputs;
  }
  BOOST_TEST(inputs >= 10);
}
