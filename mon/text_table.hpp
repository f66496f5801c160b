// Columns of text, aligned, within a width.
#pragma once

#include <string>
#include <vector>

namespace merlin::mon {

enum class Tint { none, good, warning, bad, faint };

// `text` in that colour for a terminal; as it is where colour is off.
std::string tinted(std::string text, Tint tint, bool colour);

struct Cell {
  std::string text;
  Tint tint = Tint::none;
};

struct Column {
  std::string title;
  bool right = false;  // numbers
  int keep = 0;        // columns with the smallest go first where the table is too wide; 0: never
};

struct Row {
  std::vector<Cell> cells;  // one a column
  std::string below;        // a line under the row, or empty
};

// Lines, each with its end, the titles first. width 0: as wide as it gets. Cells must be plain text.
std::string draw_table(const std::vector<Column>& columns, const std::vector<Row>& rows, std::size_t width, bool colour);

}  // namespace merlin::mon
