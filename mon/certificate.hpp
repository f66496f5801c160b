// This node's own certificate, as mon reads it: without merlind, and without the key.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "net/identity.hpp"

namespace merlin::mon {

// Where merlind keeps it: cert.pem in daemon { tls_dir }.
std::string certificate_path(const std::string& config_path);

Result<net::CertificateInfo> own_certificate(const std::string& config_path);

// Of the core's module, where it talks to a merlind on another machine; nothing where it has none, or it may not be read.
std::string module_certificate_path(const std::string& config_path);
std::optional<net::CertificateInfo> module_certificate(const std::string& config_path);

}  // namespace merlin::mon
