#include "daemon/store/config_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "shared/config/replace_file.hpp"

namespace merlin::daemon {
namespace {

constexpr std::size_t kDigits = 16;
constexpr std::size_t kMaxHistoryBytes = 4 * kLongestConfigHistory * (kDigits + 1);

}  // namespace

std::vector<std::uint64_t> parse_config_history(std::string_view text) {
  std::vector<std::uint64_t> digests;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    std::uint64_t digest = 0;
    const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), digest, 16);
    const bool is_whole = line.size() == kDigits && failed == std::errc{} && end == line.data() + line.size();
    if (is_whole && digest != 0) digests.push_back(digest);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  if (digests.size() > kLongestConfigHistory) digests.erase(digests.begin(), digests.end() - kLongestConfigHistory);
  return digests;
}

void ConfigHistory::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxHistoryBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  digests_ = parse_config_history(text);
}

Result<> ConfigHistory::save(const std::string& path) const {
  std::string text;
  for (const std::uint64_t digest : digests_) fmt::format_to(std::back_inserter(text), "{:016x}\n", digest);
  return config::replace_file_atomically(path, text);
}

bool ConfigHistory::note(std::uint64_t digest) {
  if (digest == 0 || (!digests_.empty() && digests_.back() == digest)) return false;
  digests_.push_back(digest);
  if (digests_.size() > kLongestConfigHistory) digests_.erase(digests_.begin());
  return true;
}

std::vector<std::uint64_t> ConfigHistory::before_the_last() const {
  if (digests_.empty()) return {};
  return {std::next(digests_.rbegin()), digests_.rend()};
}

}  // namespace merlin::daemon
