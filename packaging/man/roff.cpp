#include "packaging/man/roff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

namespace merlin::manual {
namespace {

// The code point that begins there, and how many bytes it has.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};

Character character_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t code = bytes == 1 ? lead : lead & (0x7fU >> bytes);
  for (std::size_t next = 1; next < bytes && at + next < text.size(); ++next)
    code = code << 6U | (static_cast<unsigned char>(text[at + next]) & 0x3fU);
  return {code, bytes};
}

std::string written(char32_t code) {
  switch (code) {
    case '\\':
      return "\\(rs";
    case '-':
      return "\\-";
    case '\'':
      return "\\(aq";
    case '`':
      return "\\(ga";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    case '"':
      return "\\(dq";
    default:
      break;
  }
  return code < 0x80 ? std::string(1, static_cast<char>(code)) : fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(code));
}

template <class Use>
void each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    use(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

std::string plain(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (line_begins && character.code == '.') out += "\\&";
    out += written(character.code);
    line_begins = character.code == '\n';
    at += character.bytes;
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }

std::string header(std::string_view name, std::string_view section, std::string_view title) {
  std::string capitals(name);
  std::ranges::transform(capitals, capitals.begin(), [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return fmt::format(".TH {} {} \"\" \"Merlin {}\" \"{}\"\n", plain(capitals), section, MERLIN_VERSION, plain(title));
}

std::string section(std::string_view heading) { return fmt::format(".SH {}\n", plain(heading)); }
std::string subsection(std::string_view heading) { return fmt::format(".SS {}\n", plain(heading)); }
std::string paragraph(const std::string& text) { return fmt::format(".PP\n{}\n", text); }
std::string entry(const std::string& term, const std::string& meaning) { return fmt::format(".TP\n{}\n{}\n", term, meaning); }

std::string lines(std::string_view text) {
  std::string out = ".PP\n.RS 4\n.nf\n";
  each_line(text, [&](std::string_view line) { fmt::format_to(std::back_inserter(out), "{}\n", line.empty() ? "\\&" : plain(line)); });
  return out + ".fi\n.RE\n";
}

std::string prose(std::string_view text) {
  std::string out;
  bool flowing = false;
  each_line(text, [&](std::string_view line) {
    const bool as_it_is = line.starts_with(' ');
    if (!as_it_is && !flowing) out += ".PP\n";
    flowing = !as_it_is && !line.empty();
    if (line.empty()) return;
    out += as_it_is ? lines(line.substr(line.find_first_not_of(' '))) : plain(line) + "\n";
  });
  return out;
}

}  // namespace merlin::manual
