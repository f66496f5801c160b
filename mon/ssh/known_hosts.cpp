#include "mon/ssh/known_hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "shared/config/sources.hpp"

namespace merlin::mon::ssh {
namespace {

struct EndEntry {
  void operator()(ssh_knownhosts_entry* entry) const { ssh_knownhosts_entry_free(entry); }
};
using Entry = std::unique_ptr<ssh_knownhosts_entry, EndEntry>;

// The key that a line of known_hosts names for this host; null if the line is about another host.
Entry entry_for(const std::string& line, const std::string& host) {
  ssh_knownhosts_entry* raw = nullptr;
  if (line.empty() || line.starts_with('#')) return nullptr;
  return ::ssh_known_hosts_parse_line(host.c_str(), line.c_str(), &raw) == SSH_OK ? Entry(raw) : nullptr;
}

std::string digits_of_key(ssh_key key) {
  char* raw = nullptr;
  if (::ssh_pki_export_pubkey_base64(key, &raw) != SSH_OK) return "";
  const Text text(raw);
  return text.get();
}

}  // namespace

std::string KnownHost::name() const { return port == kUsualPort ? host : fmt::format("[{}]:{}", host, port); }

Familiarity familiarity(std::string_view text, const KnownHost& host) {
  Familiarity found = Familiarity::unknown;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const Entry entry = entry_for(line, host.name());
    if (!entry) continue;
    const std::string type = ::ssh_key_type_to_char(::ssh_key_type(entry->publickey));
    const std::string digits = digits_of_key(entry->publickey);
    if (std::ranges::any_of(host.keys, [&](const PublicKey& key) { return key.digits == digits; })) return Familiarity::same;
    if (std::ranges::any_of(host.keys, [&](const PublicKey& key) { return key.type == type; })) found = Familiarity::differs;
    if (found == Familiarity::unknown) found = Familiarity::same;  // a key of another type was learnt by hand
  }
  return found;
}

std::string with_host(std::string_view text, const KnownHost& host) {
  std::string after(text);
  if (familiarity(text, host) != Familiarity::unknown) return after;
  if (!after.empty() && after.back() != '\n') after += '\n';
  for (const PublicKey& key : host.keys) after += fmt::format("{} {} {}\n", host.name(), key.type, key.digits);
  return after;
}

Result<PublicKey> server_key(ssh_session session) {
  ssh_key raw = nullptr;
  if (::ssh_get_server_publickey(session, &raw) != SSH_OK) return Error{"the server has no host key", "", ""};
  const Key key(raw);
  return PublicKey{::ssh_key_type_to_char(::ssh_key_type(key.get())), digits_of_key(key.get()), ""};
}

std::vector<PublicKey> own_host_keys(const std::string& folder) {
  std::vector<PublicKey> keys;
  for (const char* type : {"ed25519", "ecdsa", "rsa"}) {
    const auto text = config::disk().read(fmt::format("{}/ssh_host_{}_key.pub", folder, type));
    auto key = text ? read_public_key(*text) : Result<PublicKey>(text.error());
    if (!key) continue;
    key->comment.clear();
    keys.push_back(std::move(*key));
  }
  return keys;
}

}  // namespace merlin::mon::ssh
