#include "module/shell/shell.hpp"

#include <unistd.h>

#include <stdexcept>

#include "module/shell/spool.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::neb {

Shell::Shell(Core& core, Loop& loop, const config::Config& config, WrapFactory* wraps, std::uint64_t boot_id, Spool kept)
    : core_(core),
      loop_(loop),
      link_(loop, *this, config.module.daemon, kMissedHeartbeats * config.pulse_interval, wraps),
      pulse_(loop, ticker_, waker_),
      agent_(core, *this, config, boot_id) {
  if (!pulse_.running()) throw std::runtime_error("the core has no descriptors left for the module");
  unspool();
  if (!kept.empty()) agent_.restore(std::move(kept));
}

// ---- turns

void Shell::tick() {
  pulse_.acknowledge_tick();
  const Now now = core_.now();
  agent_.tick(now);
  link_.tick(now.steady);
  work();
}

void Shell::woken() {
  pulse_.acknowledge_wake();
  work();
}

void Shell::work() {
  const auto until = std::chrono::steady_clock::now() + kTurn;
  const Now now = core_.now();
  for (bool more = true; more;) {
    more = agent_.work(now, 1);
    more = read_one(now) || more;
    if (more && std::chrono::steady_clock::now() >= until) return pulse_.wake();
  }
}

bool Shell::read_one(Now now) {
  if (!link_.open() || !agent_.receives()) return false;
  const auto frame = link_.next_frame();
  if (!frame) {
    agent_.received_garbage(frame.error(), now);
    return link_.close(), false;
  }
  if (!*frame) return false;
  if (agent_.receive(**frame, now)) return true;
  return link_.close(), false;
}

// ---- the link

void Shell::send(const wire::Frame& message) { send(wire::encode_frame(message.type, message.payload)); }

// What exceeds a frame ends there: merlind would close the link over it.
void Shell::send(const Result<std::string>& frame) {
  if (!frame) return core_.log(LogLevel::error, "a message to merlind was not sent: " + frame.error().text());
  link_.send(*frame);
}

void Shell::on_link_open() {
  wire::CoreHello hello = agent_.hello();
  hello.pid = static_cast<std::uint32_t>(::getpid());
  send(wire::to_frame(hello));
}

void Shell::on_link_lost(const std::string& why) { agent_.lost(why, core_.now()); }

// ---- the spool: keeps what the daemon does not have on disk yet over a planned stop (R8)

std::string Shell::spool_path() const {
  const std::string folder = loop_.state_folder();
  return folder.empty() ? "" : folder + "/merlin.spool";
}

void Shell::unspool() {
  const std::string path = spool_path();
  if (path.empty()) return;
  auto found = take_spool(path);
  if (!found) return core_.log(LogLevel::error, "the data kept at the core's last stop cannot be read: " + found.error().text());
  if (*found) agent_.restore(**std::move(found));
}

void Shell::loop_ends(bool reload) {
  spool(agent_.leave(reload));
  link_.shut_down();
}

Spool Shell::fail(const std::string& reason, std::optional<Millis> again) {
  Spool kept = agent_.fail(reason, again);
  link_.shut_down();
  return kept;
}

void Shell::spool(const Spool& kept) {
  const std::string path = spool_path();
  if (path.empty() || kept.empty()) return;
  const auto written = write_spool(path, kept);
  if (written) return core_.log(LogLevel::info, std::to_string(kept.size()) + " results, alerts, commands and changes wait in " + path);
  core_.log(LogLevel::error, std::to_string(kept.size()) + " results, alerts, commands and changes are lost: " + written.error().text());
}

// ---- reports

std::string Shell::status(const Costs& costs) const {
  return agent_.status({link_.open(), link_.connections(), link_.bytes_in(), link_.bytes_out(), link_.unsent_bytes()}, costs);
}

}  // namespace merlin::neb
