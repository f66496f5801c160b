// Edits of the text in place: the requested change, and every other byte unchanged.
#include <boost/test/unit_test.hpp>

#include "shared/config/edit.hpp"
#include "tests/unit/config_memory.hpp"

using namespace merlin;
using namespace merlin::config;

namespace {

std::string ok(const Result<std::string>& result) {
  if (!result) BOOST_FAIL(result.error().text());
  return *result;
}

std::string refused(const Result<std::string>& result) {
  BOOST_REQUIRE(!result.ok());
  return result.error().text();
}

const BlockPath kPeerA{{"peer", "a"}};
const BlockPath kAnyA{{"", "a"}};

}  // namespace

BOOST_AUTO_TEST_CASE(a_block_is_added_at_the_end) {
  const Settings settings{{"address", "10.0.0.2"}, {"port", "1"}};
  const std::string block = "peer b {\n\taddress = 10.0.0.2\n\tport = 1\n}\n";
  BOOST_TEST(ok(add_block("", {}, {"peer", "b"}, settings)) == block);
  BOOST_TEST(ok(add_block("x = 1 # c\n", {}, {"peer", "b"}, settings)) == "x = 1 # c\n\n" + block);
  BOOST_TEST(ok(add_block("x = 1", {}, {"peer", "b"}, settings)) == "x = 1\n\n" + block);
  BOOST_TEST(ok(add_block("x = 1\n\n", {}, {"peer", "b"}, settings)) == "x = 1\n\n" + block);
}

BOOST_AUTO_TEST_CASE(a_new_block_looks_like_the_others) {
  BOOST_TEST(ok(add_block("peer a {\r\n  port = 1\r\n}\r\n", {}, {"peer", "b"}, {{"port", "2"}})) ==
             "peer a {\r\n  port = 1\r\n}\r\n\r\npeer b {\r\n  port = 2\r\n}\r\n");
  BOOST_TEST(ok(add_block("peer a {\n    port = 1\n}\n", kPeerA, {"sync", ""}, {{"watch", "yes"}})) ==
             "peer a {\n    port = 1\n    sync {\n        watch = yes\n    }\n}\n");
  BOOST_TEST(ok(add_block("peer a { }\n", kPeerA, {"sync", ""}, {})) == "peer a {\n\tsync {\n\t}\n}\n");
}

BOOST_AUTO_TEST_CASE(a_block_is_added_once) {
  BOOST_TEST(refused(add_block("x 1\nslave a {\n}\n", {}, {"peer", "a"}, {})) == "2:1: there is a node 'a' already");
  BOOST_TEST(refused(add_block("module {\n}\n", {}, {"module", ""}, {})) == "1:1: there is a module already");
  BOOST_TEST(refused(add_block("", {}, {"pear", "a"}, {})) == "unknown block 'pear'");
  BOOST_TEST(refused(add_block("", {}, {"peer", "a"}, {{"address", "x\ny"}})) ==
             "a value cannot hold control characters or line ends; remove them");
}

BOOST_AUTO_TEST_CASE(a_block_is_removed_whole) {
  const std::string before = "# top\nx = 1\n\n# about a\n";
  BOOST_TEST(ok(remove_block(before + "peer a {\n\tsync {\n\t\t/a/\n\t}\n}\n\n# about b\npeer b {\n}\n", kAnyA)) ==
             before + "\n# about b\npeer b {\n}\n");
  BOOST_TEST(ok(remove_block("x = 1\n\npeer a\n{\n}\n", kPeerA)) == "x = 1\n");
  BOOST_TEST(ok(remove_block("x = 1\n\npeer a {\n}\n\ny = 1\n", kPeerA)) == "x = 1\n\ny = 1\n");
  BOOST_TEST(ok(remove_block("peer a {\n}\ny = 1", kPeerA)) == "y = 1");
  BOOST_TEST(ok(remove_block("peer a {}", kPeerA)).empty());
  BOOST_TEST(refused(remove_block("peer a {\n}\n", {{"poller", "a"}})) == "there is no poller 'a'");
  BOOST_TEST(refused(remove_block("peer a {\n}\n", {{"", "b"}})) == "there is no node 'b'");
}

BOOST_AUTO_TEST_CASE(old_words_name_the_same_block) {
  BOOST_TEST(ok(remove_block("slave a {\n}\n", {{"poller", "a"}})).empty());
  BOOST_TEST(ok(set_key("noc a {\n}\n", {{"master", "a"}}, "port", "1")) == "noc a {\n\tport = 1\n}\n");
}

BOOST_AUTO_TEST_CASE(a_block_is_renamed) {
  BOOST_TEST(ok(rename_block("peer a { # old\n}\n", kAnyA, "b")) == "peer b { # old\n}\n");
  BOOST_TEST(ok(rename_block("peer \"a\"\n{\n}", kAnyA, "b")) == "peer b\n{\n}");
  BOOST_TEST(refused(rename_block("peer a {\n}\npoller b {\n}\n", kAnyA, "b")) == "3:1: there is a node 'b' already");
  BOOST_TEST(refused(rename_block("module {\n}\n", {{"module", ""}}, "b")) == "the block has no name to change");
}

