#include "tests/sim/alert_judge.hpp"

#include <algorithm>
#include <tuple>

#include "tests/sim/story.hpp"

namespace merlin::sim {
namespace {

using As = LoggedAlert::As;

constexpr Millis kJoined{25'000};   // after the last node's start
constexpr Millis kArrives{10'000};  // from the owner's core to every other, and to every disk

}  // namespace

std::string AlertJudge::describe(const LoggedAlert& alert) const {
  const ObjectPlan& object = plan_.objects[alert.object];
  return "alert '" + alert.output + "' of " + object.host + "/" + object.service + " by " + plan_.nodes[alert.by.node].name + " at " +
         seconds(alert.at);
}

// No fault of any kind, including planned ones, is in effect or has only just ended.
bool AlertJudge::is_quiet(const LoggedAlert& alert) const {
  Millis begins{0};
  for (const NodePlan& node : plan_.nodes) begins = std::max(begins, node.starts_at + kJoined);
  if (alert.at < begins || alert.at + kArrives > plan_.end_at) return false;
  const auto joined = std::lower_bound(joining_.begin(), joining_.end(), alert.at - kArrives);
  if (joined != joining_.end() && *joined <= alert.at + kArrives) return false;
  return !faults_.was_anything_at_work(alert.at - faults_.recovers_in() - kJoined, alert.at + kArrives);
}

void AlertJudge::judge(const History& history, const Fail& fail) const {
  Numbers owners, lines;
  Written written;
  for (std::size_t number = 0; number < log_.alerts().size(); ++number) {
    const LoggedAlert& alert = log_.alerts()[number];
    (alert.as == As::owner ? owners : lines)[alert.output].push_back(number);
  }
  for (const Stream& stream : history) {
    for (const wire::Event& event : stream) written[event.text].push_back(&event);
  }
  for (const auto& [output, numbers] : owners) {
    const LoggedAlert& first = log_.alerts()[numbers.front()];
    judge_once(first, written, numbers.size(), fail);
    if (numbers.size() == 1) judge_logs(first, lines, fail);
  }
  for (const Stream& stream : history) judge_order(stream, owners, fail);
  judge_order_of_logs(owners, fail);
}

void AlertJudge::judge_once(const LoggedAlert& alert, const Written& written, std::size_t owners, const Fail& fail) const {
  const auto found = written.find(alert.output);
  const std::size_t times = found == written.end() ? 0 : found->second.size();
  // A daemon that has lost its disk does not know what it has written.
  if (times > owners && !faults_.lost_its_disk(alert.by.node, alert.at))
    fail("I3: the " + describe(alert) + " is in the history " + std::to_string(times) + " times");
  if (!is_quiet(alert)) return;
  if (times == 0) return fail("I1: the " + describe(alert) + " is not in the history");
  const wire::Event& event = *found->second.front();
  const bool same = event.state == alert.state && event.hard == alert.hard && event.attempt == static_cast<std::uint32_t>(alert.attempt);
  if (owners == 1 && !same) fail("I1: the " + describe(alert) + " is in the history with another state, type or attempt");
}

// The alerts that one core has logged about one object.
void AlertJudge::judge_order(const Stream& stream, const Numbers& owners, const Fail& fail) const {
  std::map<std::tuple<std::size_t, std::size_t, std::uint64_t>, std::size_t> last;
  for (const wire::Event& event : stream) {
    const auto found = owners.find(event.text);
    if (found == owners.end() || found->second.size() != 1) continue;
    const std::size_t number = found->second.front();
    const LoggedAlert& alert = log_.alerts()[number];
    const auto [newest, first] = last.try_emplace({alert.object, alert.by.node, alert.by.life}, number);
    if (!first && number < newest->second)
      fail("I2: the " + describe(alert) + " comes in the history behind the " + describe(log_.alerts()[newest->second]));
    newest->second = std::max(newest->second, number);
  }
}

void AlertJudge::judge_logs(const LoggedAlert& alert, const Numbers& lines, const Fail& fail) const {
  if (!is_quiet(alert)) return;
  const auto found = lines.find(alert.output);
  for (std::size_t node = 0; node < plan_.nodes.size(); ++node) {
    const std::vector<std::size_t>& knows = plan_.nodes[node].knows;
    if (node == alert.by.node || std::find(knows.begin(), knows.end(), alert.object) == knows.end()) continue;
    const auto times = found == lines.end() ? 0 : std::count_if(found->second.begin(), found->second.end(), [&](std::size_t number) {
      return log_.alerts()[number].by.node == node;
    });
    if (times != 1)
      fail("I1: the " + describe(alert) + " is in the log of " + plan_.nodes[node].name + " " + std::to_string(times) + " times");
  }
}

void AlertJudge::judge_order_of_logs(const Numbers& owners, const Fail& fail) const {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> last;  // by object and node
  for (const LoggedAlert& line : log_.alerts()) {
    const auto found = owners.find(line.output);
    if (line.as != As::shown || found == owners.end() || found->second.size() != 1) continue;
    const std::size_t number = found->second.front();
    const LoggedAlert& alert = log_.alerts()[number];
    if (!is_quiet(alert)) continue;
    const auto [newest, first] = last.try_emplace({line.object, line.by.node}, number);
    if (!first && number < newest->second)
      fail("I2: " + plan_.nodes[line.by.node].name + " logs the " + describe(alert) + " behind the " +
           describe(log_.alerts()[newest->second]));
    newest->second = std::max(newest->second, number);
  }
}

}  // namespace merlin::sim
