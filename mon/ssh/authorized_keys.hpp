// A user's public keys: those that may log in here, and the one that mon sends to other nodes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::mon::ssh {

// Type and digits of one public key line ("ssh-ed25519 AAAA… root@peer01"), with its comment. Error: it is not a
// single key, has an unknown type, or starts with options.
struct PublicKey {
  std::string type;
  std::string digits;
  std::string comment;

  std::string line() const;  // without line end
};
Result<PublicKey> read_public_key(std::string_view line);

// `text` of an authorized_keys file with that key as its last line; unchanged `text` if a line contains the key
// already, whatever its options and comment are.
std::string with_key(std::string_view text, const PublicKey& key);

// The same with options before the key ("restrict,command=…"): they replace those of a line that contains the key already.
std::string with_restricted_key(std::string_view text, const PublicKey& key, const std::string& options);

// Adds the key to HOME/.ssh/authorized_keys, which is created with the modes that ssh requires and HOME's owner if it is
// missing. Concurrent calls are applied one after the other. True: it was added; false: it existed.
Result<bool> authorize(const std::string& home, const PublicKey& key);
Result<bool> authorize_restricted(const std::string& home, const PublicKey& key, const std::string& options);

// The lines of an authorized_keys file whose comment names this node, as in "root@peer03"; and the text without them.
std::vector<std::string> keys_of_node(std::string_view text, std::string_view name);
std::string without_node(std::string_view text, std::string_view name);

// The same for people, "/root/.ssh/authorized_keys: ssh-ed25519 AAAAC3Nz…9V1OPBXl0AbR root@peer03", from HOME/.ssh.
Result<std::vector<std::string>> shown_keys_of_node(const std::string& home, std::string_view name);

// The user's own key in HOME/.ssh: the first of id_ed25519, id_ecdsa and id_rsa that exists; if none does, creates an Ed25519 key
// without passphrase, without overwriting anything.
Result<PublicKey> own_public_key(const std::string& home, const std::string& comment);

// The home of the user who runs mon, as ssh finds it: from the user database.
Result<std::string> own_home();
// The name of the user who runs mon.
std::string own_name();

}  // namespace merlin::mon::ssh
