// Values that earlier versions accepted.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "shared/base/text.hpp"
#include "shared/config/earlier.hpp"
#include "shared/config/key_lists.hpp"

namespace merlin::config {
namespace {

bool begins_with(std::string_view text, std::string_view begin) { return text.substr(0, begin.size()) == begin; }

// A whole number without a unit. A number that is too large becomes the largest one.
std::optional<std::uint64_t> bare_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || text.empty() || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc{} ? number : std::numeric_limits<std::uint64_t>::max();
}

// Words in any case, their first letters, and numbers.
std::optional<bool> yes_or_no(std::string_view text) {
  constexpr std::array yes{"yes", "y", "true", "t", "on"};
  constexpr std::array no{"no", "n", "false", "f", "off"};
  const std::string word = lower_case(text);
  if (std::find(yes.begin(), yes.end(), word) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), word) != no.end()) return false;
  if (const auto number = bare_number(word)) return *number != 0;
  return std::nullopt;
}

OldValue read_as(std::string_view key, std::string replacement) {
  OldValue value;
  value.meaning = "is read as " + replacement;
  value.fix = "write " + std::string(key) + " = " + replacement;
  value.replacement = std::move(replacement);
  return value;
}

OldValue as_if_absent(std::string meaning) { return {std::nullopt, std::move(meaning), "remove the line"}; }

std::optional<OldValue> old_yes_no(const KeySpec& spec, std::string_view text) {
  if (read_value(spec.rule, text)) return std::nullopt;
  const std::optional<bool> yes = yes_or_no(text);
  return yes ? std::optional(read_as(spec.name, *yes ? "yes" : "no")) : std::nullopt;
}

constexpr std::array<std::string_view, 4> kLevelWords{"debug", "info", "warning", "error"};
constexpr unsigned kAllLevels = 0b1111;

// The bits of level_words that a word in an old list sets. "err" and "warn" are prefixes of today's words.
std::optional<unsigned> levels_of(std::string_view word) {
  if (begins_with(word, "all")) return kAllLevels;
  if (begins_with(word, "debug")) return 0b0001;
  if (begins_with(word, "info")) return 0b0010;
  if (begins_with(word, "warn")) return 0b0100;
  if (begins_with(word, "err")) return 0b1000;
  return std::nullopt;
}

// "info", "+debug", "-info warn": "+" adds a level, "-" removes one; a word without a sign selects this level and all more important ones.
std::optional<OldValue> old_log_levels(const KeySpec& spec, std::string_view text) {
  if (read_value(spec.rule, text)) return std::nullopt;
  unsigned levels = 0b1110;
  for (std::size_t at = text.find_first_not_of(", \t"); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(", \t", at), text.size());
    std::string_view word = text.substr(at, end - at);
    const char change = word.front() == '+' || word.front() == '-' ? word.front() : ' ';
    if (change != ' ') word.remove_prefix(1);
    const std::optional<unsigned> named = levels_of(word);
    if (!named) return std::nullopt;
    const unsigned lowest = *named & (~*named + 1);
    if (change == ' ') levels = kAllLevels & ~(lowest - 1);
    if (change == '+') levels |= *named;
    if (change == '-') levels &= ~*named;
    at = text.find_first_not_of(", \t", end);
  }
  std::size_t least = 0;
  while (least + 1 < kLevelWords.size() && (levels & (1U << least)) == 0) ++least;
  return read_as("log_level", std::string(kLevelWords[least]));
}

std::optional<OldValue> old_time(const KeySpec& spec, std::string_view text) {
  const std::optional<std::uint64_t> seconds = bare_number(text);
  if (!seconds || read_value(spec.rule, text)) return std::nullopt;
  if (*seconds == 0) return as_if_absent("has no meaning today, the default is in effect");
  return read_as(spec.name, duration_text(Millis(spec.rule.max)));
}

std::optional<OldValue> old_database_type(const KeySpec& spec, std::string_view text) {
  if (read_value(spec.rule, text)) return std::nullopt;
  if (text != "mysql" && !begins_with(text, "dbi:")) return std::nullopt;
  return OldValue{"sqlite", "is not supported, reports are stored in an SQLite file",
                  "set type = sqlite or postgresql, or remove the line"};
}

// It was yes or no; today it is a command.
std::optional<OldValue> old_restart(const KeySpec& spec, std::string_view text) {
  const std::optional<bool> yes = yes_or_no(text);
  if (!yes) return std::nullopt;
  return *yes ? read_as(spec.name, "mon restart") : as_if_absent("names no command, nothing is run");
}

}  // namespace

std::optional<OldValue> old_value(const KeySpec& spec, std::string_view text) {
  if (!may_repeat(spec)) return std::nullopt;
  if (spec.rule.type == ValueType::yes_no) return old_yes_no(spec, text);
  if (spec.name == "log_level") return old_log_levels(spec, text);
  if (spec.rule.type == ValueType::duration) return old_time(spec, text);
  if (spec.scope == Scope::database && spec.name == "type") return old_database_type(spec, text);
  if (spec.scope == Scope::sync && spec.name == "restart") return old_restart(spec, text);
  return std::nullopt;
}

}  // namespace merlin::config
