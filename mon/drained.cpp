#include "mon/drained.hpp"

#include <chrono>
#include <sstream>
#include <thread>

#include "mon/commands.hpp"
#include "mon/moving.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Millis drain_timeout = 20s;
constexpr Millis answer_timeout = 5s;
constexpr Millis ready_timeout = 40s;  // longer than a node waits for those that it cannot reach

Call another(const Call& call, std::string_view name, Millis timeout) {
  Call made;
  made.command = find_command(name);
  made.config_path = call.config_path;
  made.timeout = timeout;
  return made;
}

// Its phase as merlind says it; empty: no answer.
std::string phase_here(const Call& call) {
  const Answer status = ask_daemon(another(call, "node status", answer_timeout), {{"command", "status"}});
  if (!status) return "";
  const auto self = node_of(*status, "");
  return self.is_null() ? "" : text_at(self, "phase");
}

}  // namespace

Drained::Drained(const Call& call) : call_(call) {
  const std::string phase = phase_here(call_);
  if (phase.empty() || phase == "drained") return;
  std::ostringstream unread;
  Console silent{unread, unread};
  is_ours_ = true;
  static_cast<void>(run_node_drain(another(call_, "node drain", drain_timeout), silent));
}

Drained::~Drained() {
  if (!is_ours_) return;
  std::ostringstream unread;
  Console silent{unread, unread};
  static_cast<void>(give_order(another(call_, "node undrain", answer_timeout), silent, "undrain"));
}

void Drained::end() {
  if (!is_ours_) return;
  std::ostringstream unread;
  Console silent{unread, unread};
  static_cast<void>(give_order(another(call_, "node undrain", answer_timeout), silent, "undrain"));
  is_ours_ = false;
  const auto deadline = Clock::now() + ready_timeout;
  while (phase_here(call_) != "ready" && Clock::now() < deadline) std::this_thread::sleep_for(poll_interval);
}

}  // namespace merlin::mon
