// Command lines for a shell on another node.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace merlin::mon::ssh {

// Quotes `word` so that a POSIX shell reads it as exactly this word.
std::string quoted_word(std::string_view word);

// The command line with which a shell there runs `words` as they were typed here: several words are a program
// and its arguments, passed byte for byte; a single word is a command line of its own ("ls | wc -l").
std::string command_line(const std::vector<std::string>& words);

}  // namespace merlin::mon::ssh
