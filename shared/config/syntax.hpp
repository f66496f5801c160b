// The syntax of merlin.conf, independent of its keys: parses one file's text into a tree of blocks and entries with their
// positions. Comments and spacing stay in the text; the tree refers to the text by byte offsets, which editing in place
// needs.
//
//   key = value      key value      name [label] { ... }      # comment      a trailing ; is ignored
//
// A comment starts at the start of a line, after white space or after ";". A value or word can be quoted: "..." with
// \" and \\ as escapes, or '...' without escapes. The brace is on the header's line or on the next one; `}` is
// alone on its line, except for `name label { }`, which is an empty block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/config/problems.hpp"

namespace merlin::config {

inline constexpr std::size_t kMaxDepth = 8;            // blocks inside blocks
inline constexpr std::size_t kMaxStatements = 20'000;  // keys, headers and braces of one file

// Bytes [begin, end) of the text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Both start at 1; a column counts bytes.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// "3:5"
std::string position_text(Position at);

// A key, a label or a value.
struct Word {
  std::string text;  // without quotes
  Span span;         // including quotes
  Position at;
  bool quoted = false;
};

struct Entry {
  Word key;
  std::optional<Word> value;  // unset: the key is alone. After "=" there is a value, which can be empty.
  bool equals = false;
  Span line;  // including its line end
};

struct Block {
  Word kind;
  std::optional<Word> label;
  Span header;  // the line of the name
  Span body;    // from after "{" to "}"
  Span last;    // the line of "}", including its line end
  std::vector<Entry> entries;
  std::vector<Block> blocks;
};

struct Document {
  Block root;       // without kind and label
  Problems errors;  // each with where = "LINE:COLUMN"
};

// Never fails as a whole: everything that could be parsed is in the tree, the rest is in errors.
Document parse(std::string_view text);

}  // namespace merlin::config
