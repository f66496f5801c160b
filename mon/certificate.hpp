// This node's own certificate, as mon reads it: without merlind, and without the key.
#pragma once

#include <string>

#include "base/result.hpp"
#include "net/identity.hpp"

namespace merlin::mon {

// Where merlind keeps it: cert.pem in daemon { tls_dir }.
std::string certificate_path(const std::string& config_path);

Result<net::CertificateInfo> own_certificate(const std::string& config_path);

}  // namespace merlin::mon
