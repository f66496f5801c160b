// The types of values in merlin.conf: text to value, and back to text for messages and documents.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/base/time.hpp"
#include "shared/config/config.hpp"

namespace merlin::config {

enum class ValueType {
  text,         // any text that is not empty: commands and similar
  name,         // letters, digits, ". _ -", at most 64
  names,        // separated by commas
  path,         // absolute
  socket_path,  // absolute, and short enough for a unix socket
  log_target,   // absolute path, or stderr
  yes_no,
  integer,
  duration,  // ms s m h d w; a bare number is seconds
  size,      // K M G KiB MiB GiB; a bare number is bytes
  choice,
  address,    // host name, IPv4, IPv6 (brackets are removed)
  addresses,  // separated by commas or spaces
  endpoint,   // unix:PATH or HOST:PORT
  fingerprints,
  host_key,  // SHA256: and 43 characters, as ssh-keygen -l prints it
};

// A word for a number. Several words can have the same meaning; the first one is shown.
struct Choice {
  std::string_view word;
  std::int64_t number = 0;
};

struct Rule {
  ValueType type = ValueType::text;
  std::int64_t min = 0;  // integer, duration (ms), size (bytes)
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::span<const Choice> choices{};
  std::string_view word{};  // accepted instead of a value: "auto", "all", "unlimited"
};

// The value of a text. The rule's type determines which member is used.
struct Value {
  bool is_word = false;     // it was Rule::word
  std::int64_t number = 0;  // integer; ms; bytes; choice; 1 for yes
  std::string text;
  std::vector<std::string> list;
  Endpoint endpoint;

  bool yes() const { return number != 0; }
  Millis millis() const { return Millis(number); }
  std::uint16_t port() const { return static_cast<std::uint16_t>(number); }
  std::uint32_t count() const { return static_cast<std::uint32_t>(number); }
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(number); }
};

// Error: `what` and `fix` are set, `where` is not.
Result<Value> read_value(const Rule& rule, std::string_view text);

// What the rule accepts, as text: "a time from 100ms to 1m", "yes or no".
std::string accepted(const Rule& rule);

std::string duration_text(Millis time);      // in the largest unit without a remainder: "90s", "7d"
std::string size_text(std::uint64_t bytes);  // likewise: "1GiB"

}  // namespace merlin::config
