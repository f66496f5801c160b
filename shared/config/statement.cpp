#include "shared/config/statement.hpp"

#include "shared/base/text.hpp"

namespace merlin::config {
namespace {

bool is_quote(char c) { return c == '"' || c == '\''; }

// The position where the quote that opens at `open` is closed; npos: it is not.
std::size_t closing_quote(std::string_view text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::string unescaped(std::string_view inside, char quote) {
  if (quote == '\'') return std::string(inside);
  std::string text;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const bool escape = inside[i] == '\\' && i + 1 < inside.size() && (inside[i + 1] == '"' || inside[i + 1] == '\\');
    if (escape) ++i;
    text += inside[i];
  }
  return text;
}

// Reads one line from left to right. Positions are offsets into the line.
class Reader {
 public:
  explicit Reader(const Line& line) : line_(line), text_(line.text) {}

  Result<Statement> read() {
    if (auto bad = control_character()) return *bad;
    begin_ = skip_space(0);
    end_ = begin_;
    if (auto bad = find_end()) return *bad;
    if (begin_ == end_) return Statement{};
    if (text_[begin_] == '}') return close();
    if (text_[begin_] == '{') return open();
    const std::size_t brace = header_brace();
    return brace == std::string_view::npos ? entry() : header(brace);
  }

 private:
  Error error(std::size_t at, std::string what, std::string fix = "") const {
    return {std::move(what), position_text(position(at)), std::move(fix)};
  }

  Position position(std::size_t at) const { return {line_.number, static_cast<std::uint32_t>(at + 1)}; }

  std::size_t skip_space(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at;
  }

  std::optional<Error> control_character() const {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text_[i]);
      if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
        return error(i, "control character (byte " + std::to_string(byte) + ") in the line", "remove it");
      }
    }
    return std::nullopt;
  }

  // Sets end_ to the start of the comment or of a trailing ";".
  std::optional<Error> find_end() {
    std::size_t i = begin_;
    for (; i < text_.size(); ++i) {
      const char before = i == begin_ ? ' ' : text_[i - 1];
      if (text_[i] == '#' && (is_blank(before) || before == ';')) break;
      if (!is_quote(text_[i]) || (!is_blank(before) && before != '=')) continue;
      const std::size_t close = closing_quote(text_, i);
      if (close == std::string_view::npos) return error(i, "the quote is not closed on its line", "close it");
      i = close;
    }
    end_ = i < text_.size() ? i : text_.size();
    while (end_ > begin_ && (is_blank(text_[end_ - 1]) || text_[end_ - 1] == ';')) --end_;
    return std::nullopt;
  }

  Span span(std::size_t begin, std::size_t end) const { return {line_.offset + begin, line_.offset + end}; }

  Result<Statement> close() const {
    if (begin_ + 1 != end_) return error(begin_ + 1, "text behind '}'", "put it on a line of its own");
    return Statement{Statement::Kind::close, {}, {}, false, span(begin_, end_)};
  }

  Result<Statement> open() const {
    if (begin_ + 1 != end_) return error(skip_space(begin_ + 1), "text behind '{'", "put it on a line of its own");
    return Statement{Statement::Kind::open, {}, {}, false, span(begin_, end_)};
  }

  // The "{" of "name [label] {" or "name [label] { }"; npos: not a header.
  std::size_t header_brace() const {
    std::size_t last = end_ - 1;
    if (text_[last] == '}') {
      while (last > begin_ && is_blank(text_[last - 1])) --last;
      last = last > begin_ ? last - 1 : last;
    }
    return text_[last] == '{' && last > begin_ ? last : std::string_view::npos;
  }

  // The word that starts at `at` and ends at white space, `stop` or `limit`.
  Word word(std::size_t at, std::size_t limit, char stop) const {
    if (is_quote(text_[at])) {
      const std::size_t close = closing_quote(text_, at);
      return {unescaped(text_.substr(at + 1, close - at - 1), text_[at]), span(at, close + 1), position(at), true};
    }
    std::size_t last = at;
    while (last < limit && !is_blank(text_[last]) && text_[last] != stop) ++last;
    return {std::string(text_.substr(at, last - at)), span(at, last), position(at), false};
  }

  std::size_t behind(const Word& word) const { return word.span.end - line_.offset; }

  // A quoted word ends with its quote, so it must be followed by a separator.
  std::optional<Error> glued(const Word& word, std::size_t limit) const {
    const std::size_t next = behind(word);
    if (!word.quoted || next >= limit || is_blank(text_[next]) || text_[next] == '=') return std::nullopt;
    return error(next, "text right behind a quote", "put a space between");
  }

  Result<Statement> header(std::size_t brace) const {
    Statement found{Statement::Kind::header, word(begin_, brace, '{'), {}, false, span(brace, end_)};
    if (text_[end_ - 1] == '}') found.kind = Statement::Kind::empty_block;
    if (auto bad = glued(found.key, brace)) return *bad;
    std::size_t at = skip_space(behind(found.key));
    if (at < brace) {
      found.value = word(at, brace, '{');
      if (auto bad = glued(*found.value, brace)) return *bad;
      at = skip_space(behind(*found.value));
    }
    const bool assigned = !found.key.quoted && found.key.text.find('=') != std::string::npos;
    const bool label_assigned = found.value && !found.value->quoted && found.value->text.find('=') != std::string::npos;
    if (at < brace || assigned || label_assigned) {
      return error(brace, "'{' behind more than a name and a label", "write NAME LABEL {, or put the value in quotes");
    }
    return found;
  }

  Result<Statement> entry() const {
    Statement found{Statement::Kind::entry, word(begin_, end_, '='), {}, false, {}};
    if (found.key.span.begin == found.key.span.end) return error(begin_, "no key before '='", "write KEY = VALUE");
    if (auto bad = glued(found.key, end_)) return *bad;
    std::size_t at = skip_space(behind(found.key));
    if (at < end_ && text_[at] == '=') {
      found.equals = true;
      at = skip_space(at + 1);
    }
    // "=" may be followed by nothing but a comment.
    at = at < end_ ? at : end_;
    if (at == end_ && !found.equals) return found;
    found.value = value(at);
    if (auto bad = stray_brace(found)) return *bad;
    return found;
  }

  Word value(std::size_t at) const {
    const bool quoted = at < end_ && is_quote(text_[at]) && closing_quote(text_, at) == end_ - 1;
    if (quoted) return word(at, end_, '\0');
    return {std::string(text_.substr(at, end_ - at)), span(at, end_), position(at), false};
  }

  // "peer a { port = 1" and "port = 1 }" are meant as braces and must not become part of a value.
  std::optional<Error> stray_brace(const Statement& found) const {
    if (found.value->quoted || found.value->text.empty()) return std::nullopt;
    const std::string& text = found.value->text;
    const std::size_t start = found.value->span.begin - line_.offset;
    if (text.back() == '}' && (text.size() == 1 || is_blank(text[text.size() - 2]))) {
      return error(end_ - 1, "'}' behind a value", "put it on a line of its own");
    }
    const std::size_t brace = text[0] == '{' ? 0 : text.find(" {");
    if (found.equals || brace == std::string::npos) return std::nullopt;
    return error(start + (brace == 0 ? 0 : brace + 1), "text behind '{'", "put it on a line of its own");
  }

  const Line& line_;
  std::string_view text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

Result<Statement> read_statement(const Line& line) { return Reader(line).read(); }

}  // namespace merlin::config
