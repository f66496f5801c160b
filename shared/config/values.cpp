#include "shared/config/values.hpp"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "shared/config/addresses.hpp"
#include "shared/config/nearest.hpp"
#include "shared/config/problems.hpp"

namespace merlin::config {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestPath = 4095;
constexpr std::size_t kLongestList = 1000;
constexpr std::size_t kFingerprintDigits = 64;

constexpr std::array<Choice, 8> kYesNoWords{{{"yes", 1}, {"no", 0}, {"on", 1}, {"off", 0}, {"true", 1}, {"false", 0}, {"1", 1}, {"0", 0}}};
constexpr std::array<Choice, 6> kTimeUnits{
    {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<Choice, 9> kSizeUnits{{{"GiB", 1 << 30},
                                            {"MiB", 1 << 20},
                                            {"KiB", 1 << 10},
                                            {"G", 1 << 30},
                                            {"M", 1 << 20},
                                            {"K", 1 << 10},
                                            {"m", 1 << 20},
                                            {"k", 1 << 10},
                                            {"g", 1 << 30}}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Value of_text(std::string_view text) {
  Value value;
  value.text = text;
  return value;
}

Value of_number(std::int64_t number) {
  Value value;
  value.number = number;
  return value;
}

const Choice* find_word(std::span<const Choice> choices, std::string_view word) {
  const auto found = std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.word == word; });
  return found == choices.end() ? nullptr : &*found;
}

// "10", "10 s" -> the number in the smallest unit. Empty if it is not such a number, or too large.
std::optional<std::int64_t> read_scaled(std::string_view text, std::span<const Choice> units, std::int64_t bare_unit) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const std::string_view unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  const Choice* known = find_word(units, unit);
  if (known == nullptr && !unit.empty()) return std::nullopt;
  const std::int64_t factor = known == nullptr ? bare_unit : known->number;
  if (number > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
  return number * factor;
}

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kLongestName && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), fits);
}

std::optional<std::string> read_fingerprint(std::string_view text) {
  constexpr std::string_view prefix = "sha256:";
  if (text.substr(0, prefix.size()) == prefix || text.substr(0, prefix.size()) == "SHA256:") text.remove_prefix(prefix.size());
  std::string digits(text);
  std::erase(digits, ':');
  for (char& c : digits) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool is_hex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hex && digits.size() == kFingerprintDigits ? std::optional(digits) : std::nullopt;
}

// Passes each part to `read`. Empty if one is refused or there is none.
template <class Read>
std::optional<Value> read_list(std::string_view text, std::string_view separators, Read read) {
  Value value;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    const std::string_view part = trim(text.substr(at, end - at));
    at = end + 1;
    if (part.empty()) continue;
    const std::optional<std::string> item = read(part);
    if (!item || value.list.size() >= kLongestList) return std::nullopt;
    value.list.push_back(*item);
  }
  if (value.list.empty()) return std::nullopt;
  return value;
}

std::optional<std::string> as_it_is(std::string_view text) { return std::string(text); }

template <class T>
std::optional<Value> wrap(const std::optional<T>& read, Value (*make)(T)) {
  if (!read) return std::nullopt;
  return make(*read);
}

std::optional<Value> in_range(const Rule& rule, std::optional<std::int64_t> number) {
  if (!number || *number < rule.min || *number > rule.max) return std::nullopt;
  return of_number(*number);
}

bool is_path(std::string_view text) { return !text.empty() && text.front() == '/' && text.size() <= kLongestPath; }

bool is_host_key(std::string_view text) {
  constexpr std::string_view kPrefix = "SHA256:";
  constexpr std::size_t kLength = 43;  // 32 bytes in base 64, without padding
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  return text.size() == kLength && text.find_first_not_of(kDigits) == std::string_view::npos;
}

std::optional<Value> read_log_target(std::string_view text) {
  // Collected by a terminal or systemd. The earlier word stdout has the same effect.
  if (text == "stderr" || text == "stdout") return of_text("stderr");
  if (!is_path(text)) return std::nullopt;
  return of_text(text);
}

std::optional<Value> read_choice(std::span<const Choice> choices, std::string_view text) {
  const Choice* found = find_word(choices, text);
  if (found == nullptr) return std::nullopt;
  return of_number(found->number);
}

std::optional<Value> read_plain(const Rule& rule, std::string_view text) {
  switch (rule.type) {
    case ValueType::text:
      return text.empty() ? std::nullopt : std::optional(of_text(text));
    case ValueType::name:
      return is_name(text) ? std::optional(of_text(text)) : std::nullopt;
    case ValueType::names:
      return read_list(text, ",", as_it_is);
    case ValueType::path:
      return is_path(text) ? std::optional(of_text(text)) : std::nullopt;
    case ValueType::socket_path:
      return is_path(text) && text.size() < sizeof(sockaddr_un::sun_path) ? std::optional(of_text(text)) : std::nullopt;
    case ValueType::log_target:
      return read_log_target(text);
    case ValueType::yes_no:
      return read_choice(kYesNoWords, text);
    case ValueType::integer:
      return in_range(rule, read_scaled(text, {}, 1));
    case ValueType::duration:
      return in_range(rule, read_scaled(text, kTimeUnits, 1000));
    case ValueType::size:
      return in_range(rule, read_scaled(text, kSizeUnits, 1));
    case ValueType::choice:
      return read_choice(rule.choices, text);
    case ValueType::address:
      return wrap<std::string>(read_address(text), [](std::string address) { return of_text(address); });
    case ValueType::addresses:
      return read_list(text, ", \t", read_address);
    case ValueType::endpoint:
      return wrap<Endpoint>(read_endpoint(text), [](Endpoint endpoint) { return Value{false, 0, "", {}, std::move(endpoint)}; });
    case ValueType::fingerprints:
      return read_list(text, ", \t", read_fingerprint);
    case ValueType::host_key:
      return is_host_key(text) ? std::optional(of_text(text)) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string_view> meant(const Rule& rule, std::string_view text) {
  if (rule.type != ValueType::choice) return std::nullopt;
  std::vector<std::string_view> words;
  for (const Choice& choice : rule.choices) words.push_back(choice.word);
  return nearest(text, words);
}

}  // namespace

Result<Value> read_value(const Rule& rule, std::string_view text) {
  if (!rule.word.empty() && text == rule.word) {
    Value value;
    value.is_word = true;
    return value;
  }
  if (std::optional<Value> value = read_plain(rule, text)) return std::move(*value);
  const std::optional<std::string_view> word = meant(rule, text);
  const std::string fix = word ? "did you mean " + std::string(*word) + "?" : "";
  return Error{quoted(text) + " is not " + accepted(rule), "", fix};
}

}  // namespace merlin::config
