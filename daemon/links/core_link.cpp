#include "daemon/links/core_link.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "daemon/links/frames.hpp"
#include "daemon/process/clocks.hpp"
#include "daemon/process/logging.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::daemon {
namespace {

constexpr const char* kCoreUsers[] = {"nagios", "naemon"};
// Any process may open the socket file; the kernel's credentials decide which may connect.
constexpr mode_t kSocketMode = 0666;

std::vector<uid_t> look_up_core_users() {
  std::vector<uid_t> users;
  for (const char* name : kCoreUsers) {
    const passwd* user = ::getpwnam(name);
    if (user != nullptr) users.push_back(user->pw_uid);
  }
  return users;
}

}  // namespace

CoreLink::CoreLink(ev::loop_ref loop, OwnSide self, Patience patience, Refusals& refusals, Log& log, CoreEvents events)
    : loop_(loop), self_(std::move(self)), patience_(patience), refusals_(refusals), log_(log), events_(std::move(events)) {}

void CoreLink::apply(OwnSide self, Patience patience) {
  self_ = std::move(self);
  patience_ = patience;
}

Result<> CoreLink::listen(const std::string& path) {
  auto listener = net::UnixListener::listen(
      loop_, {.path = path, .mode = kSocketMode, .owner = {}, .group = {}},
      [this](net::Fd socket, const net::PeerCredentials& credentials) { accepted(std::move(socket), credentials); });
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  core_users_ = look_up_core_users();
  return Ok{};
}

// Root, the daemon's own user and group, and the users that cores run as.
bool CoreLink::may_connect(const net::PeerCredentials& credentials) const {
  if (credentials.uid == 0 || credentials.uid == ::geteuid() || credentials.gid == ::getegid()) return true;
  return std::find(core_users_.begin(), core_users_.end(), credentials.uid) != core_users_.end();
}

// After a restart the core is another process, and the previous one has ended. After a reload it is the same one.
bool CoreLink::may_replace(const Module& current, const Module& newer) const {
  if (current.process == 0 || newer.process == 0 || current.process == newer.process) return true;
  const bool has_ended = ::kill(current.process, 0) != 0 && errno == ESRCH;
  return has_ended || is_hung(current);
}

bool CoreLink::is_hung(const Module& module) const {
  const SteadyTime now = read_clocks().steady;
  return now - module.heard > patience_.core_timeout && now >= module.busy_until;
}

void CoreLink::accepted(net::Fd socket, const net::PeerCredentials& credentials) {
  const std::string who = fmt::format("process {} of user {}", credentials.pid, credentials.uid);
  if (!may_connect(credentials)) {
    RefusedPeer peer{RefusalReason::not_a_core,
                     "this user is not a core's; run merlind with the core's group, or the core as nagios or naemon",
                     who,
                     "",
                     {},
                     "",
                     {}};
    const std::string line = "refused the connection of " + who + " to the module's socket: " + peer.text;
    if (refusals_.note(std::move(peer), read_clocks())) log_.warning(line);
    return;
  }
  adopt(std::make_unique<net::Connection>(loop_, std::move(socket), net::ConnectionHandlers{}), who, credentials.pid);
}

void CoreLink::adopt(std::unique_ptr<net::Connection> connection, const std::string& who, pid_t process) {
  const Number number = ++last_number_;
  net::ConnectionHandlers handlers;
  handlers.on_frame = [this, number](wire::Frame&& frame) { frame_came(number, frame); };
  handlers.on_closed = [this, number](const net::CloseReason& reason) { closed(number, reason.text); };
  connection->set_handlers(std::move(handlers));
  Module& module = links_[number];
  module.connection = std::move(connection);
  module.who = who;
  module.process = process;
  module.heard = read_clocks().steady;
  if (links_.size() <= kMaxGreeting + 1) return;
  const Number oldest = up_ == links_.begin()->first ? std::next(links_.begin())->first : links_.begin()->first;
  closed(oldest, "a newer connection replaced it");
}

void CoreLink::frame_came(Number number, const wire::Frame& frame) {
  const auto found = links_.find(number);
  if (found == links_.end() || found->second.over) return;
  found->second.heard = read_clocks().steady;
  if (up_ != number) return greet(number, frame);
  wire::Rejects rejects;
  auto message = core_message(frame, rejects);
  if (!message) return break_off(number, message.error().text());
  if (!rejects.empty()) {
    events_.on_rejected(rejects);
    if (*message) forget_rejected(found->second, frame, **message);
  }
  if (!*message) return;
  if (const auto* heartbeat = std::get_if<wire::CoreHeartbeat>(&**message)) found->second.heartbeat = heartbeat->number;
  if (const auto* busy = std::get_if<wire::CoreBusy>(&**message)) note_busy(found->second, *busy);
  events_.on_message(std::move(**message));
}

