// Public keys of a user: which of them may log in here, and the one that we show elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace merlin::mon::ssh {

// Type and digits of one public key line ("ssh-ed25519 AAAA… root@peer01"), with its comment. Error: it is no
// single key, is of no known type, or has options in front.
struct PublicKey {
  std::string type;
  std::string digits;
  std::string comment;

  std::string line() const;  // without line end
};
Result<PublicKey> read_public_key(std::string_view line);

// `text` of an authorized_keys file, with that key as its last line; `text` itself where a line has the key
// already, whatever its options and comment are.
std::string with_key(std::string_view text, const PublicKey& key);

// Adds the key to HOME/.ssh/authorized_keys, made with the modes that ssh asks for and HOME's owner where it is
// missing. Two at once wait for each other. True: it was added; false: it was there.
Result<bool> authorize(const std::string& home, const PublicKey& key);

// The user's own key in HOME/.ssh: id_ed25519, id_ecdsa or id_rsa, whichever is there first; none: an Ed25519 key
// without passphrase is made, and never one over another.
Result<PublicKey> own_public_key(const std::string& home, const std::string& comment);

// The home of who runs mon, as ssh finds it: from the user database.
Result<std::string> own_home();
// The name of the user who runs mon.
std::string own_name();

}  // namespace merlin::mon::ssh
