// A node's identity: an EC P-256 key, and a certificate that is signed only by this key. The only common name (CN) in the certificate's
// subject is the node id as 32 lower-case hex digits. The certificate is valid from one day before its creation, for 20 years. Peers trust
// the exact certificate by its fingerprint; there is no authority.
//
//   DIRECTORY/key.pem   mode 0600, PKCS#8; never overwritten
//   DIRECTORY/cert.pem  mode 0644
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::net {

// The contents of a certificate, whoever presented it.
struct CertificateInfo {
  std::string fingerprint;  // "SHA256:" and 64 lower-case hex digits: SHA-256 over the DER form
  NodeId node_id;           // empty if the certificate contains none
  WallTime not_before;
  WallTime not_after;
};

struct Identity {
  CertificateInfo certificate;
  std::string certificate_pem;
  std::string key_pem;  // secret: never logged, never sent
};

// Reads the node's identity, or creates it if both files are missing. A new one gets `node_id`, or a random id if that is empty; an
// existing one must have this id. A missing directory is created (mode 0755); its parent must exist. Blocks while the disk writes (fsync).
// Errors: one file is missing, others can read the key, a file cannot be read or written, key and certificate do not match, another node's
// id. Nothing is changed then.
Result<Identity> load_or_create_identity(const std::string& directory, std::optional<NodeId> node_id, WallTime now);

// Like above, but both files must exist.
Result<Identity> load_identity(const std::string& directory);

// A new identity, in memory only.
Result<Identity> make_identity(std::optional<NodeId> node_id, WallTime now);

// The first certificate in a PEM text.
Result<CertificateInfo> read_certificate(std::string_view pem);

// The normal form in which fingerprints are compared: "SHA256:" and 64 lower-case hex digits. Accepts digits of any case, with or without
// colons between bytes, and with or without a prefix ("SHA256:", "sha256 Fingerprint=").
Result<std::string> canonical_fingerprint(std::string_view text);

}  // namespace merlin::net
