// This node's own certificate, as mon reads it: without merlind, and without the key.
#pragma once

#include <string>

#include "base/result.hpp"
#include "net/identity.hpp"

namespace merlin::mon {

// tls/cert.pem in the folder of merlin.conf, where merlind keeps it.
std::string certificate_path(const std::string& config_path);

Result<net::CertificateInfo> own_certificate(const std::string& config_path);

}  // namespace merlin::mon
