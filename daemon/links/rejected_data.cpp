#include "daemon/links/rejected_data.hpp"

#include <fmt/format.h>

namespace merlin::daemon {

std::optional<std::uint64_t> RejectedData::note(const DataSource& source, const wire::Rejects& rejects, const std::string& object,
                                                Now now) {
  if (rejects.empty() || (sources_.size() >= kMaxSources && !sources_.contains(source))) return std::nullopt;
  RejectedFrom& from = sources_[source];
  from.all.add(rejects);
  if (is_of_routes_alone(rejects) && !from.last.empty()) return std::nullopt;
  from.last = object.empty() ? rejects.what() : rejects.what() + " (" + object + ")";
  from.last_time = now.wall;
  if (is_of_routes_alone(rejects)) return std::nullopt;
  Logged& logged = logged_[source];
  if (logged.total > 0 && now.steady - logged.at < kLogPause) return std::nullopt;
  const std::uint64_t since = from.all.total() - logged.total;
  logged = {now.steady, from.all.total()};
  return since;
}

bool is_of_routes_alone(const wire::Rejects& rejects) { return rejects.count(wire::RejectReason::relayed) == rejects.total(); }

std::string rejected_line(const std::string& source_name, const RejectedFrom& from, std::uint64_t since_last_line) {
  const std::string more = since_last_line > 1 ? fmt::format("; {} items were rejected since the last such line", since_last_line) : "";
  return fmt::format("rejected data from {}: {}{}", source_name, from.last, more);
}

std::string reasons_text(const wire::Rejects& rejects) {
  std::string text;
  for (std::size_t i = 0; i < wire::kRejectReasons; ++i) {
    const auto reason = static_cast<wire::RejectReason>(i);
    if (rejects.count(reason) == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", wire::word_of(reason), rejects.count(reason));
  }
  return text;
}

}  // namespace merlin::daemon