BOOST_AUTO_TEST_CASE(a_value_is_replaced_where_it_stands) {
  BOOST_TEST(ok(set_key("# c\nport\t 1 ; # why\r\nx 2", {}, "port", "3")) == "# c\nport\t 3 ; # why\r\nx 2");
  BOOST_TEST(ok(set_key("peer a {\n  host=\"b\";\n}\n", kAnyA, "address", "c")) == "peer a {\n  host=c;\n}\n");
  BOOST_TEST(ok(set_key("port =# c\n", {}, "port", "1")) == "port =1\n");
  BOOST_TEST(ok(set_key("port = # c\n", {}, "port", "1")) == "port = 1 # c\n");
  BOOST_TEST(ok(set_key("port\n", {}, "port", "1")) == "port = 1\n");
  BOOST_TEST(ok(set_key("node_name a\n", {}, "node_name", "a b")) == "node_name a b\n");
}

BOOST_AUTO_TEST_CASE(a_new_key_goes_behind_the_last_one) {
  BOOST_TEST(ok(set_key("peer a {\n  port = 1 # p\n  # end\n  sync {\n  }\n}\n", kAnyA, "weight", "2")) ==
             "peer a {\n  port = 1 # p\n  weight = 2\n  # end\n  sync {\n  }\n}\n");
  BOOST_TEST(ok(set_key("peer a { # first\n}\n", kAnyA, "weight", "2")) == "peer a { # first\n\tweight = 2\n}\n");
  BOOST_TEST(ok(set_key("peer a\n{\n}\n", kAnyA, "weight", "2")) == "peer a\n{\n\tweight = 2\n}\n");
  BOOST_TEST(ok(set_key("  peer a {}", kAnyA, "weight", "2")) == "  peer a {\n  \tweight = 2\n  }");
  BOOST_TEST(ok(set_key("port = 1", {}, "cluster", "x")) == "port = 1\ncluster = x\n");
  BOOST_TEST(ok(set_key("", {}, "cluster", "x")) == "cluster = x\n");
  BOOST_TEST(ok(set_key("\xEF\xBB\xBF# c\n", {}, "cluster", "x")) ==
             "\xEF\xBB\xBF"
             "cluster = x\n# c\n");
  BOOST_TEST(ok(set_key("port = 1\ninclude a\n", {}, "cluster", "x")) == "port = 1\ncluster = x\ninclude a\n");
  BOOST_TEST(ok(set_key("peer a {\n\tsync {\n\t}\n}\n", {{"", "a"}, {"sync", ""}}, "watch", "yes")) ==
             "peer a {\n\tsync {\n\t\twatch = yes\n\t}\n}\n");
}

BOOST_AUTO_TEST_CASE(a_key_is_removed_with_its_line) {
  BOOST_TEST(ok(remove_key("# c\nport = 1 # why\nx 2\n", {}, "port")) == "# c\nx 2\n");
  BOOST_TEST(ok(remove_key("peer a {\r\n host b\r\n}\r\n", kAnyA, "address")) == "peer a {\r\n}\r\n");
  BOOST_TEST(ok(remove_key("port 1\nport 2\nx 3", {}, "port")) == "x 3");
  BOOST_TEST(refused(remove_key("x 3", {}, "port")) == "'port' is not set there");
}

BOOST_AUTO_TEST_CASE(values_are_quoted_where_they_must_be) {
  for (const char* plain : {"a", "10.0.0.1", "mon oconf push", "a=b", "<ip>", "a,b"}) BOOST_TEST(ok(written_value(plain)) == plain);
  for (const char* text : {"", " a", "a ", "a #b", "a;", "{", "}", "= a", "it's", "\"a\"", "a\\b"}) {
    const std::string written = ok(written_value(text));
    BOOST_TEST(written.front() == '"');
    BOOST_TEST(ok(set_key("key = old\n", {}, "key", text)) == "key = " + written + "\n");
  }
  BOOST_TEST(refused(written_value(std::string_view("\0", 1))) == "a value cannot hold control characters or line ends; remove them");
}

BOOST_AUTO_TEST_CASE(a_broken_text_is_not_edited) {
  BOOST_TEST(refused(set_key("port = 1\n}\n", {}, "port", "2")) == "2:1: '}' closes no block; remove it");
}

BOOST_AUTO_TEST_CASE(the_documented_blocks_can_be_edited) {
  const std::string text = "peer peer02 {\naddress = <ip>\nport = <port>\nsync {\n/opt/plugins/custom/\n}\n}\n";
  const std::string edited = ok(set_key(ok(set_key(text, {{"", "peer02"}}, "address", "10.0.0.2")), {{"", "peer02"}}, "port", "15551"));
  BOOST_TEST(edited == "peer peer02 {\naddress = 10.0.0.2\nport = 15551\nsync {\n/opt/plugins/custom/\n}\n}\n");
  BOOST_TEST(load(edited).ok());
}
