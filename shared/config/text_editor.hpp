// One text of merlin.conf with its tree, and the places in it where something can be put or taken away.
// What edit.hpp is made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/edit.hpp"
#include "config/key_table.hpp"
#include "config/syntax.hpp"

namespace merlin::config {

struct FoundBlock {
  const Block* block = nullptr;
  const Block* parent = nullptr;  // null: block is the top of the file
  Scope scope = Scope::top;
};

// The text must outlive it, and so must it what find() returns.
class TextEditor {
 public:
  explicit TextEditor(std::string_view text);

  // The first syntax error. A text that has one is not edited.
  std::optional<Error> broken();
  Result<FoundBlock> find(const BlockPath& path) const;

  // "\r\n" where the text uses it, else "\n".
  const std::string& line_end() const { return line_end_; }
  // What the author of the text indents by.
  std::string step() const;
  // How a line in the block is indented, or would be.
  std::string inner_indent(const FoundBlock& found) const;

  // Each of these gives the whole new text.
  std::string replaced(Span span, std::string_view by) const;
  // Whole lines into the block: behind the line `after`, or first in it where there is none.
  std::string with_lines(const FoundBlock& found, const std::optional<Span>& after, const std::string& lines) const;
  std::string with_lines_last(const FoundBlock& found, const std::string& lines) const;

  // Whether the line before `at` is blank; true at the start of the text.
  bool blank_before(std::size_t at) const;
  // The span, and the blank line before it if its removal would leave two, or one at the end.
  Span with_blank_line_before(Span span) const;

 private:
  std::string indent_of(Span line) const;
  std::string inserted(std::size_t at, const std::string& lines) const;
  std::size_t next_line(std::size_t at) const;
  std::size_t previous_line_begin(std::size_t at) const;
  bool is_blank(std::size_t begin, std::size_t end) const;

  std::string_view text_;
  Document document_;
  std::string line_end_;
};

// Whether that is the block's name, whatever word for its kind either uses.
bool is_called(const Block& block, const BlockName& name);
bool is_node(std::string_view kind);
// "peer 'peer02'"
std::string describe(const BlockName& name);
Error edit_error(std::string what, std::string fix = "");

}  // namespace merlin::config
