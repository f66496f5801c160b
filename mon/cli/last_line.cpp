#include "mon/cli/last_line.hpp"

namespace merlin::mon {

std::string last_line(std::string_view output) {
  output = output.substr(0, output.find_last_not_of(" \t\r\n") + 1);
  std::string_view line = output.substr(output.rfind('\n') + 1);
  if (line.starts_with("mon: ")) line.remove_prefix(5);
  return std::string(line);
}

}  // namespace merlin::mon
