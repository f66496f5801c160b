#include "mon/status/event_follow.hpp"

#include "mon/cli/local_node.hpp"

namespace merlin::mon {

using nlohmann::ordered_json;

namespace {

std::pair<std::string, std::string> stream_of(const ordered_json& entry) { return {text_at(entry, "node_id"), text_at(entry, "epoch")}; }

}  // namespace

void EventPosition::start(const ordered_json& status) {
  const auto events = status.find("events");
  if (events == status.end() || !events->is_object()) return;
  for (const ordered_json& stream : objects_at(*events, "streams")) last_[stream_of(stream)] = number_at(stream, "last");
}

std::optional<std::vector<ordered_json>> EventPosition::take(const ordered_json& answer) {
  const std::string store = text_at(answer, "store");
  const std::int64_t arrival = number_at(answer, "arrival", after_);
  if (has_answer_ && (store != store_ || arrival < after_)) {
    store_ = store;
    after_ = 0;
    before_ = last_;
    has_answer_ = false;
    return std::nullopt;
  }
  store_ = store;
  after_ = arrival;
  has_answer_ = true;
  std::vector<ordered_json> fresh;
  for (const ordered_json& event : objects_at(answer, "events")) {
    const auto stream = stream_of(event);
    const std::int64_t number = number_at(event, "number");
    const auto before = before_.find(stream);
    if (before != before_.end() && number <= before->second) continue;
    std::int64_t& last = last_[stream];
    last = std::max(last, number);
    fresh.push_back(event);
  }
  return fresh;
}

}  // namespace merlin::mon
