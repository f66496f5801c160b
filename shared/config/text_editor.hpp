// A text of merlin.conf with its tree, and the places where something can be inserted or removed. The basis of
// edit.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/config/edit.hpp"
#include "shared/config/key_table.hpp"
#include "shared/config/syntax.hpp"

namespace merlin::config {

struct FoundBlock {
  const Block* block = nullptr;
  const Block* parent = nullptr;  // null: block is the top level of the file
  Scope scope = Scope::top;
};

// The text must outlive this object and the results of find().
class TextEditor {
 public:
  explicit TextEditor(std::string_view text);

  // The first syntax error. A text with an error is not edited.
  std::optional<Error> broken();
  Result<FoundBlock> find(const BlockPath& path) const;

  // "\r\n" if the text uses it, otherwise "\n".
  const std::string& line_end() const { return line_end_; }
  // The indentation step of the text.
  std::string step() const;
  // The indentation of a line in the block.
  std::string inner_indent(const FoundBlock& found) const;

  // Each of these returns the complete new text.
  std::string replaced(Span span, std::string_view by) const;
  // Inserts complete lines into the block: after the line `after`, or at its start if there is none.
  std::string with_lines(const FoundBlock& found, const std::optional<Span>& after, const std::string& lines) const;
  std::string with_lines_last(const FoundBlock& found, const std::string& lines) const;

  // Whether the line before `at` is blank; true at the start of the text.
  bool blank_before(std::size_t at) const;
  // The span, plus the blank line before it if removing the span would leave two blank lines, or one at the end.
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

// Whether this is the block's name, whichever word either uses for the kind.
bool is_called(const Block& block, const BlockName& name);
bool is_node(std::string_view kind);
// "peer 'peer02'"
std::string describe(const BlockName& name);
Error edit_error(std::string what, std::string fix = "");

}  // namespace merlin::config
