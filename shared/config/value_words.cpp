// Values as text for messages and documents.
#include <sys/un.h>

#include <algorithm>
#include <array>

#include "shared/config/values.hpp"

namespace merlin::config {
namespace {

// Largest first.
constexpr std::array<Choice, 5> kShownTimeUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<Choice, 3> kShownSizeUnits{{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}};

// Each meaning of the choices once, by its first word.
std::vector<std::string_view> distinct_words(std::span<const Choice> choices) {
  std::vector<std::string_view> words;
  std::vector<std::int64_t> meanings;
  for (const Choice& choice : choices) {
    if (std::find(meanings.begin(), meanings.end(), choice.number) != meanings.end()) continue;
    meanings.push_back(choice.number);
    words.push_back(choice.word);
  }
  return words;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

bool unbounded(const Rule& rule) { return rule.max == std::numeric_limits<std::int64_t>::max(); }

template <class Show>
std::string range(std::string_view what, const Rule& rule, Show show) {
  std::string text(what);
  if (rule.min > 0 || !unbounded(rule)) text += " from " + show(rule.min);
  if (!unbounded(rule)) text += " to " + show(rule.max);
  return text;
}

std::string accepted_plain(const Rule& rule) {
  switch (rule.type) {
    case ValueType::text:
      return "a text";
    case ValueType::name:
      return "a name of letters, digits, '.', '_' and '-'";
    case ValueType::names:
      return "names separated by commas";
    case ValueType::path:
      return "a path that begins with '/'";
    case ValueType::socket_path:
      return "a path that begins with '/' and has at most " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " characters";
    case ValueType::log_target:
      return "a path that begins with '/', or stderr";
    case ValueType::yes_no:
      return "yes or no";
    case ValueType::integer:
      return range("a whole number", rule, [](std::int64_t number) { return std::to_string(number); });
    case ValueType::duration:
      return range("a time", rule, [](std::int64_t number) { return duration_text(Millis(number)); });
    case ValueType::size:
      return range("a size", rule, [](std::int64_t number) { return size_text(static_cast<std::uint64_t>(number)); });
    case ValueType::choice:
      return joined(distinct_words(rule.choices));
    case ValueType::address:
      return "a host name, an IPv4 or an IPv6 address";
    case ValueType::addresses:
      return "host names, IPv4 or IPv6 addresses separated by commas";
    case ValueType::endpoint:
      return "unix:/PATH, HOST:PORT or [IPV6]:PORT";
    case ValueType::fingerprints:
      return "SHA-256 fingerprints of 64 hexadecimal digits, separated by commas";
    case ValueType::host_key:
      return "the fingerprint of a host key, SHA256:…, as ssh-keygen -l prints it";
  }
  return "";
}

std::string in_largest_unit(std::uint64_t number, std::span<const Choice> units, std::string_view smallest) {
  for (const Choice& unit : units) {
    const auto factor = static_cast<std::uint64_t>(unit.number);
    if (number >= factor && number % factor == 0) return std::to_string(number / factor) + std::string(unit.word);
  }
  return std::to_string(number) + std::string(smallest);
}

}  // namespace

std::string accepted(const Rule& rule) {
  const std::string plain = accepted_plain(rule);
  return rule.word.empty() ? plain : plain + ", or " + std::string(rule.word);
}

std::string duration_text(Millis time) {
  if (time.count() == 0) return "0s";
  return in_largest_unit(static_cast<std::uint64_t>(time.count()), kShownTimeUnits, "ms");
}

std::string size_text(std::uint64_t bytes) { return in_largest_unit(bytes, kShownSizeUnits, ""); }

}  // namespace merlin::config
