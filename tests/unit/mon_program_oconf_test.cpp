// What mon oconf tells of this node's own configuration: versions, and whether the core has loaded it.
#include <boost/test/unit_test.hpp>

#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;

namespace {

// A node with the files of a core that has started.
struct CoreNode : LocalNode {
  CoreNode() {
    std::filesystem::create_directories(folder.file("conf.d"));
    std::filesystem::create_directories(folder.file(".merlin"));
    folder.write("merlin.conf", conf() + "core {\n config = " + folder.file("main.cfg") + "\n}\n");
    folder.write("main.cfg", "broker_module=/usr/lib/merlin/merlin.so\ncfg_dir=conf.d\nobject_cache_file=cache\n");
    folder.write("conf.d/one.cfg", "one\n");
    start_core();
  }
  void start_core() const {
    ::usleep(20'000);
    folder.write("cache", "cache\n");
    ::usleep(20'000);
  }
  void write_history(const ordered_json& versions) const { folder.write(".merlin/history.json", versions.dump()); }
};

ordered_json version(int counter, char digit, const std::string& author) {
  return {{"counter", counter}, {"digest", std::string(64, digit)}, {"author", author}, {"time", 1'700'000'000}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_number_that_two_versions_have_is_refused_with_their_digests) {
  const CoreNode node;
  node.write_history({version(1, 'a', "peer01"), version(2, 'b', "peer01"), version(1, 'c', "peer02"), version(2, 'd', "peer02")});
  node.refuses("oconf rollback 2", 1,
               "mon: 2: several versions match; give the digest of one: bbbbbbbbbbbb (2 by peer01), dddddddddddd (2 by peer02)\n");
  node.refuses("oconf rollback dddddd", 1, "mon: dddddddddddd: its files are not kept here");
  node.refuses("oconf rollback 3", 1, "mon: 3: is the version in place");
  node.refuses("oconf rollback 9", 1, "mon: 9: no such version");
}

BOOST_AUTO_TEST_CASE(files_that_the_core_has_not_loaded_are_shown) {
  const CoreNode node;
  FakeDaemon daemon(node.folder.file("sock"), [](const ordered_json&) {
    return line_of(a_status({a_node("peer01", true, "active", "ready", 30), a_node("peer02", false, "active", "ready", 0)}));
  });
  BOOST_TEST(node.mon("oconf history").out.ends_with(" peer01               in place\n"));
  BOOST_TEST(ordered_json::parse(node.mon("oconf history --json").out)["loaded"] == true);
  BOOST_TEST(node.mon("node status").out.find("has not loaded it") == std::string::npos);
  node.folder.write("conf.d/one.cfg", "two\n");
  BOOST_TEST(node.mon("oconf history").out.ends_with(" peer01               in place, not loaded by the core\n"));
  BOOST_TEST(ordered_json::parse(node.mon("oconf history --json").out)["loaded"] == false);
  const std::string shown = node.mon("node status").out;
  BOOST_TEST(shown.find("the object configuration here was changed at ") != std::string::npos, shown);
  BOOST_TEST(shown.find(", and the core has not loaded it; fix: mon oconf push\n") != std::string::npos, shown);
  const Outcome plugin = node.mon("check status");
  BOOST_TEST(plugin.status == 1);
  BOOST_TEST(plugin.out.find("and the core has not loaded it") != std::string::npos, plugin.out);
  const std::string conf = node.conf();
  node.folder.write("merlin.conf", conf.substr(0, conf.find("# the second one")) + conf.substr(conf.find("core {")));
  const std::string alone = node.mon("node status").out;
  BOOST_TEST(alone.find(", and the core has not loaded it; fix: mon restart\n") != std::string::npos, alone);
  node.start_core();
  BOOST_TEST(node.mon("node status").out.find("has not loaded it") == std::string::npos);
}
