#include "shared/config/edit.hpp"

#include <algorithm>
#include <optional>

#include "shared/base/text.hpp"
#include "shared/config/problems.hpp"
#include "shared/config/text_editor.hpp"

namespace merlin::config {
namespace {

bool is_plain_word(std::string_view word) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '/';
  };
  return !word.empty() && std::all_of(word.begin(), word.end(), fits);
}

// A key or a label. It ends at white space, "=" or "{".
Result<std::string> written_word(std::string_view word) {
  if (is_plain_word(word)) return std::string(word);
  Result<std::string> value = written_value(word);
  if (!value || value->front() == '"') return value;
  return "\"" + *value + "\"";
}

Result<std::string> key_line(const std::string& indent, std::string_view key, std::string_view value, const std::string& line_end) {
  const Result<std::string> word = written_word(key);
  if (!word) return word.error();
  const Result<std::string> written = written_value(value);
  if (!written) return written.error();
  return indent + *word + " = " + *written + line_end;
}

Result<std::string> block_lines(const TextEditor& editor, const std::string& indent, const BlockName& name, const Settings& settings) {
  std::string lines = indent + name.kind;
  if (!name.label.empty()) {
    const Result<std::string> label = written_word(name.label);
    if (!label) return label.error();
    lines += " " + *label;
  }
  lines += " {" + editor.line_end();
  for (const auto& [key, value] : settings) {
    const Result<std::string> line = key_line(indent + editor.step(), key, value, editor.line_end());
    if (!line) return line.error();
    lines += *line;
  }
  return lines + indent + "}" + editor.line_end();
}

// All entries of the block with this key, under any of its names.
std::vector<const Entry*> entries_of(const FoundBlock& found, std::string_view key) {
  const KeySpec* spec = find_key(found.scope, key);
  std::vector<const Entry*> entries;
  for (const Entry& entry : found.block->entries) {
    const bool same = entry.key.text == key || (spec != nullptr && find_key(found.scope, entry.key.text) == spec);
    if (same) entries.push_back(&entry);
  }
  return entries;
}

// The line after which a new key is inserted: the block's last key, not counting includes.
std::optional<Span> last_key_line(const Block& block) {
  for (auto entry = block.entries.rbegin(); entry != block.entries.rend(); ++entry) {
    if (entry->key.text != "include") return entry->line;
  }
  return std::nullopt;
}

std::string with_value(const TextEditor& editor, const Entry& entry, const std::string& written) {
  if (!entry.value) return editor.replaced({entry.key.span.end, entry.key.span.end}, " = " + written);
  const bool empty = entry.value->span.begin == entry.value->span.end;
  return editor.replaced(entry.value->span, empty ? " " + written : written);
}

}  // namespace

Result<std::string> written_value(std::string_view value) {
  for (char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
      return edit_error("a value cannot hold control characters or line ends", "remove them");
  }
  const bool safe_ends =
      !value.empty() && !is_blank(value.front()) && !is_blank(value.back()) && value.front() != '=' && value.front() != '{';
  const bool safe_inside = value.find_first_of("\"'#;{}\\") == std::string_view::npos;
  if (safe_ends && safe_inside) return std::string(value);
  std::string written = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\') written += '\\';
    written += c;
  }
  return written + "\"";
}

Result<std::string> add_block(std::string_view text, const BlockPath& parent, const BlockName& block, const Settings& settings) {
  TextEditor editor(text);
  if (auto error = editor.broken()) return *error;
  const Result<FoundBlock> found = editor.find(parent);
  if (!found) return found.error();
  if (find_block(found->scope, block.kind) == nullptr) return edit_error("unknown block " + quoted(block.kind));
  const BlockName taken{is_node(block.kind) ? "" : block.kind, block.label};
  for (const Block& inner : found->block->blocks) {
    if (is_called(inner, taken)) return Error{"there is a " + describe(taken) + " already", position_text(inner.kind.at), ""};
  }
  Result<std::string> lines = block_lines(editor, found->parent == nullptr ? "" : editor.inner_indent(*found), block, settings);
  if (!lines) return lines;
  const bool apart = found->parent == nullptr && !editor.blank_before(text.size());
  return editor.with_lines_last(*found, apart ? editor.line_end() + *lines : *lines);
}

Result<std::string> remove_block(std::string_view text, const BlockPath& block) {
  TextEditor editor(text);
  if (auto error = editor.broken()) return *error;
  const Result<FoundBlock> found = editor.find(block);
  if (!found) return found.error();
  if (found->parent == nullptr) return edit_error("no block is named");
  return editor.replaced(editor.with_blank_line_before({found->block->header.begin, found->block->last.end}), "");
}

Result<std::string> rename_block(std::string_view text, const BlockPath& block, std::string_view new_label) {
  TextEditor editor(text);
  if (auto error = editor.broken()) return *error;
  const Result<FoundBlock> found = editor.find(block);
  if (!found) return found.error();
  if (found->parent == nullptr || !found->block->label) return edit_error("the block has no name to change");
  for (const Block& other : found->parent->blocks) {
    const bool taken = &other != found->block && is_called(other, {"", std::string(new_label)});
    if (taken) return Error{"there is a node " + quoted(new_label) + " already", position_text(other.kind.at), ""};
  }
  const Result<std::string> label = written_word(new_label);
  if (!label) return label;
  return editor.replaced(found->block->label->span, *label);
}

Result<std::string> set_key(std::string_view text, const BlockPath& block, std::string_view key, std::string_view value) {
  TextEditor editor(text);
  if (auto error = editor.broken()) return *error;
  const Result<FoundBlock> found = editor.find(block);
  if (!found) return found.error();
  const Result<std::string> written = written_value(value);
  if (!written) return written;
  const std::vector<const Entry*> there = entries_of(*found, key);
  if (!there.empty()) return with_value(editor, *there.back(), *written);
  const Result<std::string> line = key_line(editor.inner_indent(*found), key, value, editor.line_end());
  if (!line) return line;
  return editor.with_lines(*found, last_key_line(*found->block), *line);
}

Result<std::string> remove_key(std::string_view text, const BlockPath& block, std::string_view key) {
  TextEditor editor(text);
  if (auto error = editor.broken()) return *error;
  const Result<FoundBlock> found = editor.find(block);
  if (!found) return found.error();
  const std::vector<const Entry*> there = entries_of(*found, key);
  if (there.empty()) return edit_error(quoted(key) + " is not set there");
  std::string left(text);
  for (auto entry = there.rbegin(); entry != there.rend(); ++entry)
    left.erase((*entry)->line.begin, (*entry)->line.end - (*entry)->line.begin);
  return left;
}

}  // namespace merlin::config
