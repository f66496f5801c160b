// Text in aligned columns, within a width.
#pragma once

#include <string>
#include <vector>

namespace merlin::mon {

enum class Tint { none, good, warning, bad, faint };

// `text` in that colour for a terminal; unchanged if colours are off.
std::string tinted(std::string text, Tint tint, bool colour);

struct Cell {
  std::string text;
  Tint tint = Tint::none;
};

struct Column {
  std::string title;
  bool right = false;  // numbers
  int keep = 0;        // columns with the smallest number are dropped first if the table is too wide; 0: never
};

struct Row {
  std::vector<Cell> cells;  // one per column
  std::string below;        // a line below the row, or empty
};

// Lines with line ends, the titles first. width 0: unlimited. Cells must be plain text.
std::string draw_table(const std::vector<Column>& columns, const std::vector<Row>& rows, std::size_t width, bool colour);

}  // namespace merlin::mon
