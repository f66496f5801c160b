#include "core_link.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "clocks.hpp"
#include "frames.hpp"
#include "logging.hpp"
#include "wire/codec.hpp"

namespace merlin::daemon {
namespace {

constexpr const char* kCoreUsers[] = {"nagios", "naemon"};
// Anybody may open the socket file; who connects is judged by the credentials that the kernel gives.
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

CoreLink::CoreLink(ev::loop_ref loop, OwnSide self, Refusals& refusals, Log& log, CoreEvents events)
    : loop_(loop), self_(std::move(self)), refusals_(refusals), log_(log), events_(std::move(events)) {}

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

void CoreLink::accepted(net::Fd socket, const net::PeerCredentials& credentials) {
  const std::string who = fmt::format("process {} of user {}", credentials.pid, credentials.uid);
  if (!may_connect(credentials)) {
    RefusedPeer peer{
        "not_a_core", "this user runs no core; run merlind with the core's group, or the core as nagios or naemon", who, "", {}, "", {}};
    const std::string line = "refused the connection of " + who + " to the module's socket: " + peer.text;
    if (refusals_.note(std::move(peer), read_clocks())) log_.warning(line);
    return;
  }
  adopt(std::make_unique<net::Connection>(loop_, std::move(socket), net::ConnectionHandlers{}), who);
}

void CoreLink::adopt(std::unique_ptr<net::Connection> connection, const std::string& who) {
  const Number number = ++last_number_;
  net::ConnectionHandlers handlers;
  handlers.on_frame = [this, number](wire::Frame&& frame) { frame_came(number, frame); };
  handlers.on_closed = [this, number](const net::CloseReason& reason) { closed(number, reason.text); };
  connection->set_handlers(std::move(handlers));
  links_[number] = {std::move(connection), who};
  if (links_.size() <= kMaxGreeting + 1) return;
  const Number oldest = up_ == links_.begin()->first ? std::next(links_.begin())->first : links_.begin()->first;
  closed(oldest, "a newer connection took its place");
}

void CoreLink::frame_came(Number number, const wire::Frame& frame) {
  const auto found = links_.find(number);
  if (found == links_.end() || found->second.over) return;
  if (up_ != number) return greet(number, frame);
  auto message = core_message(frame);
  if (!message) return break_off(number, message.error().text());
  if (!*message) return;
  if (const auto* beat = std::get_if<wire::CoreBeat>(&**message)) found->second.beat = beat->number;
  events_.on_message(std::move(**message));
}

void CoreLink::answer_beat() {
  if (!up_) return;
  Module& module = links_.at(*up_);
  if (!module.beat) return;
  module.connection->send(net::Priority::control, wire::to_frame(wire::DaemonBeat{*module.beat}));
  module.beat.reset();
}

void CoreLink::greet(Number number, const wire::Frame& frame) {
  Module& module = links_.at(number);
  if (frame.type != static_cast<std::uint8_t>(wire::MessageType::core_hello))
    return break_off(number, "its first message was no hello of a module");
  const auto hello = wire::decode<wire::CoreHello>(frame.payload);
  if (!hello) return break_off(number, hello.error().text());
  if (const auto refusal = judge(self_, *hello)) {
    note_refused(module, std::string(reason_word(refusal->reason)), refusal->text);
    module.over = true;
    module.connection->send(net::Priority::control, wire::to_frame(wire::Refuse{refusal->reason, refusal->text}));
    return module.connection->finish("refused: " + refusal->text);
  }
  if (up_) {
    log_.warning("a newer module has connected: the link with the one before it is ended");
    closed(*up_, "a newer module has connected");
  }
  up_ = number;
  module.connection->set_max_payload_bytes(wire::kMaxPayloadBytes);
  log_.info(fmt::format("the module of {} is connected ({}, core's process {})", hello->program, module.who, hello->pid));
  events_.on_up(*hello);
}

void CoreLink::break_off(Number number, const std::string& why) {
  note_refused(links_.at(number), "not_ours", why);
  closed(number, why);
}

void CoreLink::closed(Number number, const std::string& why) {
  if (links_.erase(number) == 0 || up_ != number) return;
  up_.reset();
  log_.warning("the link with the module is gone: " + why);
  events_.on_down();
}

void CoreLink::note_refused(const Module& module, std::string reason, std::string text) {
  const std::string line = fmt::format("refused the module ({}): {}", module.who, text);
  if (refusals_.note({std::move(reason), std::move(text), module.who, "", {}, "", {}}, read_clocks())) log_.warning(line);
}

void CoreLink::keep_only(const std::function<bool(const std::string&)>& is_trusted) {
  for (auto& [number, module] : links_) {
    const std::string& fingerprint = module.connection->peer().fingerprint;
    if (fingerprint.empty() || is_trusted(fingerprint)) continue;
    module.connection->finish("merlin.conf has changed");
  }
}

void CoreLink::send(const cluster::ToCore& message) {
  if (up_) links_.at(*up_).connection->send(net::Priority::control, to_frame(message));
}

void CoreLink::finish(const std::string& text) {
  listener_.reset();
  std::erase_if(links_, [&](const auto& entry) { return up_ != entry.first; });
  for (auto& [number, module] : links_) module.connection->finish(text);
}

}  // namespace merlin::daemon
