#include "shared/config/text_editor.hpp"

#include <algorithm>

#include "shared/base/text.hpp"
#include "shared/config/problems.hpp"

namespace merlin::config {
namespace {

// "slave" and "poller" are the same kind.
std::string_view canonical(std::string_view kind) {
  for (const BlockSpec& spec : all_blocks()) {
    if (spec.old_name == kind && !kind.empty()) return spec.name;
  }
  return kind;
}

}  // namespace

TextEditor::TextEditor(std::string_view text)
    : text_(text), document_(parse(text)), line_end_(text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n") {}

std::optional<Error> TextEditor::broken() {
  if (document_.errors.empty()) return std::nullopt;
  return document_.errors.take().front();
}

Result<FoundBlock> TextEditor::find(const BlockPath& path) const {
  FoundBlock found{&document_.root, nullptr, Scope::top};
  for (const BlockName& name : path) {
    const auto& inner = found.block->blocks;
    const auto block = std::find_if(inner.begin(), inner.end(), [&](const Block& candidate) { return is_called(candidate, name); });
    if (block == inner.end()) return edit_error("there is no " + describe(name));
    const BlockSpec* spec = find_block(found.scope, block->kind.text);
    if (spec == nullptr) return edit_error("unknown block " + quoted(block->kind.text));
    found = {&*block, found.block, spec->scope};
  }
  return found;
}

std::string TextEditor::replaced(Span span, std::string_view by) const {
  std::string text(text_.substr(0, span.begin));
  text += by;
  text += text_.substr(span.end);
  return text;
}

// White space at the start of the line in which a span begins.
std::string TextEditor::indent_of(Span line) const {
  std::size_t end = line.begin;
  while (end < line.end && merlin::is_blank(text_[end])) ++end;
  return std::string(text_.substr(line.begin, end - line.begin));
}

// The indentation of the contents of `block`.
std::string TextEditor::inner_indent(const FoundBlock& found) const {
  if (!found.block->entries.empty()) return indent_of(found.block->entries.back().line);
  if (!found.block->blocks.empty()) return indent_of(found.block->blocks.back().header);
  return found.parent == nullptr ? "" : indent_of(found.block->header) + step();
}

// The indentation step that the file uses.
std::string TextEditor::step() const {
  for (const Block& block : document_.root.blocks) {
    const std::string indent = block.entries.empty() ? "" : indent_of(block.entries.front().line);
    if (!indent.empty()) return indent;
  }
  return "\t";
}

// Inserts complete lines into the block: after `after`, or at its start if there is none.
std::string TextEditor::with_lines(const FoundBlock& found, const std::optional<Span>& after, const std::string& lines) const {
  const Block& block = *found.block;
  if (after) return inserted(after->end, lines);
  const std::size_t line = text_.find('\n', block.body.begin);
  const bool one_line = found.parent != nullptr && (line == std::string_view::npos || line >= block.body.end);
  if (one_line) return replaced(block.body, line_end_ + lines + indent_of(block.header));
  return inserted(found.parent == nullptr ? block.body.begin : line + 1, lines);
}

// Inserts lines at the end of the block, before its "}".
std::string TextEditor::with_lines_last(const FoundBlock& found, const std::string& lines) const {
  const Block& block = *found.block;
  if (found.parent == nullptr) return inserted(text_.size(), lines);
  const std::size_t line = text_.find('\n', block.body.begin);
  if (line == std::string_view::npos || line >= block.body.end) return with_lines(found, std::nullopt, lines);
  return inserted(block.last.begin, lines);
}

// Whether the line before `at` is blank; true at the start of the text.
bool TextEditor::blank_before(std::size_t at) const { return previous_line_begin(at) == at || is_blank(previous_line_begin(at), at); }

Span TextEditor::with_blank_line_before(Span span) const {
  const bool blank_or_end_behind = span.end >= text_.size() || is_blank(span.end, next_line(span.end));
  const std::size_t previous = previous_line_begin(span.begin);
  if (!blank_or_end_behind || previous == span.begin || !is_blank(previous, span.begin)) return span;
  return {previous, span.end};
}

std::string TextEditor::inserted(std::size_t at, const std::string& lines) const {
  const bool needs_line_end = at > 0 && text_[at - 1] != '\n' && at != document_.root.body.begin;
  if (!needs_line_end) return replaced({at, at}, lines);
  // A text can end in the middle of "\r\n".
  return replaced({at, at}, (text_[at - 1] == '\r' ? "\n" : line_end_) + lines);
}

std::size_t TextEditor::next_line(std::size_t at) const {
  const std::size_t end = text_.find('\n', at);
  return end == std::string_view::npos ? text_.size() : end + 1;
}

// The start of the line before the one that starts at `at`; `at` itself if there is none.
std::size_t TextEditor::previous_line_begin(std::size_t at) const {
  if (at <= document_.root.body.begin) return at;
  const std::size_t end = at >= 2 ? text_.rfind('\n', at - 2) : std::string_view::npos;
  return std::max(end == std::string_view::npos ? 0 : end + 1, document_.root.body.begin);
}

bool TextEditor::is_blank(std::size_t begin, std::size_t end) const {
  return text_.substr(begin, end - begin).find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_node(std::string_view kind) {
  const BlockSpec* spec = find_block(Scope::top, kind);
  return spec != nullptr && spec->scope == Scope::node;
}

bool is_called(const Block& block, const BlockName& name) {
  const std::string label = block.label ? block.label->text : "";
  if (label != name.label) return false;
  return name.kind.empty() ? is_node(block.kind.text) : canonical(block.kind.text) == canonical(name.kind);
}

std::string describe(const BlockName& name) {
  return (name.kind.empty() ? "node" : name.kind) + (name.label.empty() ? "" : " " + quoted(name.label));
}

Error edit_error(std::string what, std::string fix) { return {std::move(what), "", std::move(fix)}; }

}  // namespace merlin::config
