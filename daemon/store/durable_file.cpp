#include "daemon/store/durable_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "shared/base/hash.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/config/replace_file.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::daemon {
namespace {

constexpr std::string_view kHeader = "merlin state 1\n";
constexpr std::size_t kMaxFileBytes = 4096;
constexpr mode_t kDurableMode = 0600;

std::string body_text(const cluster::Durable& state) {
  std::string text =
      fmt::format("{}term_limit {}\nhlc_limit {}\ndrained {}\n", kHeader, state.term_limit, state.hlc_limit, state.drained ? 1 : 0);
  // Only if they are set: versions that do not know these lines read any other state.
  if (state.drain.until_ms != 0) text += fmt::format("drain_until_ms {}\n", state.drain.until_ms);
  if (!state.drain.reason.empty()) text += fmt::format("drain_reason {}\n", state.drain.reason);
  return text;
}

// The number after "NAME " at the start of the text; removes this line from the text.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  if (!text.starts_with(' ')) return std::nullopt;
  text.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end == text.data() + text.size() || *end != '\n') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return number;
}

// Likewise, the rest of a line.
std::optional<std::string> take_line(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name) || !text.substr(name.size()).starts_with(' ')) return std::nullopt;
  const std::string_view line = text.substr(name.size() + 1);
  const std::size_t end = line.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  text = line.substr(end + 1);
  return std::string(line.substr(0, end));
}

cluster::Durable clock_safe_state(WallTime now) {
  cluster::Durable state;
  state.hlc_limit = cluster::hlc_of(now + kClockSafeMargin);
  return state;
}

}  // namespace

std::string durable_text(const cluster::Durable& state) {
  const std::string body = body_text(state);
  return fmt::format("{}check {}\n", body, hash64(body));
}

Result<cluster::Durable> parse_durable(std::string_view text) {
  std::string_view rest = text;
  if (!rest.starts_with(kHeader)) return Error{"it does not start with the header of a state file", "", ""};
  rest.remove_prefix(kHeader.size());
  const auto term = take_number(rest, "term_limit");
  const auto hlc = take_number(rest, "hlc_limit");
  const auto drained = take_number(rest, "drained");
  const auto drain_until = take_number(rest, "drain_until_ms");
  const auto drain_reason = take_line(rest, "drain_reason");
  const std::string_view body = text.substr(0, text.size() - rest.size());
  const auto check = take_number(rest, "check");
  if (!term || !hlc || !drained || *drained > 1 || !check || !rest.empty()) return Error{"it is truncated or modified", "", ""};
  if (*check != hash64(body)) return Error{"its checksum is wrong", "", ""};
  // The bounds of an order, which this was.
  wire::Order drain{wire::OrderKind::drain, drain_reason.value_or(""), static_cast<std::int64_t>(drain_until.value_or(0))};
  if (wire::Rejects rejects; !wire::validate(drain, rejects)) return Error{"its drain is not valid", "", ""};
  return cluster::Durable{*term, *hlc, *drained == 1, {std::move(drain.reason), drain.until_ms}};
}

RestoredState DurableFile::load(WallTime now) const {
  using Condition = RestoredState::Condition;
  std::ifstream file(path_, std::ios::binary);
  if (!file) {
    const int error = errno;
    const auto condition = error == ENOENT ? Condition::missing : Condition::unreadable;
    return {clock_safe_state(now), condition, std::strerror(error)};
  }
  std::string text(kMaxFileBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return {clock_safe_state(now), Condition::unreadable, "it cannot be read"};
  text.resize(static_cast<std::size_t>(file.gcount()));

  const auto state = parse_durable(text);
  if (state) return {*state, Condition::whole, ""};
  const std::string kept = path_ + ".damaged";
  const bool moved = std::rename(path_.c_str(), kept.c_str()) == 0;
  return {clock_safe_state(now), Condition::damaged, state.error().what + (moved ? "; kept as " + kept : "")};
}

Result<> DurableFile::save(const cluster::Durable& state) const {
  const auto saved = config::replace_file_atomically(path_, durable_text(state));
  // The mode of an existing file is kept, so this changes only a new one, or one of an earlier version.
  if (saved) static_cast<void>(::chmod(path_.c_str(), kDurableMode));
  return saved;
}

}  // namespace merlin::daemon
