// The syntax of merlin.conf, without any knowledge of its keys: one file's text to a tree of blocks and
// entries that knows where everything stands. Comments and spacing stay in the text; the tree refers
// to it by byte offsets, which is what editing in place works on.
//
//   key = value      key value      name [label] { ... }      # comment      a trailing ; is dropped
//
// A comment starts at the start of a line or after white space. A value or word may be quoted: "..." with
// \" and \\ inside, or '...' as it is. The brace may stand on the header's line or on the next one; `}`
// stands alone, but for `name label { }`, which is an empty block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/problems.hpp"

namespace merlin::config {

inline constexpr std::size_t max_depth = 8;            // blocks inside blocks
inline constexpr std::size_t max_statements = 20'000;  // keys, headers and braces of one file

// Bytes [begin, end) of the text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Both from 1; a column counts bytes.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// "3:5"
std::string position_text(Position at);

// A key, a label or a value.
struct Word {
  std::string text;  // without quotes
  Span span;         // quotes included
  Position at;
  bool quoted = false;
};

struct Entry {
  Word key;
  std::optional<Word> value;  // none: the key stands alone. After "=" there is one, maybe empty.
  bool equals = false;
  Span line;  // with its line end
};

struct Block {
  Word kind;
  std::optional<Word> label;
  Span header;  // the line of the name
  Span body;    // behind "{" up to "}"
  Span last;    // the line of "}", with its line end
  std::vector<Entry> entries;
  std::vector<Block> blocks;
};

struct Document {
  Block root;       // neither kind nor label
  Problems errors;  // each with where = "LINE:COLUMN"
};

// Never fails as a whole: what could be understood is in the tree, the rest in errors.
Document parse(std::string_view text);

}  // namespace merlin::config
