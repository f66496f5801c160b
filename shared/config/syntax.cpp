#include "shared/config/syntax.hpp"

#include "shared/base/assert.hpp"
#include "shared/config/statement.hpp"

namespace merlin::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { open_.emplace_back(); }

  Document parse() {
    std::size_t at = text_.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
    open_.front().body = {at, text_.size()};
    for (std::uint32_t number = 1; at < text_.size() && !full_; ++number) at = line(at, number);
    while (open_.size() > 1) {
      const Word& name = open_.back().kind;
      fail({"the block " + quoted(name.text) + " is not closed", position_text(name.at), "end it with '}' on a line of its own"});
      close({text_.size(), text_.size()}, text_.size());
    }
    document_.root = std::move(open_.front());
    return std::move(document_);
  }

 private:
  // Processes one line; returns the start of the next one.
  std::size_t line(std::size_t begin, std::uint32_t number) {
    const std::size_t line_end = text_.find('\n', begin);
    const std::size_t next = line_end == std::string_view::npos ? text_.size() : line_end + 1;
    std::size_t end = line_end == std::string_view::npos ? text_.size() : line_end;
    if (end > begin && text_[end - 1] == '\r') --end;
    const Result<Statement> read = read_statement({text_.substr(begin, end - begin), begin, number});
    if (!read) {
      fail(read.error());
      header_possible_ = false;
    } else if (read->kind != Statement::Kind::blank) {
      take(*read, {begin, next}, {number, 1});
    }
    return next;
  }

  void take(const Statement& statement, Span line, Position at) {
    if (++statements_ > kMaxStatements) {
      full_ = true;
      fail({"more than " + std::to_string(kMaxStatements) + " keys and blocks in one file", position_text(at), "split it by include"});
      return;
    }
    const bool header_before = header_possible_;
    header_possible_ = false;
    switch (statement.kind) {
      case Statement::Kind::blank:
        return;
      case Statement::Kind::entry:
        return entry(statement, line);
      case Statement::Kind::header:
        return begin_block(statement.key, statement.value, line, statement.braces.end);
      case Statement::Kind::empty_block:
        begin_block(statement.key, statement.value, line, statement.braces.begin + 1);
        return end_block(line, statement.braces.end - 1, statement.key.at);
      case Statement::Kind::open:
        return brace_alone(header_before, statement.braces.end, at);
      case Statement::Kind::close:
        return end_block(line, statement.braces.begin, {at.line, static_cast<std::uint32_t>(statement.braces.begin - line.begin + 1)});
    }
  }

  void entry(const Statement& statement, Span line) {
    header_possible_ = !statement.equals;
    if (too_deep_ > 0) return;
    open_.back().entries.push_back({statement.key, statement.value, statement.equals, line});
  }

  // "peer a" on one line, "{" on the next: the apparent entry was a header.
  void brace_alone(bool header_before, std::size_t behind_brace, Position at) {
    if (!header_before) return fail({"'{' without a name before it", position_text(at), "write NAME LABEL {"});
    if (too_deep_ > 0) {
      ++too_deep_;
      return;
    }
    const Entry header = std::move(open_.back().entries.back());
    open_.back().entries.pop_back();
    begin_block(header.key, header.value, header.line, behind_brace);
    const bool spaces = header.value && !header.value->quoted && header.value->text.find_first_of(" \t") != std::string::npos;
    if (spaces)
      fail({"a block has one label", position_text(header.value->at), "write NAME LABEL {, the label in quotes if it has spaces"});
  }

  void begin_block(const Word& kind, const std::optional<Word>& label, Span header, std::size_t behind_brace) {
    if (too_deep_ > 0 || open_.size() > kMaxDepth) {
      if (too_deep_++ == 0) fail({"more than " + std::to_string(kMaxDepth) + " blocks inside each other", position_text(kind.at), ""});
      return;
    }
    Block block;
    block.kind = kind;
    block.label = label;
    block.header = header;
    block.body.begin = behind_brace;
    open_.push_back(std::move(block));
  }

  void end_block(Span line, std::size_t brace, Position at) {
    if (too_deep_ > 0) {
      --too_deep_;
    } else if (open_.size() == 1) {
      fail({"'}' closes no block", position_text(at), "remove it"});
    } else {
      close(line, brace);
    }
  }

  void close(Span last, std::size_t brace) {
    // asserted: bounded by both callers, which close only open blocks
    MERLIN_ASSERT(open_.size() > 1);
    Block block = std::move(open_.back());
    open_.pop_back();
    block.body.end = brace;
    block.last = last;
    open_.back().blocks.push_back(std::move(block));
  }

  void fail(Error error) { document_.errors.add(std::move(error)); }

  std::string_view text_;
  Document document_;
  std::vector<Block> open_;   // the root, then each block that is still open
  std::size_t too_deep_ = 0;  // blocks open beyond max_depth: their contents are skipped
  std::size_t statements_ = 0;
  bool header_possible_ = false;  // the last statement may be a header whose "{" follows
  bool full_ = false;
};

}  // namespace

std::string position_text(Position at) { return std::to_string(at.line) + ":" + std::to_string(at.column); }

Document parse(std::string_view text) { return Parser(text).parse(); }

}  // namespace merlin::config
