// How mon learns the process ids of a command on another node.
#pragma once

#include <string>
#include <string_view>

namespace merlin::mon::ssh {

// Prints the mark, before the command itself.
inline constexpr std::string_view kPrintMark = "printf '\\002mon %s\\n' $$ >&2; ";
// The mark of this process.
std::string mark_of(int process);

// Wraps `line`, for any login shell: the command first prints its process id on standard error.
std::string marked_command(const std::string& line);

// Removes the mark from standard error.
class MarkReader {
 public:
  // The output for the user; everything is returned at once when the mark was seen, or cannot arrive any more.
  std::string feed(std::string_view bytes);
  std::string rest();  // the rest of the buffered output, at the end
  // The process id, and thus the process group, of the command; "" until known.
  const std::string& process() const { return process_; }

 private:
  std::string held_;
  std::string process_;
  bool is_done_ = false;
};

}  // namespace merlin::mon::ssh
