// For any text and any edit: the new value is read back, and nothing else has changed.
#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>

#include "shared/config/edit.hpp"
#include "shared/config/syntax.hpp"
#include "tests/unit/config_memory.hpp"

using namespace merlin;
using namespace merlin::config;

namespace {

// Boost.Test counts the check; rapidcheck prints the smallest counterexample.
template <class Property>
void holds(const char* what, Property property) {
  BOOST_TEST(rc::check(what, property), what);
}

rc::Gen<std::string> any_value() {
  return rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::inRange<char>(0x20, 0x7f), rc::gen::elementOf(std::string("\"'\\#;{}= \t\xC3\xA4"))));
}

rc::Gen<std::string> word() { return rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcxyz019._-")))); }

// Lines that parse, in common styles.
std::string some_line(const std::string& key) {
  const std::string indent = *rc::gen::element<std::string>("", "  ", "\t");
  const std::string equals = *rc::gen::element<std::string>(" = ", "=", " ", " =\t");
  const std::string behind = *rc::gen::element<std::string>("", ";", " # why", " ; # \"why", "  ");
  const std::string value = *rc::gen::element<std::string>("1", "\"a # b\"", "some words", "'x;'", "a#b");
  return indent + key + equals + value + behind;
}

struct Made {
  std::string text;
  std::string line_end;
  std::vector<std::string> keys;    // at the top, each once
  std::vector<std::string> labels;  // of peer blocks, each once
};

// A text of comments, blank lines, keys and peer blocks (at least one), all with the same line end.
Made some_text() {
  Made made;
  made.line_end = *rc::gen::element<std::string>("\n", "\r\n");
  const int parts = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 8));
  for (int i = 0; i < parts; ++i) {
    const std::string number = std::to_string(i);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        made.text += *rc::gen::element<std::string>("# note {", "", "  # \"", "\t") + made.line_end;
        break;
      case 1:
        made.keys.push_back("key" + number);
        made.text += some_line("key" + number) + made.line_end;
        break;
      default:
        made.labels.push_back("node" + number);
        made.text += "peer node" + number + *rc::gen::element<std::string>(" {", "{", made.line_end + "{", " { # x") + made.line_end;
        if (*rc::gen::arbitrary<bool>()) made.text += some_line("port") + made.line_end;
        if (*rc::gen::arbitrary<bool>()) made.text += "  # inside" + made.line_end;
        made.text += "}" + made.line_end;
    }
  }
  if (made.labels.empty()) {
    made.labels.push_back("last");
    made.text += "peer last {" + made.line_end + "}" + made.line_end;
  }
  if (*rc::gen::arbitrary<bool>()) made.text.resize(made.text.size() - made.line_end.size());
  return made;
}

std::vector<std::string> values_of(const Block& block, const std::string& key) {
  std::vector<std::string> values;
  for (const Entry& entry : block.entries) {
    if (entry.key.text == key && entry.value) values.push_back(entry.value->text);
  }
  return values;
}

const Block* peer(const Document& document, const std::string& label) {
  for (const Block& block : document.root.blocks) {
    if (block.label && block.label->text == label) return &block;
  }
  return nullptr;
}

