// A merlin.conf that becomes invalid while the core runs changes nothing at its reload.
#include <boost/test/unit_test.hpp>

#include "module/shell/last_good.hpp"
#include "tests/unit/config_memory.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

constexpr const char* kPath = "/etc/merlin/merlin.conf";

struct Files {
  Files() {
    disk.files[kPath] = "cluster = north\ninclude conf.d/*\n";
    disk.files["/etc/merlin/conf.d/one"] = "peer server02 {\naddress = 10.0.0.2\n}\n";
  }
  ~Files() { keep_in_process({}); }
  Loading load() { return load_or_fall_back(kPath, disk); }

  config::MemorySources disk;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_right_file_is_used_and_a_wrong_one_at_the_start_is_not, Files) {
  disk.files[kPath] = "partition = some\n";
  const Loading wrong = load();
  BOOST_TEST(!wrong.result.ok());
  BOOST_TEST(wrong.errors.size() == 1u);
  BOOST_TEST(!wrong.is_last_good);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_became_wrong_leaves_the_settings_as_they_were, Files) {
  const Loading right = load();
  BOOST_REQUIRE(right.result.ok());
  BOOST_TEST(!right.is_last_good);
  BOOST_TEST(right.errors.empty());
  // Everything is as it was then, including included files and the host's name.
  disk.files = {{kPath, "partition = some\ninclude conf.d/*\n"}, {"/etc/merlin/conf.d/two", "peer server03 {\n}\n"}};
  disk.name = "renamed";
  for (int reload = 0; reload < 2; ++reload) {
    const Loading wrong = load();
    BOOST_REQUIRE(wrong.result.ok());
    BOOST_TEST(wrong.is_last_good);
    BOOST_TEST(wrong.errors.size() == 1u);
    BOOST_TEST((*wrong.result.config == *right.result.config));
  }
  disk.files[kPath] = "cluster = south\n";
  BOOST_TEST(load().result.config->cluster == "south");
  disk.files.clear();
  BOOST_TEST(load().result.config->cluster == "south", "a file that is gone is a wrong one");
}

BOOST_FIXTURE_TEST_CASE(another_file_than_before_is_not_mixed_up_with_it, Files) {
  BOOST_REQUIRE(load().result.ok());
  BOOST_TEST(!load_or_fall_back("/etc/other.conf", disk).result.ok());
}

BOOST_AUTO_TEST_CASE(what_is_kept_comes_back_as_it_was) {
  const Recorder::Record record = {{"", ""}, {"read x", std::string("a\0b\n", 4)}, {"long", std::string(100'000, 'l')}};
  keep_in_process(record);
  BOOST_TEST((kept_in_process() == record));
  keep_in_process({{"short", "s"}});
  BOOST_TEST((kept_in_process() == Recorder::Record{{"short", "s"}}));
  keep_in_process({});
}
