#include "mon/ssh/host_key.hpp"

#include <fmt/format.h>

#include <mutex>

namespace merlin::mon::ssh {
namespace {

std::mutex known_hosts_file;  // keys of several nodes may be added at once

HostKey look_up(ssh_session session) {
  switch (::ssh_session_is_known_server(session)) {
    case SSH_KNOWN_HOSTS_OK:
      return HostKey::known;
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND:
      return HostKey::unknown;
    case SSH_KNOWN_HOSTS_CHANGED:
    case SSH_KNOWN_HOSTS_OTHER:
      return HostKey::changed;
    case SSH_KNOWN_HOSTS_ERROR:
      break;
  }
  return HostKey::unreadable;
}

struct Shown {
  std::string type = "no key";
  std::string fingerprint;  // "SHA256:…"

  std::string text() const { return fmt::format("{} {}", type, fingerprint); }  // as ssh-keygen -l shows it
};

Shown shown_key(ssh_session session) {
  ssh_key raw = nullptr;
  if (::ssh_get_server_publickey(session, &raw) != SSH_OK) return {};
  const Key key(raw);
  unsigned char* hash = nullptr;
  std::size_t length = 0;
  if (::ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &length) != 0) return {};
  const Text text(::ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length));
  ::ssh_clean_pubkey_hash(&hash);
  return {::ssh_key_type_to_char(::ssh_key_type(key.get())), text.get()};
}

Pin pin_of(const Target& target, const Shown& key) {
  if (!target.host_key) return Pin::none;
  return *target.host_key == key.fingerprint ? Pin::equal : Pin::differs;
}

Result<> learn(ssh_session session, const Target& target) {
  const std::lock_guard lock(known_hosts_file);
  if (::ssh_session_update_known_hosts(session) == SSH_OK) return Ok{};
  return Error{fmt::format("its host key cannot be stored: {}", ::ssh_get_error(session)), target.name,
               "check that you may write ~/.ssh/known_hosts"};
}

Result<> refusal(HostKey key, Pin pin, const std::string& shown, const Target& target) {
  const std::string host = target.port == kUsualPort ? target.host : fmt::format("[{}]:{}", target.host, target.port);
  if (key == HostKey::changed) {
    return Error{fmt::format("REFUSED: its host key has changed, it is now {}", shown), target.name,
                 fmt::format("if it was reinstalled: ssh-keygen -R {}", host)};
  }
  if (key == HostKey::unreadable) return Error{"known_hosts cannot be read", target.name, "check ~/.ssh/known_hosts"};
  if (pin == Pin::differs) {
    return Error{fmt::format("REFUSED: its host key is {}, and merlin.conf has hostkey = {}", shown, *target.host_key), target.name,
                 fmt::format("compare it with ssh-keygen -lf on that machine; mon node edit {} hostkey=SHA256:…", target.name)};
  }
  return Error{fmt::format("its host key is unknown: {}", shown), target.name, "accept it with --accept-new, or run this on a terminal"};
}

}  // namespace

Verdict judge(HostKey key, Pin pin, bool accept_new, bool has_terminal) {
  if (key == HostKey::known) return Verdict::trust;
  if (key != HostKey::unknown || pin == Pin::differs) return Verdict::refuse;
  if (accept_new || pin == Pin::equal) return Verdict::learn;
  return has_terminal ? Verdict::ask : Verdict::refuse;
}

Result<> check_host_key(ssh_session session, const Target& target, bool accept_new, Asker& asker,
                        const std::function<void(const std::string& key)>& learnt) {
  const HostKey key = look_up(session);
  if (key == HostKey::known) return Ok{};
  const Shown shown = shown_key(session);
  const Pin pin = pin_of(target, shown);
  const Verdict verdict = judge(key, pin, accept_new, Asker::has_terminal());
  if (verdict == Verdict::refuse) return refusal(key, pin, shown.text(), target);
  if (verdict == Verdict::learn) {
    auto done = learn(session, target);
    if (done && pin == Pin::none) learnt(shown.text());
    return done;
  }
  const auto yes =
      asker.confirm(fmt::format("The host key of {} ({}) is unknown: {}\nTrust it from now on?", target.name, target.host, shown.text()));
  if (yes.value_or(false)) return learn(session, target);
  return Error{"its host key was not accepted", target.name, ""};
}

}  // namespace merlin::mon::ssh