void CoreLink::note_busy(Module& module, const wire::CoreBusy& busy) const {
  module.busy_until = module.heard + std::min(Millis{busy.limit_ms}, patience_.busy_limit);
}

void CoreLink::answer_heartbeat() {
  if (!up_) return;
  Module& module = links_.at(*up_);
  if (!module.heartbeat) return;
  send_frame(module, wire::to_frame(wire::DaemonHeartbeat{*module.heartbeat}));
  module.heartbeat.reset();
}

void CoreLink::greet(Number number, const wire::Frame& frame) {
  Module& module = links_.at(number);
  if (frame.type != static_cast<std::uint8_t>(wire::MessageType::core_hello))
    return break_off(number, "its first message was not a module's hello");
  auto hello = wire::decode<wire::CoreHello>(frame.payload);
  if (!hello) return break_off(number, hello.error().text());
  wire::Rejects rejects;
  if (!wire::validate(*hello, rejects)) return break_off(number, rejects.what());
  if (const auto refusal = judge(self_, *hello)) return refuse(module, *refusal, reason_of(refusal->reason));
  if (up_ && !may_replace(links_.at(*up_), module)) {
    const std::string text = fmt::format("the module of {} is connected and healthy", links_.at(*up_).who);
    return refuse(module, {wire::RefuseReason::busy, text}, RefusalReason::second_module);
  }
  if (up_) {
    log_.warning("a newer module has connected: closing the link with the previous one");
    closed(*up_, "a newer module has connected");
  }
  up_ = number;
  module.connection->set_max_payload_bytes(wire::kMaxPayloadBytes);
  log_.info(fmt::format("the module of {} is connected ({}, core's process {})", hello->program, module.who, hello->pid));
  events_.on_up(*hello);
}

void CoreLink::refuse(Module& module, const Refusal& refusal, RefusalReason reason) {
  note_refused(module, reason, refusal.text);
  module.over = true;
  send_frame(module, wire::to_frame(wire::Refuse{refusal.reason, refusal.text}));
  module.connection->finish("refused: " + refusal.text);
}

void CoreLink::break_off(Number number, const std::string& why) {
  note_refused(links_.at(number), RefusalReason::not_ours, why);
  closed(number, why);
}

void CoreLink::closed(Number number, const std::string& why) {
  if (links_.erase(number) == 0 || up_ != number) return;
  up_.reset();
  log_.warning("the link with the module has ended: " + why);
  events_.on_down();
}

void CoreLink::note_refused(const Module& module, RefusalReason reason, std::string text) {
  const std::string line = fmt::format("refused the module ({}): {}", module.who, text);
  if (refusals_.note({reason, std::move(text), module.who, "", {}, "", {}}, read_clocks())) log_.warning(line);
}

void CoreLink::keep_only(const std::function<bool(const std::string&)>& is_trusted) {
  for (auto& [number, module] : links_) {
    const std::string& fingerprint = module.connection->peer().fingerprint;
    if (fingerprint.empty() || is_trusted(fingerprint)) continue;
    module.connection->finish("merlin.conf has changed");
  }
}

void CoreLink::send(const cluster::ToCore& message) {
  if (up_) send_frame(links_.at(*up_), to_frame(message));
}

// A message larger than a frame is dropped here: the module would close the link because of it.
void CoreLink::send_frame(Module& module, Result<std::string> frame) {
  if (!frame) return log_.error("a message to the module was not sent: " + frame.error().text());
  module.connection->send(net::Priority::control, *std::move(frame));
}

// The module keeps results and operators' changes until they are safe. Rejected ones never will be, and are not needed
// again.
void CoreLink::forget_rejected(Module& module, const wire::Frame& frame, const cluster::FromCore& kept) {
  if (const auto* rows = std::get_if<wire::CoreRows>(&kept)) {
    if (rows->rows.empty()) send_frame(module, wire::to_frame(wire::RowsSafe{rows->batch, {}}));
    return;
  }
  const auto* results = std::get_if<wire::CoreResults>(&kept);
  const auto all = results != nullptr ? wire::decode<wire::CoreResults>(frame.payload) : Error{};
  if (!all) return;
  std::set<std::uint64_t> numbers;
  for (const wire::CheckResult& result : all->results) numbers.insert(result.number);
  for (const wire::Command& command : all->commands) numbers.insert(command.number);
  for (const wire::CheckResult& result : results->results) numbers.erase(result.number);
  for (const wire::Command& command : results->commands) numbers.erase(command.number);
  send_frame(module, wire::to_frame(wire::RowsSafe{0, {numbers.begin(), numbers.end()}}));
}

void CoreLink::finish(const std::string& text) {
  listener_.reset();
  std::erase_if(links_, [&](const auto& entry) { return up_ != entry.first; });
  for (auto& [number, module] : links_) module.connection->finish(text);
}

}  // namespace merlin::daemon
