// mon node undrain [NAME]
#include <fmt/format.h>

#include <chrono>

#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/cli/options.hpp"
#include "mon/service/moving.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// Which hosts return is not known in advance: a node has its share when it is ready and the set of its hosts has
// not changed for this long. A node without any host (a standby, or by chance) is watched longer.
constexpr Millis kStillWithHosts{3'000};
constexpr Millis kStillWithoutHosts{10'000};

class ShareJudge {
 public:
  explicit ShareJudge(std::string name) : name_(std::move(name)) {}

  Progress operator()(const ordered_json& status) {
    const ordered_json node = node_of(status, name_);
    if (node.is_null()) return {false, "", Error{"it is no longer configured", name_, ""}};
    const std::int64_t owned = number_at(node, "hosts_owned");
    const bool is_ready = phase_of(node) == NodePhase::ready;
    if (!is_ready || owned != owned_) since_ = Clock::now();
    owned_ = owned;
    const auto still = owned > 0 ? kStillWithHosts : kStillWithoutHosts;
    const bool is_done = is_ready && (Clock::now() - since_ >= still || number_at(status, "hosts", -1) == 0);
    if (is_done) return {true, fmt::format("ready, owns {} of {} hosts", owned, number_at(status, "hosts")), std::nullopt};
    const std::string delay = delay_text_of(node);
    return {false, fmt::format("{}, owns {} hosts{}{}", text_at(node, "phase", "waiting"), owned, delay.empty() ? "" : "; ", delay),
            std::nullopt};
  }

 private:
  std::string name_;
  std::int64_t owned_ = -1;
  Clock::time_point since_ = Clock::now();
};

Outcome<int> run_node_undrain(const Call& call, Console& console) {
  const auto name = give_order(call, {{"command", "undrain"}});
  if (!name) return name.failure();
  if (call.has("--no-wait")) return say_ordered(call, console, *name, "ordered to take its hosts back");
  return follow(call, console, *name, share_judge(*name));
}

}  // namespace

Judge share_judge(std::string name) { return ShareJudge(std::move(name)); }

namespace commands {

extern const Command kNodeUndrain{
    .name = "node undrain",
    .section = Section::services,
    .arguments = "[NAME]",
    .summary = "give a drained node its checks back",
    .details = "Without NAME: this node. Waits until it is ready and has its share.",
    .examples = {"mon node undrain"},
    .options = {options::kNoWait, options::kJson},
    .max_words = 1,
    .timeout = kMoveTimeout,
    .run = run_node_undrain,
};

}  // namespace commands

}  // namespace merlin::mon
