// Parses one line of merlin.conf.
#pragma once

#include "shared/config/syntax.hpp"

namespace merlin::config {

struct Statement {
  enum class Kind { blank, entry, header, empty_block, open, close };
  Kind kind = Kind::blank;
  Word key;                   // entry: the key; header: the block's name
  std::optional<Word> value;  // entry: the value; header: the label
  bool equals = false;
  Span braces;  // positions of "{" and "}", if present
};

struct Line {
  std::string_view text;   // without line end
  std::size_t offset = 0;  // line number in its file
  std::uint32_t number = 0;
};

// Error: where = "LINE:COLUMN".
Result<Statement> read_statement(const Line& line);

}  // namespace merlin::config