// `after` is `before` with one part replaced: the differing parts of both, without the common start and end
// of the texts.
std::pair<std::string, std::string> difference(const std::string& before, const std::string& after) {
  std::size_t start = 0;
  while (start < before.size() && start < after.size() && before[start] == after[start]) ++start;
  std::size_t end = 0;
  while (end < before.size() - start && end < after.size() - start && before[before.size() - 1 - end] == after[after.size() - 1 - end])
    ++end;
  return {before.substr(start, before.size() - start - end), after.substr(start, after.size() - start - end)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_written_value_is_read_as_it_was) {
  holds("written, then read", [] {
    const std::string value = *any_value();
    Document document = parse("key = " + *written_value(value) + *rc::gen::element<std::string>("", ";", " # c", "\r\n"));
    RC_ASSERT(document.errors.empty());
    RC_ASSERT(values_of(document.root, "key") == std::vector<std::string>{value});
  });
}

BOOST_AUTO_TEST_CASE(a_key_that_was_set_is_read_back_and_nothing_else_changed) {
  holds("set_key", [] {
    const Made made = some_text();
    const bool inside = *rc::gen::arbitrary<bool>();
    const std::string label = inside ? *rc::gen::elementOf(made.labels) : "";
    const std::string key = inside              ? *rc::gen::element<std::string>("port", "weight")
                            : made.keys.empty() ? "fresh"
                                                : *rc::gen::elementOf(made.keys);
    const std::string value = *any_value();
    const BlockPath path = inside ? BlockPath{{"peer", label}} : BlockPath{};
    const Result<std::string> edited = set_key(made.text, path, key, value);
    RC_ASSERT(edited.ok());
    Document document = parse(*edited);
    RC_ASSERT(document.errors.empty());
    const Block* block = inside ? peer(document, label) : &document.root;
    RC_ASSERT(values_of(*block, key) == std::vector<std::string>{value});
    // Nothing is lost except a part of the old value.
    RC_ASSERT(difference(made.text, *edited).first.find('\n') == std::string::npos);
    RC_ASSERT(*set_key(*edited, path, key, value) == *edited);
  });
}

BOOST_AUTO_TEST_CASE(what_was_added_can_be_taken_away_again) {
  holds("add_block, then remove_block", [] {
    Made made = some_text();
    const std::string label = "new" + *word();
    const Result<std::string> added = add_block(made.text, {}, {"peer", label}, {{"address", *any_value()}});
    RC_ASSERT(added.ok());
    RC_ASSERT(added->compare(0, made.text.size(), made.text) == 0);
    RC_ASSERT(peer(parse(*added), label) != nullptr);
    const std::string removed = *remove_block(*added, {{"peer", label}});
    // The line end of the last line, and one blank line at the end, may differ.
    const std::string& shorter = removed.size() < made.text.size() ? removed : made.text;
    const std::string& longer = removed.size() < made.text.size() ? made.text : removed;
    RC_ASSERT(longer.compare(0, shorter.size(), shorter) == 0);
    RC_ASSERT(longer.substr(shorter.size()).find_first_not_of(" \t\r\n") == std::string::npos);
  });
}

BOOST_AUTO_TEST_CASE(a_removed_block_takes_nothing_else_along) {
  holds("remove_block", [] {
    const Made made = some_text();
    const std::string label = *rc::gen::elementOf(made.labels);
    const std::string removed = *remove_block(made.text, {{"", label}});
    Document document = parse(removed);
    RC_ASSERT(document.errors.empty());
    RC_ASSERT(peer(document, label) == nullptr);
    RC_ASSERT(document.root.blocks.size() == made.labels.size() - 1);
    RC_ASSERT(document.root.entries.size() == made.keys.size());
    const auto [gone, put] = difference(made.text, removed);
    RC_ASSERT(put.empty());
  });
}

BOOST_AUTO_TEST_CASE(a_renamed_block_differs_in_its_name_only) {
  holds("rename_block", [] {
    const Made made = some_text();
    const std::string label = *rc::gen::elementOf(made.labels);
    const std::string renamed = *rename_block(made.text, {{"", label}}, "other");
    RC_ASSERT(peer(parse(renamed), "other") != nullptr);
    RC_ASSERT(*rename_block(renamed, {{"", "other"}}, label) == made.text);
  });
}

BOOST_AUTO_TEST_CASE(no_bytes_break_the_loader) {
  holds("load_text", [] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("peer", "a", " ", "{", "}", "\n", "=", "\"", "'", "#", ";", "\\", "sync", "/x", "port", "1", "daemon",
                                      "\r", "include", "*", std::string(1, '\0'), "\xFF", "module", "object_config"));
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    const LoadResult result = load(text);
    RC_ASSERT(result.ok() == result.errors.empty());
  });
}
