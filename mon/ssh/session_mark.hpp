// How mon learns which processes a command has over there.
#pragma once

#include <string>
#include <string_view>

namespace merlin::mon::ssh {

// `line`, to be given to any login shell: it says its process id on standard error first.
std::string marked_command(const std::string& line);

// Takes the mark out of what comes on standard error.
class MarkReader {
 public:
  // What is for people; nothing is held back once the mark was seen, or cannot come any more.
  std::string feed(std::string_view bytes);
  std::string rest();  // what is still held back, at the end
  // The process id, and so the process group, of the command; "" until known.
  const std::string& process() const { return process_; }

 private:
  std::string held_;
  std::string process_;
  bool is_done_ = false;
};

}  // namespace merlin::mon::ssh
