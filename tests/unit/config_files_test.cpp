// merlin.conf on disk: reading, writing, and that a refused edit changes nothing.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "shared/config/edit_file.hpp"
#include "shared/config/replace_file.hpp"
#include "tests/unit/config_memory.hpp"
#include "tests/unit/temp_folder.hpp"

using namespace merlin;
using namespace merlin::config;
namespace fs = std::filesystem;

namespace {

struct InFolder {
  test::TempFolder folder;
};

mode_t mode_of(const std::string& path) {
  struct stat about {};
  BOOST_REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_mode & 07777;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(on_disk, InFolder)

BOOST_AUTO_TEST_CASE(a_file_and_its_includes_are_loaded) {
  folder.write("conf.d/b.conf", "peer b {\n}\n");
  folder.write("conf.d/a.conf", "peer a {\n}\n");
  const std::string path = folder.write("merlin.conf", "node_name = self\ninclude conf.d/*.conf\n");
  const LoadResult result = load_file(path);
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_REQUIRE_EQUAL(result.config->nodes.size(), 2);
  BOOST_TEST(result.config->nodes[0].name == "a");
}

BOOST_AUTO_TEST_CASE(what_is_no_readable_file_is_an_error_and_never_a_wait) {
  BOOST_TEST(all_lines(load_file(folder.file("none")).errors) ==
             folder.file("none") + ": cannot read the file: No such file or directory\n");
  BOOST_REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  BOOST_TEST(all_lines(load_file(folder.file("pipe")).errors) ==
             folder.file("pipe") + ": cannot read the file: it is not a regular file\n");
  BOOST_TEST(!load_file(folder.file("")).ok());
  const std::string large = folder.write("large", std::string(kMaxFileSize + 1, '\n'));
  BOOST_TEST(all_lines(load_file(large).errors) == large + ": the file is larger than 1048576 bytes; split it by include\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_includes_itself_by_a_link_is_found) {
  const std::string path = folder.write("merlin.conf", "include link.conf\n");
  fs::create_symlink(path, folder.file("link.conf"));
  BOOST_TEST(all_lines(load_file(path).errors).find("includes itself") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_replaced_file_keeps_mode_and_owner) {
  const std::string path = folder.write("f", "old");
  BOOST_REQUIRE(::chmod(path.c_str(), 0640) == 0);
  if (::geteuid() == 0) BOOST_REQUIRE(::chown(path.c_str(), 12, 34) == 0);
  BOOST_REQUIRE(replace_file_atomically(path, "new").ok());
  BOOST_TEST(folder.read("f") == "new");
  BOOST_TEST(mode_of(path) == 0640);
  struct stat about {};
  ::stat(path.c_str(), &about);
  if (::geteuid() == 0) BOOST_TEST((about.st_uid == 12 && about.st_gid == 34));
  BOOST_TEST(folder.entries() == 1);
}

BOOST_AUTO_TEST_CASE(a_new_file_is_readable_for_all) {
  BOOST_REQUIRE(replace_file_atomically(folder.file("f"), "new").ok());
  BOOST_TEST(mode_of(folder.file("f")) == 0644);
}

BOOST_AUTO_TEST_CASE(a_link_stays_a_link) {
  folder.write("real/f", "old");
  fs::create_symlink("real/f", folder.file("link"));
  BOOST_REQUIRE(replace_file_atomically(folder.file("link"), "new").ok());
  BOOST_TEST(fs::is_symlink(folder.file("link")));
  BOOST_TEST(folder.read("real/f") == "new");
  fs::create_symlink("nowhere", folder.file("dangling"));
  BOOST_TEST(!replace_file_atomically(folder.file("dangling"), "new").ok());
  BOOST_TEST(fs::is_symlink(folder.file("dangling")));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_replaced_is_an_error_and_leaves_nothing_behind) {
  fs::create_directory(folder.file("d"));
  BOOST_TEST(!replace_file_atomically(folder.file("d"), "new").ok());
  BOOST_TEST(!replace_file_atomically(folder.file("none/f"), "new").ok());
  BOOST_TEST(folder.entries() == 1);
}

BOOST_AUTO_TEST_CASE(a_node_is_added_edited_renamed_and_removed) {
  const std::string start = "# my cluster\nnode_name = self\ntie = self\n";
  const std::string path = folder.write("merlin.conf", start);
  EditResult result = add_node(path, NodeType::peer, "peer02", {{"address", "10.0.0.2"}});
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_TEST(result.file == path);
  BOOST_TEST(result.config->find_node("peer02")->address == "10.0.0.2");
  BOOST_TEST(folder.read("merlin.conf") == start + "\npeer peer02 {\n\taddress = 10.0.0.2\n}\n");

  BOOST_REQUIRE(edit_node(path, "peer02", {{"weight", "2"}, {"address", std::nullopt}}).ok());
  BOOST_TEST(folder.read("merlin.conf") == start + "\npeer peer02 {\n\tweight = 2\n}\n");

  BOOST_REQUIRE(rename_node(path, "peer02", "peer03").ok());
  BOOST_TEST(folder.read("merlin.conf") == start + "\npeer peer03 {\n\tweight = 2\n}\n");

  result = remove_nodes(path, {"peer03"});
  BOOST_REQUIRE(result.ok());
  BOOST_TEST(result.config->nodes.empty());
  BOOST_TEST(folder.read("merlin.conf") == start);
}

// With two of the three voters, partition = majority would need `tie`.
BOOST_AUTO_TEST_CASE(nodes_are_removed_together_or_not_at_all) {
  const std::string start = "node_name = self\npartition = majority\ninclude b.conf\npeer a {\n}\n";
  const std::string path = folder.write("merlin.conf", start);
  folder.write("b.conf", "peer b {\n}\n");
  BOOST_TEST(!remove_nodes(path, {"a"}, Write::no).ok());
  BOOST_TEST(!remove_nodes(path, {"a"}).ok());
  BOOST_TEST(remove_nodes(path, {"a", "b"}, Write::no).ok());
  BOOST_TEST(folder.read("merlin.conf") == start);
  const EditResult result = remove_nodes(path, {"a", "b"});
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_TEST((result.files == std::vector<std::string>{path, folder.file("b.conf")}));
  BOOST_TEST(folder.read("merlin.conf") == "node_name = self\npartition = majority\ninclude b.conf\n");
  BOOST_TEST(folder.read("b.conf") == "");
}

BOOST_AUTO_TEST_CASE(a_node_is_edited_in_the_file_it_stands_in) {
  const std::string main = "node_name = self\ntie = a\ninclude conf.d/*.conf\n";
  const std::string path = folder.write("merlin.conf", main);
  folder.write("conf.d/a.conf", "# a\npeer a {\n}\n");
  const EditResult result = edit_node(path, "a", {{"port", "1"}});
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_TEST(result.file == folder.file("conf.d/a.conf"));
  BOOST_TEST(folder.read("conf.d/a.conf") == "# a\npeer a {\n\tport = 1\n}\n");
  BOOST_TEST(folder.read("merlin.conf") == main);
  BOOST_REQUIRE(rename_node(path, "a", "b").ok());
  BOOST_TEST(folder.read("conf.d/a.conf") == "# a\npeer b {\n\tport = 1\n}\n");
  BOOST_TEST(folder.read("merlin.conf") == "node_name = self\ntie = b\ninclude conf.d/*.conf\n");
  // It exists already, though not in the main file.
  BOOST_TEST(all_lines(add_node(path, NodeType::peer, "b", {}).errors).find("a second node 'b'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refused_edit_says_why_and_changes_nothing) {
  const std::string start = "node_name = self\npeer peer02 {\n}\n";
  const std::string path = folder.write("merlin.conf", start);
  const std::pair<EditResult, std::string> cases[] = {
      {add_node(path, NodeType::peer, "peer02", {}), path + ":2:1: there is a node 'peer02' already"},
      {add_node(path, NodeType::peer, "a", {{"adress", "b"}}), "unknown option 'adress'; did you mean 'address'?"},
      {add_node(path, NodeType::peer, "a", {{"port", "x"}}), "port: 'x' is not a whole number from 1 to 65535"},
      {add_node(path, NodeType::peer, "a b", {}), "the name of a node: 'a b' is not a name of letters, digits, '.', '_' and '-'"},
      {add_node(path, NodeType::poller, "a", {}), path + ":5:1: poller 'a' has no hostgroup; add hostgroup = NAME to it"},
      {add_node(path, NodeType::peer, "self", {}),
       path + ":5:1: peer 'self' is this node itself; remove the block, or set node_name to another name"},
      {edit_node(path, "peer03", {{"port", "1"}}), path + ": there is no node 'peer03'; did you mean 'peer02'?"},
      {edit_node(path, "peer02", {{"port", "1"}, {"address", std::nullopt}}), path + ": 'address' is not set there"},
      {remove_nodes(path, {"x"}), path + ": there is no node 'x'; see mon node list"},
      {rename_node(path, "peer02", "self"),
       path + ":2:1: peer 'self' is this node itself; remove the block, or set node_name to another name"},
      {add_node(folder.file("none"), NodeType::peer, "a", {}), folder.file("none") + ": cannot read the file: No such file or directory"},
  };
  for (const auto& [result, error] : cases) {
    BOOST_TEST(all_lines(result.errors) == error + "\n");
    BOOST_TEST(!result.config);
    BOOST_TEST(result.file.empty());
  }
  BOOST_TEST(folder.read("merlin.conf") == start);
  BOOST_TEST(folder.entries() == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_wrong_elsewhere_is_not_edited) {
  const std::string start = "node_name = self\nprot = 1\n";
  const std::string path = folder.write("merlin.conf", start);
  BOOST_TEST(all_lines(add_node(path, NodeType::peer, "a", {}).errors) == path + ":2:1: unknown key 'prot'; did you mean 'port'?\n");
  BOOST_TEST(folder.read("merlin.conf") == start);
}

BOOST_AUTO_TEST_CASE(edits_at_the_same_time_lose_nothing) {
  const std::string path = folder.write("merlin.conf", "node_name = self\n");
  const auto add_some = [&](const std::string& prefix) {
    for (int i = 0; i < 10; ++i) add_node(path, NodeType::peer, prefix + std::to_string(i), {});
  };
  std::thread other(add_some, "a");
  add_some("b");
  other.join();
  const LoadResult result = load_file(path);
  BOOST_REQUIRE_MESSAGE(result.ok(), all_lines(result.errors));
  BOOST_TEST(result.config->nodes.size() == 20);
}

BOOST_AUTO_TEST_CASE(an_edit_that_never_ends_is_not_waited_for_for_ever) {
  const std::string path = folder.write("merlin.conf", "node_name = self\n");
  const int fd = ::open(folder.file("").c_str(), O_RDONLY | O_DIRECTORY);
  BOOST_REQUIRE(::flock(fd, LOCK_EX) == 0);
  BOOST_TEST(all_lines(add_node(path, NodeType::peer, "a", {}).errors) ==
             path + ": another edit of the configuration does not end; try again when it has\n");
  ::close(fd);
}

BOOST_AUTO_TEST_SUITE_END()
