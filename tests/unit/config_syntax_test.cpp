// The syntax of merlin.conf: what a file may contain, and the position of errors.
#include <boost/test/unit_test.hpp>

#include "shared/config/syntax.hpp"

using namespace merlin;
using namespace merlin::config;

namespace {

Document parsed(std::string_view text) {
  Document document = parse(text);
  const std::vector<Error> errors = document.errors.take();
  for (const Error& error : errors) BOOST_ERROR(error.text());
  return document;
}

std::string first_error(std::string_view text) {
  const std::vector<Error> errors = parse(text).errors.take();
  return errors.empty() ? "" : errors.front().text();
}

std::string value_of(std::string_view line) {
  const Document document = parsed(line);
  BOOST_REQUIRE_EQUAL(document.root.entries.size(), 1);
  BOOST_REQUIRE(document.root.entries[0].value);
  return document.root.entries[0].value->text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_key_and_its_value_with_and_without_equals) {
  for (const char* line : {"port = 15551", "port 15551", "port=15551", "\tport =15551;", "port= 15551 ;;", "port 15551 # why",
                           "port 15551\r\n", "\xEF\xBB\xBFport 15551"}) {
    BOOST_TEST(value_of(line) == "15551", line);
    BOOST_TEST(parsed(line).root.entries[0].key.text == "port", line);
  }
}

BOOST_AUTO_TEST_CASE(a_comment_starts_at_white_space_only) {
  BOOST_TEST(value_of("key = a#b") == "a#b");
  BOOST_TEST(value_of("key = a #b") == "a");
  BOOST_TEST(value_of("key = \"a # b\"") == "a # b");
  BOOST_TEST(value_of("key = a; b # c") == "a; b");
  BOOST_TEST(parsed("# key = a\n  # b {\n\n").root.entries.empty());
}

BOOST_AUTO_TEST_CASE(quotes_hold_what_would_mean_something_else) {
  BOOST_TEST(value_of("key = \"  a;  \";") == "  a;  ");
  BOOST_TEST(value_of("key = '\\ \"'") == "\\ \"");
  BOOST_TEST(value_of("key = \"a \\\"b\\\" \\\\ \\n\"") == "a \"b\" \\ \\n");
  BOOST_TEST(value_of("key = \"\"").empty());
  // A command that contains quotes is unchanged.
  BOOST_TEST(value_of("key = sh -c \"a # b\" c") == "sh -c \"a # b\" c");
  BOOST_TEST(value_of("key = \"a\" \"b\"") == "\"a\" \"b\"");
  BOOST_TEST(value_of("key = don't") == "don't");
}

BOOST_AUTO_TEST_CASE(the_brace_may_stand_on_either_line) {
  for (const char* text : {"peer p2 {\nport 1\n}\n", "peer p2{\nport 1\n};", "peer p2\n{\nport 1\n}",
                           "peer p2 # x\n\n# y\n{ # z\nport 1\n} # end", "peer \"p2\" {\r\nport 1\r\n}\r\n"}) {
    const Document document = parsed(text);
    BOOST_REQUIRE_EQUAL(document.root.blocks.size(), 1);
    const Block& block = document.root.blocks[0];
    BOOST_TEST(block.kind.text == "peer");
    BOOST_REQUIRE(block.label);
    BOOST_TEST(block.label->text == "p2");
    BOOST_REQUIRE_EQUAL(block.entries.size(), 1);
    BOOST_TEST(document.root.entries.empty());
  }
}

BOOST_AUTO_TEST_CASE(an_empty_block_may_stand_on_one_line) {
  for (const char* text : {"module {}", "module { }", "module{};", "module {  } # nothing"}) {
    const Document document = parsed(text);
    BOOST_REQUIRE_EQUAL(document.root.blocks.size(), 1);
    BOOST_TEST(document.root.blocks[0].kind.text == "module");
    BOOST_TEST(!document.root.blocks[0].label);
  }
}

BOOST_AUTO_TEST_CASE(blocks_nest) {
  const Document document = parsed("daemon {\n  a 1\n  database {\n    b 2\n  }\n  c 3\n}\nd 4\n");
  BOOST_REQUIRE_EQUAL(document.root.blocks.size(), 1);
  const Block& daemon = document.root.blocks[0];
  BOOST_TEST(daemon.entries.size() == 2);
  BOOST_REQUIRE_EQUAL(daemon.blocks.size(), 1);
  BOOST_TEST(daemon.blocks[0].entries.at(0).value->text == "2");
  BOOST_TEST(document.root.entries.at(0).key.text == "d");
}

BOOST_AUTO_TEST_CASE(a_line_may_be_a_path_alone) {
  const Document document = parsed("sync {\n/opt/plugins/custom/\n/a /b\n/c = /d\n}\n");
  const auto& entries = document.root.blocks.at(0).entries;
  BOOST_REQUIRE_EQUAL(entries.size(), 3);
  BOOST_TEST(entries[0].key.text == "/opt/plugins/custom/");
  BOOST_TEST(!entries[0].value);
  BOOST_TEST(entries[1].value->text == "/b");
  BOOST_TEST(entries[2].value->text == "/d");
}

BOOST_AUTO_TEST_CASE(errors_name_line_and_column) {
  const std::pair<const char*, const char*> cases[] = {
      {"a 1\n  b \"c\n", "2:5: the quote is not closed on its line; close it"},
      {"a 1\n }\n", "2:2: '}' closes no block; remove it"},
      {"a 1\n\n module {\n", "3:2: the block 'module' is not closed; end it with '}' on a line of its own"},
      {" = 5", "1:2: no key before '='; write KEY = VALUE"},
      {"{\n}", "1:1: '{' without a name before it; write NAME LABEL {"},
      {"a = 1\n{", "2:1: '{' without a name before it; write NAME LABEL {"},
      {"peer a b {\n}", "1:10: '{' behind more than a name and a label; write NAME LABEL {, or put the value in quotes"},
      {"peer a\n{ } x\n", "2:3: text behind '{'; put it on a line of its own"},
      {"peer a { port = 1\n}", "1:8: text behind '{'; put it on a line of its own"},
      {"peer a {\nport = 1 }", "2:10: '}' behind a value; put it on a line of its own"},
      {"peer a {\n} b", "2:2: text behind '}'; put it on a line of its own"},
      {"a = b\x01", "1:6: control character (byte 1) in the line; remove it"},
      {"\"a\"b = c", "1:4: text right behind a quote; put a space between"},
      {"peer \"a\"b {\n}", "1:9: text right behind a quote; put a space between"},
  };
  for (const auto& [text, error] : cases) BOOST_TEST(first_error(text) == error, text << " gives " << first_error(text));
}

BOOST_AUTO_TEST_CASE(a_nul_byte_is_named) {
  BOOST_TEST(first_error(std::string_view("a = 1\0 2\n", 9)) == "1:6: control character (byte 0) in the line; remove it");
}

BOOST_AUTO_TEST_CASE(one_bad_line_hides_no_other) {
  Document document = parse("a = \"\nb = 2\n}\nmodule {\n c = 3\n");
  BOOST_TEST(document.errors.take().size() == 3);
  BOOST_TEST(document.root.entries.size() == 1);
  BOOST_TEST(document.root.blocks.at(0).entries.size() == 1);
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "a {\n";
  Document document = parse(text);
  const std::vector<Error> errors = document.errors.take();
  BOOST_TEST(errors.at(0).text() == "9:1: more than 8 blocks inside each other");
  BOOST_TEST(errors.size() < 20);
}

BOOST_AUTO_TEST_CASE(what_is_nested_too_deep_does_not_move_what_follows) {
  std::string text;
  for (int i = 0; i < 12; ++i) text += i % 2 == 0 ? "a {\nx 1\n" : "a\n{\n";
  for (int i = 0; i < 12; ++i) text += "}\n";
  Document document = parse(text + "last 1\n");
  BOOST_TEST(document.errors.take().size() == 1);
  BOOST_REQUIRE_EQUAL(document.root.entries.size(), 1);
  BOOST_TEST(document.root.entries[0].key.text == "last");
}

BOOST_AUTO_TEST_CASE(statements_and_errors_are_bounded) {
  std::string many;
  for (int i = 0; i < 200'000; ++i) many += "a\n";
  BOOST_TEST(parse(many).root.entries.size() <= kMaxStatements);
  BOOST_TEST(first_error(many) == "20001:1: more than 20000 keys and blocks in one file; split it by include");

  std::string wrong;
  for (int i = 0; i < 150; ++i) wrong += "}\n";
  const std::vector<Error> errors = parse(wrong).errors.take();
  BOOST_REQUIRE_EQUAL(errors.size(), kMaxErrors + 1);
  BOOST_TEST(errors.back().text() == "and 50 more errors");
}

BOOST_AUTO_TEST_CASE(spans_lead_back_to_the_text) {
  const std::string_view text = "# top\npeer 'p 2' {\n\tport = \"1\" # c\n}\n";
  const Document document = parsed(text);
  const Block& block = document.root.blocks.at(0);
  const auto piece = [&](Span span) { return text.substr(span.begin, span.end - span.begin); };
  BOOST_TEST(piece(block.label->span) == "'p 2'");
  BOOST_TEST(piece(block.header) == "peer 'p 2' {\n");
  BOOST_TEST(piece(block.body) == "\n\tport = \"1\" # c\n");
  BOOST_TEST(piece(block.last) == "}\n");
  BOOST_TEST(piece(block.entries.at(0).value->span) == "\"1\"");
  BOOST_TEST(piece(block.entries.at(0).line) == "\tport = \"1\" # c\n");
}
