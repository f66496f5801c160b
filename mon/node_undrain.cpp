// mon node undrain [NAME]
#include <fmt/format.h>

#include <chrono>

#include "mon/commands.hpp"
#include "mon/moving.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// Nobody can say beforehand which hosts come back: a node has its share when it is ready and what it runs
// has stood still this long. One without any host (a standby, or by chance) is watched longer.
constexpr Millis still_with_hosts{3'000};
constexpr Millis still_without_hosts{10'000};

class ShareJudge {
 public:
  explicit ShareJudge(std::string name) : name_(std::move(name)) {}

  Progress operator()(const ordered_json& status) {
    const ordered_json node = node_of(status, name_);
    if (node.is_null()) return {false, "", Error{"it is no longer configured", name_, ""}};
    const std::int64_t owned = number_at(node, "hosts_owned");
    const bool is_ready = text_at(node, "phase") == "ready";
    if (!is_ready || owned != owned_) since_ = Clock::now();
    owned_ = owned;
    const auto still = owned > 0 ? still_with_hosts : still_without_hosts;
    const bool is_done = is_ready && (Clock::now() - since_ >= still || number_at(status, "hosts", -1) == 0);
    if (is_done) return {true, fmt::format("ready, runs {} of {} hosts", owned, number_at(status, "hosts")), std::nullopt};
    return {false, fmt::format("{}, {} hosts taken", text_at(node, "phase", "waiting"), owned), std::nullopt};
  }

 private:
  std::string name_;
  std::int64_t owned_ = -1;
  Clock::time_point since_ = Clock::now();
};

}  // namespace

int run_node_undrain(const Call& call, Console& console) {
  const Ordered ordered = give_order(call, console, "undrain");
  if (ordered.status != all_well) return ordered.status;
  if (call.has("--no-wait")) return say_ordered(call, console, ordered.name, "told to take its hosts back");
  return follow(call, console, ordered.name, ShareJudge(ordered.name));
}

}  // namespace merlin::mon
