#include "shared/wire/notification_log.hpp"

#include <utility>

#include "shared/wire/limits.hpp"
#include "shared/wire/text.hpp"

namespace merlin::wire {

bool add_to_log(std::vector<std::string>& log, std::string line) {
  if (!line.starts_with(kHostNotificationLine) && !line.starts_with(kServiceNotificationLine)) return false;
  if (log.size() >= kMaxNotificationLogLines) return false;
  while (line.ends_with('\n')) line.pop_back();
  clean_line(line);
  if (log.empty()) cut(line, kMaxNotificationLogBytes);
  std::size_t bytes = line.size();
  for (const std::string& earlier : log) bytes += earlier.size();
  if (bytes > kMaxNotificationLogBytes) return false;
  log.push_back(std::move(line));
  return true;
}

bool fit_log(std::vector<std::string>& log) {
  bool all = true;
  for (std::string& line : std::exchange(log, {})) {
    const std::size_t bytes = line.size();
    all = add_to_log(log, std::move(line)) && log.back().size() == bytes && all;
  }
  return all;
}

}  // namespace merlin::wire
