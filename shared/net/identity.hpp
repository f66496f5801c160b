// Who a node is to the others: an EC P-256 key, and a certificate signed by that key alone. The certificate's
// subject has the node id, as 32 lower-case hex digits, as its only common name (CN); it is valid from a day before
// it was made and for 20 years. Peers trust the exact certificate, by its fingerprint; there is no authority.
//
//   DIRECTORY/key.pem   mode 0600, PKCS#8; never overwritten
//   DIRECTORY/cert.pem  mode 0644
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace merlin::net {

// What a certificate says, whoever showed it.
struct CertificateInfo {
  std::string fingerprint;  // "SHA256:" and 64 lower-case hex digits: SHA-256 over the DER form
  NodeId node_id;           // empty when the certificate names none
  WallTime not_before;
  WallTime not_after;
};

struct Identity {
  CertificateInfo certificate;
  std::string certificate_pem;
  std::string key_pem;  // secret: never logged, never sent
};

// Reads the node's identity; makes it when neither file is there. A new one gets `node_id`, or a random id when that
// is empty; an old one must have that id. A missing directory is made (mode 0755), its parent must exist.
// Blocks for the disk (fsync). Errors: one file without the other, a key that others may read, a file that cannot be
// read or written, a key that does not belong to the certificate, another node's id. Nothing is changed then.
Result<Identity> load_or_create_identity(const std::string& directory, std::optional<NodeId> node_id, WallTime now);

// Like the above, but both files must be there.
Result<Identity> load_identity(const std::string& directory);

// A new identity in memory only.
Result<Identity> make_identity(std::optional<NodeId> node_id, WallTime now);

// Of the first certificate in a PEM text.
Result<CertificateInfo> read_certificate(std::string_view pem);

// The one form in which fingerprints are compared: "SHA256:" and 64 lower-case hex digits. Accepts digits in any case,
// with or without colons between the bytes, with or without the prefix ("SHA256:", "sha256 Fingerprint=").
Result<std::string> canonical_fingerprint(std::string_view text);

}  // namespace merlin::net
