// This node's own certificate, read by mon itself: without merlind, and without the key.
#pragma once

#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/net/identity.hpp"

namespace merlin::mon {

// The hexadecimal digits of a fingerprint, "SHA256:9f86…" or without the prefix.
inline std::string digits_of(const std::string& fingerprint) { return fingerprint.substr(fingerprint.find(':') + 1); }

// Its path: cert.pem in daemon { tls_dir }.
std::string certificate_path(const std::string& config_path);

Result<net::CertificateInfo> own_certificate(const std::string& config_path);

// The certificate of the core's module, if it connects to a merlind on another machine; empty if there is none, or it cannot be read.
std::string module_certificate_path(const std::string& config_path);
std::optional<net::CertificateInfo> module_certificate(const std::string& config_path);

}  // namespace merlin::mon
