// Text as man(7) pages take it. Everything given is plain UTF-8 text and comes out as it is, whatever is in it.
#pragma once

#include <string>
#include <string_view>

namespace merlin::manual {

// Inside a line. Line ends stay; a line that would be read as a request is not.
std::string plain(std::string_view text);
std::string bold(std::string_view text);
std::string italic(std::string_view text);

// ".TH": title in capitals, "1", what it is about.
std::string header(std::string_view name, std::string_view section, std::string_view title);
std::string section(std::string_view heading);
std::string subsection(std::string_view heading);

// What follows is roff already: use plain(), bold(), italic().
std::string paragraph(const std::string& text);
// A term, and behind it what it means.
std::string entry(const std::string& term, const std::string& meaning);
// Lines as they are, in the type of programs.
std::string lines(std::string_view text);

// Prose wrapped by hand as one paragraph, each line that begins with a space as it is.
std::string prose(std::string_view text);

}  // namespace merlin::manual
