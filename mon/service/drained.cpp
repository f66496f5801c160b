#include "mon/service/drained.hpp"

#include <chrono>
#include <sstream>
#include <thread>

#include "mon/cli/commands.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/service/moving.hpp"

namespace merlin::mon {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Millis kDrainTimeout = 20s;
constexpr Millis kDrainAnswerTimeout = 5s;
constexpr Millis kReadyTimeout = 40s;  // longer than a node waits for unreachable ones

Call another(const Call& call, std::string_view name, Millis timeout) {
  Call made;
  made.command = find_command(name);
  made.config_path = call.config_path;
  made.timeout = timeout;
  return made;
}

// This node's phase according to merlind; unknown without an answer.
NodePhase phase_here(const Call& call) {
  const Answer status = ask_daemon(another(call, "node status", kDrainAnswerTimeout), {{"command", "status"}});
  return status ? phase_of(node_of(*status, "")) : NodePhase::unknown;
}

}  // namespace

Drained::Drained(const Call& call) : call_(call) {
  const NodePhase phase = phase_here(call_);
  if (phase == NodePhase::unknown || phase == NodePhase::drained) return;
  std::ostringstream unread;
  Console silent{unread, unread};
  is_ours_ = true;
  Call drain = another(call_, "node drain", kDrainTimeout);
  drain.options["--reason"] = "new object configuration";
  static_cast<void>(drain.command->run(drain, silent));
}

Drained::~Drained() {
  if (!is_ours_) return;
  static_cast<void>(give_order(another(call_, "node undrain", kDrainAnswerTimeout), {{"command", "undrain"}}));
}

void Drained::end() {
  if (!is_ours_) return;
  static_cast<void>(give_order(another(call_, "node undrain", kDrainAnswerTimeout), {{"command", "undrain"}}));
  is_ours_ = false;
  const auto deadline = Clock::now() + kReadyTimeout;
  while (phase_here(call_) != NodePhase::ready && Clock::now() < deadline) std::this_thread::sleep_for(kPollInterval);
}

}  // namespace merlin::mon
